"""The owner's centre: today, earnings by state, the way to the next tier."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from orders.access import order_for_owner
from rulebook.selectors import duty_of
from storefronts.gates import OwnerRequest, owner_page, shop_of
from storefronts.selectors import display_name
from taoxiaopu.desks.figures import owner_figures
from taoxiaopu.desks.order_money import order_money as money_of
from taoxiaopu.desks.order_money import owner_picture, settled_in, told_to
from taoxiaopu.desks.owner_day import owner_day
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import rules_at


@owner_page
@require_GET
def home(request: OwnerRequest) -> HttpResponse:
    """Where an owner stands today, and what to do next."""
    now = clock.now()
    page = {
        "figures": owner_figures(request.owner, at=now),
        "day": owner_day(request.owner, shop_of(request), at=now),
        "shown_name": display_name(request.user.nickname, rules_at(now).SHOP_SUFFIX),
        "phone": request.user.masked_phone,
        "duty": duty_of(request.actor, at=now),
        "nav": "owner:home",
    }
    return render(request, "desks/owner/home.html", page)


@owner_page
@require_GET
def order_money(request: OwnerRequest, number: str) -> HttpResponse:
    """What an order earns its owner, and every movement that made it so."""
    order = order_for_owner(request.owner, number)
    money = money_of(order)
    page = {
        "order": order,
        "money": money,
        "picture": owner_picture(money),
        "told": told_to(request.owner.public_id, order, is_owner=True),
        "settled": settled_in(order),
        "nav": "owner:orders",
    }
    return render(request, "desks/owner/order_money.html", page)


urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("orders/<slug:number>/money/", order_money, name="order-money"),
]
