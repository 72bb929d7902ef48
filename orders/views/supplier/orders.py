"""Fulfilment: what to ship, one order, handing a parcel over."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from orders import access, services
from orders.forms import ShipForm
from orders.models import Order
from orders.selectors import (
    ALL,
    TO_SHIP,
    SupplierOrder,
    Wanted,
    detail_for_supplier,
    fulfilment_queue,
    queue_counts,
)
from orders.states import ORDERS, OrderStatus
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import DomainError, MoveRefused

PER_PAGE = 25
TABS = (
    OrderStatus.SHIPPED,
    OrderStatus.COMPLETED,
    OrderStatus.FINALISED,
    OrderStatus.CLOSED_REFUNDED,
)
DUE_WORDS = {
    "late": gettext_lazy("已逾期"),
    "soon": gettext_lazy("24 小时内到期"),
    "later": gettext_lazy("时间充裕"),
}


@supplier_page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The queue: orders to ship by deadline, others newest first; tab, chips, search and page live in the address."""
    request = cast(SupplierRequest, request)
    supplier = request.supplier
    at, asked = clock.now(), request.GET
    query = asked.get("q", "").strip()[:40]
    wanted = Wanted(
        status=asked.get("status", ALL if query else TO_SHIP),
        due=asked.get("due", ""),
        printed=asked.get("printed", ""),
        query=query,
        after=asked.get("after", "")[:40],
    )
    counts = queue_counts(supplier, at=at)
    return render(
        request,
        "orders/supplier/orders.html",
        {
            "page": fulfilment_queue(supplier, wanted, at=at, size=PER_PAGE),
            "tabs": [
                (TO_SHIP, _("待发货"), counts.to_ship, wanted.status == TO_SHIP),
                *((s.value, s.label, counts.by_status[s], s.value == wanted.status) for s in TABS),
                (ALL, _("全部"), counts.total, wanted.status not in (TO_SHIP, *TABS)),
            ],
            "chips": [
                (due, words, getattr(counts, due), due == wanted.due) for due, words in DUE_WORDS.items()
            ],
            "wanted": wanted,
            "counts": counts,
            "is_to_ship": wanted.status == TO_SHIP,
            "total": counts.total,
            "server_now": at,
        },
    )


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order with everything that its supplier may see; POST hands a parcel over."""
    request = cast(SupplierRequest, request)
    found = access.order_for_supplier(request.supplier, number)
    detail = detail_for_supplier(found)
    if request.method != "POST":
        return _order_page(request, found, detail, ShipForm(waiting=detail.waiting), 200)
    form = ShipForm(request.POST, waiting=detail.waiting)
    if not detail.waiting:
        raise MoveRefused(state=found.get_status_display(), event=_("发货"))
    if form.is_valid():
        try:
            parcel = services.ship(order=found, shipment=form.shipment(), actor=request.actor, at=clock.now())
            messages.success(request, _("已发货：{parcel}").format(parcel=parcel))
            return redirect("supplier:order", number)
        except DomainError as error:
            form.refuse(error)
    return _order_page(request, found, detail, form, 422)


def _order_page(
    request: SupplierRequest, found: Order, detail: SupplierOrder, form: ShipForm, status: int
) -> HttpResponse:
    context = {
        "order": found,
        "detail": detail,
        "form": form,
        "may_report": "out_of_stock" in ORDERS.events(found.status, ActorKind.SUPPLIER) and not detail.holds,
    }
    return render(request, "orders/supplier/order.html", context, status=status)


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<slug:number>/", order, name="order"),
]
