"""Staff's pages of reconciliation: nightly runs with the age report, differences to deal with, manual journals."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ledger.models import Account, AccountKind, Journal
from ledger.shapes import BY_HAND
from payments.models import Charge, Refund, Transfer
from reconciliation import services
from reconciliation.models import Difference, ManualJournal, Run
from reconciliation.selectors import ages, standing
from reconciliation.services.manual import Line, new_token
from reconciliation.states import AGES, DIFFERENCES, MANUALS, DifferenceStatus, ManualStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import YuanField
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    NoteForm,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    name_of,
    names_of,
    pill,
    sentence_of,
    staff_actor,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import yuan_sign

LINES = 5


def age_table(at: datetime) -> Table:
    """What waits in the clearing accounts, by age; the items add up to the balance."""
    rows = []
    for row in ages(at=at):
        verdict = pill("ok", _("相符"), "good") if row.adds_up else pill("bad", _("不符"), "bad")
        rows.append((row.account.label, row.items, *map(money, row.steps), money(row.balance_fen), verdict))
    steps = [_("{n} 天内").format(n=AGES[0]), *(_("超过 {n} 天").format(n=n) for n in AGES)]
    return Table(
        _("清算科目账龄"),
        (_("科目"), _("笔数"), *steps, _("余额"), _("与明细")),
        rows,
        frozenset(range(1, 4 + len(AGES))),
        note=_("退款、打款和赔付只是经过这些科目，最后应回到零。"),
    )


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Each night's comparison."""

    ordering = ("-day",)
    list_display = columns(
        Run,
        "day",
        column(_("进度"), lambda row: f"{row.percent}%"),
        "found",
        "fresh",
        "closed",
        "bill_lines",
        "ledger_fen",
        "bill_fen",
        "transit_fen",
        "named_fen",
        column(_("无法解释"), lambda row: money(row.unexplained_fen)),
        "finished_at",
    )

    def head(self, row: Run) -> Head:
        return Head(_("{day} 对账").format(day=row.day))

    def main(self, request: HttpRequest, row: Run) -> list[Any]:
        facts = facts_of(row, "found", "fresh", "closed", "bill_lines", "started_at", "finished_at")
        channel = [
            *facts_of(row, "ledger_fen", "bill_fen", "transit_fen", "named_fen"),
            Fact(_("无法解释"), money(row.unexplained_fen), "bad" if row.unexplained_fen else "good"),
        ]
        rows = [
            (link_to(d, d.get_kind_display()), code(d.reference), money(d.amount_fen), when(d.first_seen_at),
             pill(d.status, d.get_status_display()))
            for d in standing()[:100]
        ]  # fmt: skip
        heads = (_("类型"), _("对象"), _("差额"), _("首次发现"), _("状态"))
        return [
            Facts(_("对账"), facts),
            Facts(_("渠道清算"), channel),
            age_table(self.moment()),
            Table(_("现存差异"), heads, rows, frozenset({2}), empty=_("没有差异")),
        ]


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


def _claim(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.assign(number=row.number, to=actor.ref, actor=actor, at=at)


def _assign(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.assign(number=row.number, to=answers["to"], actor=actor, at=at)


def _explain(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.explain(number=row.number, note=answers["reason"], actor=actor, at=at)


def _reopen(row: Difference, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reopen(number=row.number, actor=actor, at=at)


OPEN = frozenset({DifferenceStatus.OPEN, DifferenceStatus.ASSIGNED})
TONES = {"open": "bad", "assigned": "wait", "explained": "moving", "closed": "over"}


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    """Everything that did not agree, with who deals with it."""

    chip_field = "status"
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
        column(_("账龄"), lambda row: _("{n} 天").format(n=row.age_days(clock.now())), "first_seen_at"),
        column(_("负责人"), lambda row: name_of(row.owner)),
        "first_seen_at",
        "last_seen_at",
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
        items = facts_of(row, "amount_fen", "first_seen_at", "last_seen_at", "closed_at", "note")
        items.insert(0, Fact(_("对象"), _subject(row.reference)))
        items.append(Fact(_("负责人"), name_of(row.owner) or "—"))
        correct = reverse("admin:reconciliation_manualjournal_propose") + f"?difference={row.number}"
        items.append(Fact(_("更正"), link(correct, _("提出手工分录"))))
        return [Facts(_("差异"), items)]

    def side(self, request: HttpRequest, row: Difference) -> list[Any]:
        return [trail("difference", row.number, DIFFERENCES)]


def _subject(reference: str) -> object:
    """The thing that a difference is about, as a link where there is a page for it."""
    for model in (Charge, Refund, Transfer):
        row = model.objects.filter(number=reference).first()
        if row is not None:
            return link_to(row, reference)
    journal = Journal.objects.filter(order_number=reference).first()
    if journal is not None:
        return link(reverse("admin:ledger_journal_changelist") + f"?q={reference}", reference)
    return code(reference)


class ProposalForm(StaffForm):
    """Why a manual journal is needed."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=20)
    difference = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    reason = forms.CharField(
        label=_("原因"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    order_number = forms.RegexField(r"^[0-9]{16}$", label=_("订单号（可不填）"), required=False)


KINDS = [("", "—"), *((kind.value, kind.label) for kind in AccountKind if kind in BY_HAND)]


class LineForm(StaffForm):
    """One movement; an empty one is left out."""

    debit = forms.ChoiceField(label=_("借"), choices=KINDS, required=False)
    debit_party = forms.CharField(label=_("借方主体编号"), max_length=16, required=False)
    credit = forms.ChoiceField(label=_("贷"), choices=KINDS, required=False)
    credit_party = forms.CharField(label=_("贷方主体编号"), max_length=16, required=False)
    amount_fen = YuanField(label=_("金额（元）"), required=False)

    def line(self) -> Line | None:
        """The movement, or None when nothing was filled in."""
        data = self.cleaned_data
        if not (data["debit"] or data["credit"] or data["amount_fen"]):
            return None
        if not (data["debit"] and data["credit"] and data["amount_fen"]):
            self.add_error(None, _("借、贷和金额须一起填写"))
            return None
        return Line(
            AccountKind(data["debit"]),
            data["debit_party"].strip(),
            AccountKind(data["credit"]),
            data["credit_party"].strip(),
            data["amount_fen"],
        )


def _approve(row: ManualJournal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_manual(number=row.number, actor=actor, at=at, note=answers["reason"])


def _reject(row: ManualJournal, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_manual(number=row.number, reason=answers["reason"], actor=actor, at=at)


@admin.register(ManualJournal)
class ManualJournalAdmin(ReadOnlyAdmin):
    """Corrections by hand."""

    chip_field = "status"
    search_fields = ("number", "order_number", "reason")
    ordering = ("-id",)
    list_display = columns(
        ManualJournal,
        column(_("编号"), lambda row: code(row.number), "number"),
        "amount_fen",
        column(_("原因"), lambda row: row.reason[:60]),
        column(_("状态"), lambda row: pill(row.status, row.get_status_display(), _tone(row)), "status"),
        column(_("提出人"), lambda row: name_of(row.proposed_by)),
        "proposed_at",
        column(_("复核人"), lambda row: name_of(row.decided_by)),
        "decided_at",
    )
    acts = (
        Act(
            "approve", _("复核并入账"), _approve, frozenset({ManualStatus.PROPOSED}), asks=NoteForm,
            tone="primary", icon="done_all", warns=_("入账后不能修改，只能再用一笔分录更正。"),
        ),
        Act("reject", _("驳回"), _reject, frozenset({ManualStatus.PROPOSED}), asks=ReasonForm, tone="danger"),
    )  # fmt: skip

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose_view)
        return [path("propose/", view, name="reconciliation_manualjournal_propose")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("提出手工分录"), reverse("admin:reconciliation_manualjournal_propose"), "add")]

    def hint(self, request: HttpRequest) -> object:
        limit = yuan_sign(rules_at(self.moment()).FOUR_EYES_JOURNAL_FEN)
        return _("超过 {limit} 的手工分录须由两位同事办理；入账日是复核当天，已关账的月份不会改变。").format(
            limit=limit
        )

    def propose_view(self, request: HttpRequest) -> HttpResponse:
        """The form of a manual journal; nothing is booked by it."""
        posted = request.POST if request.method == "POST" else None
        first = {"token": new_token(), "difference": request.GET.get("difference", "")[:20]}
        form = ProposalForm(posted, initial=first)
        lines = [LineForm(posted, prefix=f"line{n}") for n in range(LINES)]
        problem = ""
        if posted is not None and all([form.is_valid(), *(line.is_valid() for line in lines)]):
            wanted = [found for line in lines if (found := line.line()) is not None]
            if not any(line.errors for line in lines):
                try:
                    row = services.propose_manual(
                        lines=wanted,
                        reason=form.cleaned_data["reason"],
                        order_number=form.cleaned_data["order_number"],
                        difference=form.cleaned_data["difference"],
                        token=form.cleaned_data["token"],
                        actor=staff_actor(request),
                        at=clock.now(),
                    )
                    messages.success(request, _("已提出，等待复核"))
                    return redirect(self.address(row))
                except DomainError as error:
                    problem = sentence_of(error)
        context = {
            **self.admin_site.each_context(request),
            "title": _("提出手工分录"),
            "form": form,
            "lines": lines,
            "problem": problem,
        }
        status = 200 if posted is None else 400
        return TemplateResponse(request, "admin/reconciliation/propose.html", context, status=status)

    def head(self, row: ManualJournal) -> Head:
        return Head(
            _("手工分录 {number}").format(number=row.number),
            pill(row.status, row.get_status_display(), _tone(row)),
        )

    def main(self, request: HttpRequest, row: ManualJournal) -> list[Any]:
        moves = list(row.movements.order_by("pk"))
        names = names_of({p for m in moves for p in (m.debit_party, m.credit_party) if p})
        rows = [
            (
                _side(m.debit, m.debit_party, names),
                _side(m.credit, m.credit_party, names),
                money(m.amount_fen),
            )
            for m in moves
        ]
        items = facts_of(row, "reason", "amount_fen", "order_number", "proposed_at", "decided_at")
        items.insert(3, Fact(_("提出人"), name_of(row.proposed_by)))
        items.append(Fact(_("复核人"), name_of(row.decided_by) or "—"))
        booked = Journal.objects.filter(kind="manual", ref_type="manual", ref_id=row.number).first()
        items.append(Fact(_("日记账"), link_to(booked, f"#{booked.pk}") if booked else "—"))
        foot = (_("合计"), "", money(row.amount_fen))
        return [
            Facts(_("手工分录"), items),
            Table(_("分录"), (_("借"), _("贷"), _("金额")), rows, frozenset({2}), foot),
        ]

    def side(self, request: HttpRequest, row: ManualJournal) -> list[Any]:
        return [trail("manual", row.number, MANUALS)]


def _tone(row: ManualJournal) -> str:
    return {"proposed": "wait", "posted": "good", "rejected": "over"}[row.status]


def _side(kind: str, party: str, names: dict[str, str]) -> object:
    label = AccountKind(kind).label
    account = Account.objects.filter(kind=kind, party=party).first()
    words = f"{label} · {names.get(party, party)}" if party else label
    return link_to(account, words) if account else words
