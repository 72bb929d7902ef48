"""Staff's pages of penalties: the list, giving one, and the appeal that another person decides."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import selectors, services
from disputes.models import Penalty
from disputes.services import PenaltyDraft
from disputes.states import PENALTIES, TARIFFS, Offence, PenaltyStatus
from orders.access import order_for_staff
from storefronts.models import Owner
from storefronts.selectors import owner_by_number
from suppliers.models import Supplier
from suppliers.selectors import supplier_by_number
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    code,
    column,
    columns,
    facts_of,
    link_to,
    name_of,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    teach_names,
    teach_subject,
    trail,
    when,
)

teach_names(lambda refs: {ref: gettext("系统，逾期发货") for ref in refs & {services.AUTOMATIC.ref}})
teach_subject("penalty", _("违规处罚"), PENALTIES, find=rows_by(Penalty, "number"))
TONES = {"in_force": "bad", "appealed": "wait", "upheld": "bad", "lifted": "over"}


class PenaltyForm(StaffForm):
    """An act of one party, its points, the facts and the order it is about."""

    offence = forms.ChoiceField(label=_("违规行为"))
    points = forms.IntegerField(
        label=_("记分"),
        min_value=0,
        max_value=48,
        required=False,
        help_text=_("不填按规则的分值；泄露信息由您在 24 到 48 分之间定。"),
    )
    reason = forms.CharField(
        label=_("事实与理由"),
        min_length=2,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("当事人能看到；公示只列违规行为、分值和规则条款。"),
    )
    order = forms.CharField(label=_("相关订单号（可不填）"), max_length=20, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=50)

    def __init__(self, *args: Any, kind: ActorKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offence"].choices = [  # type: ignore[attr-defined]
            (offence.value, f"{offence.label} · {_points(offence)}")
            for offence, tariff in TARIFFS.items()
            if kind in tariff.parties
        ]


def _points(offence: Offence) -> str:
    tariff = TARIFFS[offence]
    if tariff.most:
        return gettext("{first} 至 {most} 分").format(first=tariff.first, most=tariff.most)
    if tariff.again != tariff.first:
        return gettext("首次 {first} 分，再犯 {again} 分").format(first=tariff.first, again=tariff.again)
    return gettext("{first} 分").format(first=tariff.first)


def _review(row: Penalty, actor: Actor, at: datetime, answers: dict[str, Any], *, lift: bool) -> None:
    services.review_penalty(number=row.number, lift=lift, answer=answers["reason"], actor=actor, at=at)


def _uphold(row: Penalty, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    _review(row, actor, at, answers, lift=False)


def _lift(row: Penalty, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    _review(row, actor, at, answers, lift=True)


def _state(row: Penalty) -> SafeString:
    return pill(row.status, row.get_status_display(), TONES[row.status])


@admin.register(Penalty)
class PenaltyAdmin(ReadOnlyAdmin):
    """Penalties of owners and suppliers. Appeals wait in a chip of their own."""

    empty = _("违规处罚列在这里；从掌柜、供应商或争议的页面开出")
    chip_field = "status"
    search_fields = ("number", "owner__user__nickname", "supplier__name", "order__number")
    search_help_text = _("按编号、掌柜、供应商或订单号查找")
    list_filter = ("offence",)
    ordering = ("-given_at", "-id")
    list_select_related = ("owner__user", "supplier", "order")
    list_display = columns(
        Penalty,
        column(_("处罚编号"), lambda row: code(row.number), "number"),
        column(_("对象"), lambda row: link_to(row.owner or row.supplier)),
        "offence",
        column(_("违规分"), lambda row: row.points, "points", num=True),
        column(_("状态"), _state, "status"),
        column(_("处罚人"), lambda row: name_of(row.given_by)),
        "given_at",
        "appealed_at",
    )
    acts = (
        Act(
            "uphold", _("维持处罚"), _uphold, frozenset({PenaltyStatus.APPEALED}), ReasonForm, "plain", "gavel",
            _("维持后不能再申诉，意见会发给当事人。"), _("已维持处罚"),
        ),
        Act(
            "lift", _("撤销处罚"), _lift, frozenset({PenaltyStatus.APPEALED}), ReasonForm, "primary", "undo",
            _("撤销后分值和由它引起的限制立即取消，意见会发给当事人。"), _("已撤销处罚"),
        ),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: Penalty) -> list[Act]:
        mine = staff_actor(request).ref == row.given_by
        return [] if mine else list(super().acts_for(request, row))

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.give_view)
        return [path("give/", view, name="disputes_penalty_give")]

    def hint(self, request: HttpRequest) -> object:
        return _("处罚从掌柜、供应商或争议的页面开出；申诉须由另一位工作人员复核。")

    def give_view(self, request: HttpRequest) -> HttpResponse:
        """Give a penalty to the party that the address names."""
        party = _party_of(request)
        kind = ActorKind.OWNER if isinstance(party, Owner) else ActorKind.SUPPLIER
        first = {
            "offence": request.GET.get("offence", ""),
            "order": request.GET.get("order", "")[:20],
            "key": secret_key_text(),
        }
        form, status = PenaltyForm(request.POST or None, initial=first, kind=kind), 200
        if request.method == "POST" and party is not None and form.is_valid():
            try:
                row = _give(party, form.cleaned_data, staff_actor(request), clock.now())
            except DomainError as error:
                form.add_error(None, sentence_of(error))
                status = error.status
            else:
                messages.success(request, gettext("已处罚，并通知当事人"))
                return redirect(self.address(row))
        elif request.method == "POST":
            status = 400
        context = {
            **self.admin_site.each_context(request),
            "title": _("违规处罚"),
            "form": form,
            "about": self._about(party) if party else None,
        }
        return TemplateResponse(request, "disputes/staff/penalty.html", context, status=status)

    def _about(self, party: Owner | Supplier) -> Facts:
        stands = selectors.standing_for(party, at=self.moment())
        facts = [
            Fact(_("对象"), link_to(party)),
            Fact(_("现有违规分"), stands.points, "bad" if stands.points else ""),
            Fact(_("处罚次数"), len(stands.penalties)),
        ]
        return Facts(_("现在"), facts)

    def head(self, row: Penalty) -> Head:
        return Head(row.get_offence_display(), _state(row), code(row.number))

    def main(self, request: HttpRequest, row: Penalty) -> list[Any]:
        facts = [
            Fact(_("对象"), link_to(row.owner or row.supplier)),
            Fact(_("违规分"), row.points, "bad" if row.points else ""),
            Fact(_("处罚人"), name_of(row.given_by), hint=when(row.given_at)),
            *([Fact(_("佣金作废时间"), when(row.voided_at))] if row.voided_at else []),
            Fact(_("相关订单"), link_to(row.order)),
            *facts_of(row, "reason", "lasts", "deadline"),
        ]
        blocks: list[Any] = [Facts(_("处罚"), facts)]
        if row.appealed_at is not None:
            appeal = [
                *facts_of(row, "appeal", "appealed_at"),
                Fact(_("复核人"), name_of(row.reviewed_by) or "—", hint=when(row.reviewed_at)),
                *facts_of(row, "answer"),
            ]
            blocks.append(Facts(_("申诉"), appeal))
        return blocks

    def side(self, request: HttpRequest, row: Penalty) -> list[Any]:
        return [trail("penalty", row.number)]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Penalty]":
        found: QuerySet[Penalty] = (
            super().get_queryset(request).select_related("owner__user", "supplier", "order")
        )
        return found


def _party_of(request: HttpRequest) -> Owner | Supplier | None:
    """Whom the address names."""
    if number := request.GET.get("owner", "")[:16]:
        return owner_by_number(number)
    return supplier_by_number(request.GET.get("supplier", "")[:16])


def _give(party: Owner | Supplier, answers: dict[str, Any], actor: Actor, at: datetime) -> Penalty:
    offence = Offence(answers["offence"])
    points = answers["points"]
    if points is None:
        points = selectors.points_for(party, offence, at)
    order = order_for_staff(answers["order"]) if answers["order"] else None
    draft = PenaltyDraft(offence, points, answers["reason"], order)
    return services.give_penalty(party=party, draft=draft, key=f"form:{answers['key']}", actor=actor, at=at)


def give_address(party: Owner | Supplier | None, **more: str) -> str:
    """The page on which staff give this party a penalty."""
    name = "owner" if isinstance(party, Owner) else "supplier"
    query = "&".join(
        f"{key}={value}" for key, value in {name: party.public_id if party else "", **more}.items()
    )
    return f"{reverse('admin:disputes_penalty_give')}?{query}"
