"""The pages of penalties, the same for owners and suppliers but for the desk they hang in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import services
from disputes.access import penalty_for
from disputes.forms import WordsForm, penalty_appeal_form
from disputes.models import Penalty
from disputes.selectors import standing_for
from disputes.states import PENALTIES
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the pages hang: whom the request is by, the layout and the addresses' namespace."""

    party: Callable[[Any], Owner | Supplier]
    layout: str
    namespace: str


def penalty_pages(
    party: Callable[[Any], Owner | Supplier], *, gate: Callable[[View], View], layout: str, namespace: str
) -> list[URLPattern]:
    """The addresses of one side's penalties; ``gate`` lets in whom they are for."""
    desk = Desk(party, layout, namespace)

    @gate
    @require_safe
    def penalties(request: HttpRequest) -> HttpResponse:
        """Where the party stands, and every penalty."""
        stand = standing_for(desk.party(request), at=clock.now())
        return _render(request, desk, "disputes/penalties/list.html", {"stand": stand})

    @gate
    @require_safe
    def penalty(request: HttpRequest, number: str) -> HttpResponse:
        """One penalty: the act, the facts, until when to appeal, the answer."""
        return _page(request, desk, penalty_for(desk.party(request), number), penalty_appeal_form())

    @gate
    @require_POST
    def appeal(request: HttpRequest, number: str) -> HttpResponse:
        """Ask for another look by another person."""
        found = penalty_for(desk.party(request), number)
        form = penalty_appeal_form(request.POST)
        if form.is_valid():
            try:
                services.appeal_penalty(
                    penalty=found,
                    text=form.cleaned_data["reason"],
                    actor=request.actor,  # type: ignore[attr-defined]
                    at=clock.now(),
                )
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _("申诉已提交，由另一位工作人员复核"))
                return redirect(f"{namespace}penalty", number)
        return _page(request, desk, found, form, status=422)

    return [
        path("penalties/", penalties, name="penalties"),
        path("penalties/<slug:number>/", penalty, name="penalty"),
        path("penalties/<slug:number>/appeal/", appeal, name="penalty-appeal"),
    ]


def _page(
    request: HttpRequest, desk: Desk, found: Penalty, form: WordsForm, *, status: int = 200
) -> HttpResponse:
    is_open = "appeal" in PENALTIES.events(found.status, found.party_kind)
    page = {
        "penalty": found,
        "form": form,
        "may_appeal": is_open and clock.now() <= found.deadline,
        "trail": PENALTIES.trail(found.number),
    }
    return _render(request, desk, "disputes/penalties/detail.html", page, status)


def _render(
    request: HttpRequest, desk: Desk, template: str, page: dict[str, Any], status: int = 200
) -> HttpResponse:
    is_owner = desk.namespace == "owner:"
    places = {
        "layout": desk.layout,
        "is_owner": is_owner,
        "list_url": f"{desk.namespace}penalties",
        "penalty_url": f"{desk.namespace}penalty",
        "appeal_url": f"{desk.namespace}penalty-appeal",
        "nav": "owner:home" if is_owner else "supplier:penalties",
    }
    return render(request, template, places | page, status=status)
