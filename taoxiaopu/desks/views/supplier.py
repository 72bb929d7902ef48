"""The supplier's first page and its money."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commissions.selectors.suppliers import deposit_returns_of, supplier_account_of
from disputes.leaving import leaving_of
from ledger.access import journal_for_party
from ledger.models import SUPPLIER_KINDS, JournalKind
from ledger.selectors import all_movements, entries_of, entry_of, movement_page, movements_of
from orders.access import order_for_supplier
from rulebook.selectors import duty_of
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Supplier
from suppliers.services import begin_exit, come_back
from suppliers.states import APPLYING, SUPPLIERS
from taoxiaopu.desks.figures import SPAN, SPANS
from taoxiaopu.desks.order_money import order_money as money_of
from taoxiaopu.desks.order_money import supplier_picture, told_to
from taoxiaopu.desks.selectors import supplier_money, supplier_today
from taoxiaopu.desks.team_trail import deeds_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at

PER_PAGE = 30


@supplier_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What has to be done today, first."""
    supplier = cast(SupplierRequest, request).supplier
    if supplier.status in APPLYING:
        return redirect("supplier:apply")
    asked = request.GET.get("days", "")
    at, days = clock.now(), next((span for span in SPANS if str(span) == asked), SPAN)
    request = cast(SupplierRequest, request)
    today, figures = supplier_today(supplier, days=days, at=at)
    page = {
        "today": today,
        "figures": figures,
        "spans": SPANS,
        "supplier": supplier,
        "server_now": at,
        "duty": duty_of(request.actor, at=at),
    }
    return render(request, "desks/supplier/home.html", page)


@supplier_page
@require_safe
def payable(request: HttpRequest) -> HttpResponse:
    """What the platform owes the supplier, and every movement that made it so."""
    supplier = cast(SupplierRequest, request).supplier
    after = request.GET.get("after", "")[:20]
    page = movement_page(supplier.public_id, SUPPLIER_KINDS, after=after, size=PER_PAGE)
    return render(
        request,
        "desks/supplier/payable.html",
        {"money": supplier_money(supplier), "page": page, "entries": entries_of(supplier.public_id, page)},
    )


@supplier_page
@require_safe
def payable_file(request: HttpRequest) -> StreamingHttpResponse:
    """All movements as a file."""
    return movements_table(cast(SupplierRequest, request).supplier)


def movements_table(supplier: Supplier) -> StreamingHttpResponse:
    """All movements of a supplier's own accounts as CSV, newest first: for the page and the API."""
    party = supplier.public_id
    entries = (entry_of(party, transfer) for transfer in all_movements(party, SUPPLIER_KINDS))
    rows = (
        (
            clock.local(e.transfer.journal.occurred_at).strftime("%Y-%m-%d %H:%M:%S"),
            e.transfer.journal_id,
            e.transfer.journal.get_kind_display(),
            e.transfer.journal.order_number,
            e.account,
            format_yuan(abs(e.amount_fen)) if e.amount_fen > 0 else "",
            format_yuan(abs(e.amount_fen)) if e.amount_fen < 0 else "",
        )
        for e in entries
    )
    header = (
        _("时间"),
        _("日记账号"),
        _("事件"),
        _("订单号"),
        _("科目"),
        _("收入（元）"),
        _("支出（元）"),
    )
    return csv_response(_("结算明细") + ".csv", header, rows)


@supplier_page
@require_safe
def order_money(request: HttpRequest, number: str) -> HttpResponse:
    """What the supplier has of one order, and every movement that made it so."""
    supplier = cast(SupplierRequest, request).supplier
    order = order_for_supplier(supplier, number)
    money = money_of(order)
    page = {
        "order": order,
        "money": money,
        "picture": supplier_picture(money),
        "told": told_to(supplier.public_id, order, is_owner=False),
    }
    return render(request, "desks/supplier/order_money.html", page)


@supplier_page
@require_safe
def journal(request: HttpRequest, pk: int) -> HttpResponse:
    """One journal in the supplier's own share: what it moved on the supplier's accounts, and what it belongs to."""
    party = cast(SupplierRequest, request).supplier.public_id
    row = journal_for_party(party, SUPPLIER_KINDS, pk)
    page = {
        "journal": row,
        "entries": entries_of(party, movements_of(party, SUPPLIER_KINDS, journal=row).reverse()),
        "is_payout": row.kind in (JournalKind.SUPPLIER_PAYOUT, JournalKind.SUPPLIER_PAYOUT_BACK),
    }
    return render(request, "desks/supplier/journal.html", page)


@supplier_page
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what, the newest first."""
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else None
    deeds, following = deeds_of(cast(SupplierRequest, request).supplier, before=key, size=PER_PAGE)
    page = {"deeds": deeds, "next_key": following, "is_first": key is None, "nav": "supplier:members"}
    return render(request, "desks/supplier/trail.html", page)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: HttpRequest) -> HttpResponse:
    """What leaving means, what is still open and from when the deposit is free; POST begins it."""
    supplier = cast(SupplierRequest, request).supplier
    if request.method == "POST":
        return _told(cast(SupplierRequest, request), begin_exit, reason=request.POST.get("reason", "")[:200])
    at = clock.now()
    page = {
        "supplier": supplier,
        "leaving": leaving_of(supplier, at=at),
        "returns": deposit_returns_of(supplier),
        "account": supplier_account_of(supplier),
        "hold_days": rules_at(at).EXIT_HOLD_D,
        "may": SUPPLIERS.events(supplier.status, ActorKind.SUPPLIER),
        "is_by_staff": supplier.exit_by == ActorKind.STAFF,
        "nav": "supplier:payable",
    }
    return render(request, "desks/supplier/leaving.html", page)


@supplier_page
@require_POST
def staying(request: HttpRequest) -> HttpResponse:
    """Take an exit back."""
    return _told(cast(SupplierRequest, request), come_back)


def _told(request: SupplierRequest, act: Callable[..., object], **answers: str) -> HttpResponse:
    try:
        act(public_id=request.supplier.public_id, actor=request.actor, at=clock.now(), **answers)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    return redirect("supplier:exit")


urlpatterns = [
    path("exit/", leaving, name="exit"),
    path("exit/return/", staying, name="exit-return"),
    path("", home, name="home"),
    path("members/trail/", trail, name="trail"),
    path("orders/<slug:number>/money/", order_money, name="order-money"),
    path("payable/", payable, name="payable"),
    path("payable/journals/<int:pk>/", journal, name="journal"),
    path("payable/movements.csv", payable_file, name="payable-file"),
]
