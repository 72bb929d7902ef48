"""Staff's pages of manual journals: proposed by one, booked by another above the limit."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, AccountKind, Journal
from ledger.shapes import BY_HAND
from reconciliation import services
from reconciliation.models import Difference, ManualJournal
from reconciliation.selectors import effects_of
from reconciliation.services.manual import Line, new_token
from reconciliation.states import MANUALS, ManualStatus
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
    link_to,
    money,
    name_of,
    names_of,
    parties_named,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    subject_link,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import yuan_sign

LINES, FIRST_LINES = 5, 2  # so many movements at most, so many open at first

teach_subject("manual", _("手工分录"), MANUALS, find=rows_by(ManualJournal, "number"))


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
    debit_party = forms.CharField(label=_("借方主体"), max_length=60, required=False)
    credit = forms.ChoiceField(label=_("贷"), choices=KINDS, required=False)
    credit_party = forms.CharField(label=_("贷方主体"), max_length=60, required=False)
    amount_fen = YuanField(label=_("金额（元）"), required=False)

    def clean(self) -> dict[str, Any]:
        """Parties may be written by name when only one has such an account."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for side in ("debit", "credit"):
            if data.get(side) and data.get(f"{side}_party"):
                data[f"{side}_party"] = self._party(side, data[side], data[f"{side}_party"].strip())
        return data

    def _party(self, side: str, kind: str, text: str) -> str:
        refs = parties_named(text)
        exact = {ref for ref, name in names_of(refs).items() if name == text} or refs
        known = Account.objects.filter(kind=kind, party__in={*exact, text})
        found = list(known.values_list("party", flat=True)[:2])
        if len(found) > 1:
            self.add_error(f"{side}_party", _("有几个主体符合，请填写编号"))
        return found[0] if len(found) == 1 else text

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
            data["debit_party"],
            AccountKind(data["credit"]),
            data["credit_party"],
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
    empty = _("账目须由人更正时，在这里提出和复核")
    search_fields = ("number", "order_number", "reason")
    ordering = ("-id",)
    list_display = columns(
        ManualJournal,
        column(_("编号"), lambda row: code(row.number), "number"),
        "amount_fen",
        column(_("原因"), lambda row: format_html('<span class="tx-title-cell">{}</span>', row.reason[:60])),
        column(_("状态"), lambda row: pill(row.status, row.get_status_display(), _tone(row)), "status"),
        column(_("提出"), lambda row: _by(row.proposed_by, row.proposed_at), "proposed_at"),
        column(_("复核"), lambda row: _by(row.decided_by, row.decided_at), "decided_at"),
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
        begun = {"debit": request.GET.get("kind", ""), "debit_party": request.GET.get("party", "")[:16]}
        lines = [LineForm(posted, prefix=f"line{n}", initial={} if n else begun) for n in range(LINES)]
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
            "first_lines": FIRST_LINES,
            "more_open": any(line.has_changed() for line in lines[FIRST_LINES:]),
            "about": self._about(str(form["difference"].value() or "")),
            "problem": problem or (_("请检查填写的内容") if posted is not None else ""),
        }
        status = 200 if posted is None else 400
        return TemplateResponse(request, "admin/reconciliation/propose.html", context, status=status)

    def _about(self, number: str) -> Facts | None:
        """The difference that a journal is proposed for."""
        found = Difference.objects.filter(number=number).first() if number else None
        if found is None:
            return None
        facts = [Fact(_("差异"), link_to(found)), *facts_of(found, "amount_fen", "first_seen_at", "status")]
        return Facts(_("为这一差异更正"), facts)

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
        foot = (_("合计"), "", money(row.amount_fen))
        blocks: list[Any] = [
            Facts(_("原因"), [Fact("", row.reason)]),
            Table(_("分录"), (_("借"), _("贷"), _("金额")), rows, frozenset({2}), foot),
        ]
        if row.status == ManualStatus.PROPOSED:
            blocks.append(self._effects(row, names))
        return blocks

    def _effects(self, row: ManualJournal, names: dict[str, str]) -> Table:
        """What approval would make of each account."""
        rows = [
            (
                _side(e.kind, e.party, names),
                money(e.before_fen),
                money(e.change_fen),
                money(e.before_fen + e.change_fen),
            )
            for e in effects_of(row)
        ]
        heads = (_("账户"), _("现在"), _("变动"), _("入账后"))
        return Table(_("入账后的余额"), heads, rows, frozenset({1, 2, 3}))

    def side(self, request: HttpRequest, row: ManualJournal) -> list[Any]:
        booked = Journal.objects.filter(kind="manual", ref_type="manual", ref_id=row.number).first()
        people = [
            Fact(_("提出人"), name_of(row.proposed_by), hint=when(row.proposed_at)),
            Fact(
                _("复核人"),
                name_of(row.decided_by) or "—",
                hint=when(row.decided_at) if row.decided_at else "",
            ),
        ]
        about = [
            Fact(_("日记账"), link_to(booked) if booked else "—"),
            Fact(_("订单"), subject_link("order", row.order_number)),
            Fact(_("对账差异"), subject_link("difference", row.difference)),
        ]
        return [Facts(_("经办"), people), Facts(_("往来"), about), trail("manual", row.number)]


def _by(person: str, at: datetime | None) -> object:
    """Who and when, in one cell."""
    return format_html("{}<br>{}", name_of(person), when(at, "short")) if person else ""


def _tone(row: ManualJournal) -> str:
    return {"proposed": "wait", "posted": "good", "rejected": "over"}[row.status]


def _side(kind: str, party: str, names: dict[str, str]) -> object:
    label = AccountKind(kind).label
    account = Account.objects.filter(kind=kind, party=party).first()
    words = f"{label} · {names.get(party, party)}" if party else label
    return link_to(account, words) if account else words
