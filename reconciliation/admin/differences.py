"""Staff's pages of what did not agree: who deals with it, and what each side says."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.providers import BILL_PAY, BILL_REFUND, BILL_TRANSFER, BILL_TRANSFER_BACK
from reconciliation import services
from reconciliation.models import Difference
from reconciliation.selectors import corrections_of, sides_of
from reconciliation.states import AGES, DIFFERENCES, DifferenceKind, DifferenceStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    Table,
    code,
    column,
    columns,
    days,
    facts_of,
    link,
    link_to,
    money,
    name_of,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)

OPEN = frozenset({DifferenceStatus.OPEN, DifferenceStatus.ASSIGNED})
TONES = {"open": "bad", "assigned": "wait", "explained": "moving", "closed": "over"}
BILLED = {
    BILL_PAY: _("收款"),
    BILL_REFUND: _("退款"),
    BILL_TRANSFER: _("打款"),
    BILL_TRANSFER_BACK: _("打款退回"),
}


def _read_difference(entry: AuditEntry) -> str:
    """Found: what and of which thing; given to somebody: to whom."""
    if entry.event == "assign":
        return name_of(entry.reason)
    kind, _space, reference = entry.reason.partition(" ")
    return f"{DifferenceKind(kind).label} {reference}" if kind in DifferenceKind.values else entry.reason


teach_subject(
    "difference",
    _("对账差异"),
    DIFFERENCES,
    reason=_read_difference,
    find=rows_by(Difference, "number"),
)


class AgeFilter(admin.SimpleListFilter):
    """Differences that stand longer than so many days."""

    title = _("账龄")
    parameter_name = "older"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(n), _("超过 {n} 天").format(n=n)) for n in AGES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Difference]") -> "QuerySet[Difference]":
        value = self.value()
        if value not in {str(n) for n in AGES}:
            return queryset
        return queryset.filter(first_seen_at__lt=clock.now() - timedelta(days=int(str(value))))


class AssignForm(StaffForm):
    """A colleague."""

    to = forms.ChoiceField(label=_("负责人"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_staff=True, is_active=True).order_by("nickname")
        self.fields["to"].choices = [(p.public_id, p.nickname) for p in people]  # type: ignore[attr-defined]


def _two(above: object, below: object) -> object:
    return format_html("{}<br>{}", above, below)


def _claim(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.assign(number=row.number, to=actor.ref, actor=actor, at=at)


def _assign(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.assign(number=row.number, to=answers["to"], actor=actor, at=at)


def _explain(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.explain(number=row.number, note=answers["reason"], actor=actor, at=at)


def _reopen(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reopen(number=row.number, actor=actor, at=at)


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    """Everything that did not agree, with who deals with it."""

    chip_field = "status"
    empty = _("每晚对账后，不一致的地方会各成一行")
    list_filter = ("kind", AgeFilter)
    search_fields = ("reference", "number")
    search_help_text = _("按对象编号查找")
    ordering = ("-id",)
    list_display = columns(
        Difference,
        column(_("类型"), lambda row: row.get_kind_display(), "kind"),
        column(_("对象"), lambda row: code(row.reference), "reference"),
        "amount_fen",
        column(
            _("状态"), lambda row: pill(row.status, row.get_status_display(), TONES[row.status]), "status"
        ),
        column(_("账龄"), lambda row: days(row.age_days(row.present)), "first_seen_at", num=True),
        column(_("负责人"), lambda row: name_of(row.owner)),
        column(_("最近发现"), lambda row: when(row.last_seen_at, "short"), "last_seen_at"),
    )
    acts = (
        Act("claim", _("由我处理"), _claim, frozenset({DifferenceStatus.OPEN}), tone="primary"),
        Act("assign", _("指派"), _assign, OPEN, asks=AssignForm, icon="person_add"),
        Act(
            "explain", _("说明原因"), _explain, OPEN, asks=ReasonForm, icon="edit_note",
            warns=_("说明之后不再催办；差异消失时自动结束，金额再变会重新打开。"),
        ),
        Act("reopen", _("重新处理"), _reopen, frozenset({DifferenceStatus.EXPLAINED})),
    )  # fmt: skip

    def hint(self, request: HttpRequest) -> object:
        return _("每晚比较账本、订单、支付单、渠道账单和库存；同一差异始终是同一行，消失后自动结束。")

    def head(self, row: Difference) -> Head:
        return Head(
            row.get_kind_display(),
            pill(row.status, row.get_status_display(), TONES[row.status]),
            code(row.reference),
        )

    def main(self, request: HttpRequest, row: Difference) -> list[Any]:
        items = [Fact(_("负责人"), name_of(row.owner) or _("还没有人")), *facts_of(row, "amount_fen", "note")]
        return [Facts(_("处理"), items), self._sides(row)]

    def _sides(self, row: Difference) -> Table:
        """What the provider's bill, our own papers and the books say about it."""
        found = sides_of(row)
        rows: list[tuple[object, ...]] = [
            (_("渠道账单"), BILLED.get(b.kind, b.kind), _two(code(b.provider_number), code(b.reference)), "—",
             money(b.amount_fen), when(b.at, "short"))
            for b in found.bills
        ]  # fmt: skip
        rows += [
            (_("我方单据"), p._meta.verbose_name, link_to(p, code(p.number)), pill(p.status, p.get_status_display()),
             money(p.amount_fen), when(at, "short"))
            for p, at in found.papers
        ]  # fmt: skip
        rows += [
            (_("账本"), j.get_kind_display(), link_to(j, f"#{j.pk}"), "—",
             money(sum(t.amount_fen for t in j.transfers.all())), when(j.occurred_at, "short"))
            for j in found.journals
        ]  # fmt: skip
        for words, has in (
            (_("渠道账单"), found.bills),
            (_("我方单据"), found.papers),
            (_("账本"), found.journals),
        ):
            if not has:
                rows.append((words, _("没有"), "", "", "", ""))
        heads = (_("哪一方"), _("事项"), _("编号"), _("状态"), _("金额"), _("时间"))
        return Table(
            _("三方对照"), heads, rows, frozenset({4}), note=_("差额为账本或单据减渠道账单；负数是渠道多出。")
        )

    def side(self, request: HttpRequest, row: Difference) -> list[Any]:
        times = facts_of(row, "first_seen_at", "last_seen_at", "closed_at")
        correct = reverse("admin:reconciliation_manualjournal_propose") + f"?difference={row.number}"
        more = [Fact(_("更正"), link(correct, _("提出手工分录")))]
        more += [Fact(_("已提出"), link_to(m), hint=m.get_status_display()) for m in corrections_of(row)]
        return [Facts(_("时间"), times), Facts(_("往来"), more), trail("difference", row.number)]
