"""Orders attributed to an owner: what was bought and what it earns, buyers masked."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orders.access import order_for_owner
from orders.selectors import OWNER_TABS, detail_of, orders_in_tab, proof_of, tab_counts, with_earnings
from storefronts.gates import OwnerRequest, owner_page
from taoxiaopu.kernel import clock

PER_PAGE = 20
TAB_LABELS = {
    "to_ship": _("待发货"),
    "shipped": _("待收货"),
    "completed": _("售后期"),
    "finalised": _("已结清"),
    "closed": _("已关闭"),
}


@owner_page
@require_GET
def orders(request: OwnerRequest) -> HttpResponse:
    """An owner's orders by state with the commission of each."""
    tab = request.GET.get("status", "")
    tab = tab if tab in OWNER_TABS else ""
    found = Paginator(orders_in_tab(request.owner, tab), PER_PAGE).get_page(request.GET.get("page"))
    counts = tab_counts(request.owner)
    page = {
        "tab": tab,
        "tabs": [(key, TAB_LABELS[key], counts[key]) for key in OWNER_TABS],
        "found": found,
        "orders": with_earnings(request.owner, found),
        "nav": "owner:orders",
    }
    return render(request, "orders/owner/orders.html", page)


@owner_page
@require_GET
def order(request: OwnerRequest, number: str) -> HttpResponse:
    """One order with its steps and the commission of each line."""
    row = order_for_owner(request.owner, number)
    page = {"detail": detail_of(request.owner, row, at=clock.now()), "order": row, "nav": "owner:orders"}
    return render(request, "orders/owner/order.html", page)


@owner_page
@require_GET
def attribution(request: OwnerRequest, number: str) -> HttpResponse:
    """Why an order is this owner's: the rule, the click and its link, and the clicks that lost."""
    row = order_for_owner(request.owner, number)
    page = {"order": row, "proof": proof_of(row), "nav": "owner:orders"}
    return render(request, "orders/owner/attribution.html", page)


urlpatterns: list[URLPattern] = [
    path("orders/", orders, name="orders"),
    path("orders/<slug:number>/", order, name="order"),
    path("orders/<slug:number>/attribution/", attribution, name="order-attribution"),
]
