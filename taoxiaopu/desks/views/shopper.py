"""What a consumer sees of the whole platform: its home page, its search, and an order with all that belongs to it."""

import re
import unicodedata
from typing import cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import addresses_of
from orders.access import order_for_buyer
from orders.gates import claims_of, holder_of
from orders.selectors import claimable_of, counts_of_holder
from rulebook.selectors import duty_of
from storefronts.access import has_passcode, pasted
from storefronts.errors import NothingPasted
from storefronts.gates import network_of, to_link
from suppliers.selectors import root_categories, sellable_goods
from taoxiaopu.desks.order_money import buyer_money
from taoxiaopu.desks.order_sheet import order_sheet
from taoxiaopu.desks.selectors import roles_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind

SHOP_NUMBER = re.compile(r"[1-9][0-9]{5,7}")
SORTS = ("sales", "new", "price", "-price")
BEST = 12
PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Categories, search, best sellers. Shops are never ranked (docs/rules.md §1.4 rule 42)."""
    context = {"categories": root_categories(), "best": sellable_goods()[:BEST], "server_now": None}
    return render(request, "desks/shopper/home.html", context)


@require_safe
def goods(request: HttpRequest) -> HttpResponse:
    """Search; six digits that are a shop's number lead to the shop, a pasted passcode to what it stands for."""
    if has_passcode(request.GET.get("q", "")):
        return redirect(f"{reverse('open-pasted')}?{urlencode({'text': request.GET['q'][:2000]})}")
    query = unicodedata.normalize("NFKC", request.GET.get("q", "").replace("\x00", " "))
    query = " ".join(query.split())[:60]
    is_number = SHOP_NUMBER.fullmatch(query) is not None
    if is_number:
        try:
            number = pasted(query, network=network_of(request), at=clock.now())
            return to_link(request, number.link, number.way)
        except NothingPasted:
            pass  # the digits may still be part of a title
    categories = list(root_categories())
    chosen = next((c for c in categories if c.code == request.GET.get("category")), None)
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else SORTS[0]
    found = sellable_goods(query=query, category=chosen.code if chosen else "", sort=sort or SORTS[0])
    context = {
        "q": query,
        "no_such_shop": is_number,
        "categories": categories,
        "chosen": chosen,
        "sort": sort,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "server_now": None,
    }
    return render(request, "desks/shopper/goods.html", context)


@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """A consumer's own page: orders by state, addresses, letters, what one may become. A guest sees this session's."""
    holder = holder_of(request)
    context: dict[str, object] = {"counts": counts_of_holder(holder)}
    if request.user.is_authenticated:
        user = cast(User, request.user)
        context |= {
            "roles": roles_of(user),
            "duty": duty_of(Actor(ActorKind.BUYER, user.public_id, user.public_id), at=clock.now()),
            "address_count": addresses_of(user).count(),
            "claimable": claimable_of(user, **claims_of(request)).count(),
        }
    return render(request, "desks/shopper/me.html", context)


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One of the visitor's orders: where it stands, what happened, parcels, money, after-sales."""
    found = order_for_buyer(holder_of(request), number)
    context = {"sheet": order_sheet(found, at=clock.now()), "asking": request.GET.get("ask", "")}
    return render(request, "desks/shopper/order.html", context)


@require_safe
def order_money(request: HttpRequest, number: str) -> HttpResponse:
    """What a consumer paid for an order, and what came back."""
    found = order_for_buyer(holder_of(request), number)
    return render(request, "desks/shopper/order_money.html", {"order": found, "money": buyer_money(found)})


urlpatterns = [
    path("", home, name="home"),
    path("goods/", goods, name="goods"),
    path("me/", me, name="me"),
    re_path(r"^orders/(?P<number>[0-9]{16})/$", order, name="order"),
    re_path(r"^orders/(?P<number>[0-9]{16})/money/$", order_money, name="order-money"),
]
