"""Fulfilment: what to ship, one order, handing a parcel over."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders import access, services
from orders.forms import ShipForm
from orders.models import Order
from orders.selectors import (
    SupplierOrder,
    detail_for_supplier,
    order_counts_of_supplier,
    orders_of_supplier,
)
from orders.states import NEVER_PAID, OrderStatus
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, MoveRefused

PER_PAGE = 20
SHOWN = tuple(status for status in OrderStatus if status not in NEVER_PAID)


@supplier_page
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Paid orders by status, those to ship first by deadline; a search looks through all of them."""
    supplier = cast(SupplierRequest, request).supplier
    query = request.GET.get("q", "").strip()[:40]
    status = request.GET.get("status", "all" if query else OrderStatus.PAID)
    counts = order_counts_of_supplier(supplier)
    total = sum(counts[s] for s in SHOWN)
    found = orders_of_supplier(supplier, status=status, query=query)
    return render(
        request,
        "orders/supplier/orders.html",
        {
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "tabs": [
                *((s.value, s.label, counts[s], s.value == status) for s in SHOWN),
                ("all", _("全部"), total, status not in SHOWN),
            ],
            "status": status,
            "query": query,
            "total": total,
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
    context = {"order": found, "detail": detail, "form": form}
    return render(request, "orders/supplier/order.html", context, status=status)


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<slug:number>/", order, name="order"),
]
