"""What the audit trail and the books are about, in words: each app teaches its subjects' names, moves and reasons.

A journal names its source, an audit row its subject: the same names, so that either leads to the thing's own page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff.cells import code, link_to
from taoxiaopu.kernel.transitions import StateTable

Words = str | Promise
Reading = Callable[[AuditEntry], str]
Find = Callable[[set[str]], dict[str, Model]]

# Events that are no move of a state table.
EVENTS: dict[str, Words] = {
    "create": _("创建"), "edit": _("修改"), "stock": _("改库存"), "rate": _("改佣金率"), "place": _("下单"),
    "claim": _("承办"), "open": _("立案"), "apply": _("申请"), "issue": _("发放"), "rename": _("改名"),
    "revoke": _("停用"), "reveal": _("查看个人信息"), "retry": _("重试"), "join": _("加入"), "say": _("留言"),
    "void": _("失效"), "complete": _("确认收货"), "finalise": _("订单结清"), "freeze": _("冻结"),
    "unfreeze": _("解冻"), "settle": _("月度结算"), "deduct": _("登记其他扣除"), "draft": _("起草"),
    "answer": _("公开回复"), "judge": _("月度评定"), "override_tier": _("指定等级"), "close": _("关账"),
    "void_by_decision": _("按决定作废"), "require_mfa": _("要求两步验证"), "terms": _("改交易条件"), "ship": _("发货"),
    "suspend": _("暂停"), "resume": _("恢复"), "print": _("打印配货单、发货单"), "bulk_apply": _("批量修改"),
    "bulk_undo": _("撤销批量修改"), "invite": _("邀请成员"), "withdraw": _("撤回邀请"), "role": _("改角色"),
    "remove": _("移出成员"), "webhook_add": _("添加 Webhook"), "webhook_on": _("启用 Webhook"),
    "webhook_off": _("停用 Webhook"), "webhook_remove": _("删除 Webhook"), "hand_in": _("提交材料"), "look": _("查看材料"),
    "bond": _("设置保证金"), "brand_known": _("列为知名品牌"), "brand_unknown": _("不再列为知名品牌"), "undo": _("撤销导入"),
}  # fmt: skip


def _nothing(_refs: set[str]) -> dict[str, Model]:
    return {}


def rows_by(model: type[Model], key: str) -> Find:
    """Finds a model's rows by a unique field."""

    def find(refs: set[str]) -> dict[str, Model]:
        found = model._default_manager.filter(**{f"{key}__in": refs})
        return {str(getattr(row, key)): row for row in found}

    return find


def _as_written(entry: AuditEntry) -> str:
    return entry.reason


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing; ``reason`` reads what a service wrote down for machines, ``find`` knows its rows by reference."""

    label: Words
    table: StateTable | None = None
    reason: Reading = _as_written
    find: Find = _nothing


_subjects: dict[str, Subject] = {}


def teach_subject(
    name: str,
    label: Words,
    table: StateTable | None = None,
    *,
    reason: Reading = _as_written,
    find: Find = _nothing,
) -> None:
    """Register how entries about one kind of thing read, and how its row is found."""
    _subjects[name] = Subject(label, table, reason, find)


def subject_words(name: str) -> Words:
    """What a kind of thing is called."""
    known = _subjects.get(name)
    return known.label if known else name


def subject_link(name: str, ref: str) -> SafeString:
    """A thing's reference as a link to its page where it has one; what stands behind a stroke is a part of it."""
    return subject_links([(name, ref)])[name, ref]


def subject_links(things: Iterable[tuple[str, str]]) -> dict[tuple[str, str], SafeString]:
    """As ``subject_link``, for many: one query for each kind of thing."""
    wanted = set(things)
    links = {}
    for name in {name for name, _ref in wanted}:
        refs = {ref for of, ref in wanted if of == name}
        known = _subjects.get(name)
        rows = known.find({ref.partition("/")[0] for ref in refs}) if known else {}
        for ref in refs:
            row = rows.get(ref.partition("/")[0])
            links[name, ref] = code(ref) if row is None else link_to(row, ref)
    return links


def event_words(entry: AuditEntry) -> Words:
    """What happened."""
    table = _table(entry)
    labels = table.event_labels if table else {}
    return labels.get(entry.event) or EVENTS.get(entry.event) or entry.event


def state_words(entry: AuditEntry, state: str) -> Words:
    """A state of the entry's subject; empty when it has none."""
    table = _table(entry)
    if table and state in table.states.values:
        return str(table.states(state).label)
    return ""


def reason_words(entry: AuditEntry) -> str:
    """Why, as people read it."""
    known = _subjects.get(entry.subject_type)
    return known.reason(entry) if known and entry.reason else entry.reason


def _table(entry: AuditEntry) -> StateTable | None:
    known = _subjects.get(entry.subject_type)
    return known.table if known else None
