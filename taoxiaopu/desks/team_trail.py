"""What a supplier's members did, from the audit trail, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.states import CASES, DISPUTES
from orders.states import ORDERS
from suppliers.models import Supplier
from suppliers.selectors import nicknames
from suppliers.states import GOODS, SUPPLIERS, MemberRole
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp

EVENTS: dict[str, dict[str, str | Promise]] = {
    "order": {**ORDERS.event_labels, "print": _("打印配货单、发货单")},
    "good": {
        **GOODS.event_labels, "create": _("发布"), "edit": _("修改"), "terms": _("改价格或库存"), "stock": _("改库存"),
        "rate": _("改佣金率"),
    },
    "supplier": {**SUPPLIERS.event_labels, "freight": _("改运费"), "apply": _("申请入驻")},
    "case": CASES.event_labels,
    "dispute": DISPUTES.event_labels,
    "bulk_edit": {"bulk_apply": _("批量修改"), "bulk_undo": _("撤销批量修改")},
    "member": {
        "invite": _("邀请成员"), "withdraw": _("撤回邀请"), "join": _("加入"), "role": _("改角色"), "remove": _("移出成员"),
    },
    "webhook": {
        "webhook_add": _("添加 Webhook"), "webhook_on": _("启用 Webhook"), "webhook_off": _("停用 Webhook"),
        "webhook_remove": _("删除 Webhook"), "webhook_secret": _("更换 Webhook 密钥"),
    },
    "compensation": {"ask": _("赔付买家")},
}  # fmt: skip
SUBJECTS: dict[str, tuple[str | Promise, str]] = {
    "order": (_("订单"), "supplier:order"),
    "good": (_("商品"), "supplier:good"),
    "case": (_("售后"), "supplier:case"),
    "dispute": (_("争议"), "supplier:dispute"),
    "supplier": (_("企业"), ""),
    "bulk_edit": (_("批量修改"), ""),
    "member": (_("成员"), ""),
    "webhook": ("Webhook", "supplier:webhook"),
    "compensation": (_("赔付"), ""),
}
FOR_PEOPLE = {"member"}  # whose reference is a person's


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a member did; ``href`` opens what it was done to, where there is a page."""

    at: datetime
    who: str
    what: str
    subject: str
    ref: str
    href: str
    note: str


def deeds_of(supplier: Supplier, *, before: int | None, size: int) -> tuple[list[Deed], int | None]:
    """One page of what the supplier's members did, the newest first, and the key of the next page or None."""
    rows = audit.by_party(ActorKind.SUPPLIER, supplier.public_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows[: size + 1])
    more, page = len(page) > size, page[:size]
    people = {row.person for row in page} | {
        row.subject_ref for row in page if row.subject_type in FOR_PEOPLE
    }
    names = nicknames(people)
    return [_deed(row, names) for row in page], page[-1].pk if more else None


def _deed(row: AuditEntry, names: dict[str, str]) -> Deed:
    words = EVENTS.get(row.subject_type, {}).get(row.event, row.event)
    subject, page = SUBJECTS.get(row.subject_type, (row.subject_type, ""))
    return Deed(
        at=row.at,
        who=names.get(row.person, row.person) or "—",
        what=str(words),
        subject=str(subject),
        ref=names.get(row.subject_ref, row.subject_ref),
        href=_href(page, row.subject_ref),
        note=_note(row),
    )


def _note(row: AuditEntry) -> str:
    if row.event == "rate" and row.reason.removesuffix(" bp").isdecimal():
        return str(percent_bp(int(row.reason.removesuffix(" bp"))))
    if row.subject_type != "member":
        return row.reason
    roles = [
        str(MemberRole(role).label) for role in (row.from_state, row.to_state) if role in MemberRole.values
    ]
    return " → ".join(roles)


def _href(page: str, ref: str) -> str:
    if not page:
        return ""
    try:
        return reverse(page, args=[ref])
    except NoReverseMatch:
        return ""
