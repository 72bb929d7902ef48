"""Shop pages and share links for consumers."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from storefronts import access, services
from storefronts.gates import network_of, new_visitor, remember_visitor, visitor_of
from storefronts.models import ShareLink, Shop
from storefronts.selectors import display_name, visible_picks
from storefronts.states import ShopStatus
from suppliers.selectors import attribute_facts, choices_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_now

PAGE = 20


@require_safe
def shop(request: HttpRequest, number: str) -> HttpResponse:
    """A shop: its name with the suffix, its number, and what can be bought in it now."""
    found = access.shop_for_visitor(number)
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:60]
    picks = visible_picks(found, query=query)
    context = {
        "shop": found,
        "shop_name": display_name(found.name, rules_now().SHOP_SUFFIX),
        "q": query,
        "page": Paginator(picks, PAGE).get_page(request.GET.get("page")),
        "server_now": None,
    }
    return render(request, "storefronts/shopper/shop.html", context)


@require_safe
def shop_good(request: HttpRequest, number: str, public_id: str) -> HttpResponse:
    """A good in a shop, with why its owner recommends it."""
    try:
        pick = access.pick_for_visitor(number, public_id)
    except NotFound:
        return _gone(request, access.shop_for_visitor(number), status=404)
    skus = list(choices_of(pick.good))
    context = {
        "shop": pick.shop,
        "shop_name": display_name(pick.shop.name, rules_now().SHOP_SUFFIX),
        "good": pick.good,
        "is_on_sale": pick.good.is_sellable_at(pick.present),  # type: ignore[attr-defined]
        "off_season": pick.good.off_season_at(pick.present),  # type: ignore[attr-defined]
        "recommendation": pick.recommendation,
        "skus": skus,
        "facts": attribute_facts(pick.good),
        "in_stock": any(sku.available for sku in skus),
        "first_sku": next((sku.pk for sku in skus if sku.available), None),
        "choosing": "choose" in request.GET,
        "server_now": None,
    }
    return render(request, "storefronts/shopper/good.html", context)


@never_cache
@require_safe
def share_link(request: HttpRequest, code: str) -> HttpResponse:
    """A share link: the click is stored at once, then the good in its shop opens, or the shop."""
    link = access.link_by_code(code)
    response = _destination(request, link)
    if not _is_opened(request):
        return response
    visitor = visitor_of(request)
    click = services.record_click(
        link=link,
        visitor=visitor or new_visitor(),
        network=network_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        user_id=cast(User, request.user).pk,
        at=clock.now(),
    )
    if not visitor and click.why_not != "bot":
        remember_visitor(response, click.visitor)
    return response


def _destination(request: HttpRequest, link: ShareLink) -> HttpResponse:
    if link.shop.status != ShopStatus.OPEN:
        return _gone(request, link.shop, status=410)
    if link.good is None:
        return redirect("shop", link.shop.number)
    return redirect("shop-good", link.shop.number, link.good.public_id)


def _is_opened(request: HttpRequest) -> bool:
    """Whether a page opens: not a fetch ahead of time, a hidden frame or a picture (docs/rules.md §6.4)."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    shown = request.headers.get("Sec-Fetch-Dest", "document") in ("document", "empty", "")
    return request.method == "GET" and "prefetch" not in ahead and shown


def _gone(request: HttpRequest, closed: Shop, *, status: int) -> HttpResponse:
    context = {"shop": closed, "is_open": closed.status == ShopStatus.OPEN, "server_now": None}
    return render(request, "storefronts/shopper/gone.html", context, status=status)


urlpatterns = [
    re_path(r"^s/(?P<number>[0-9]{6,8})/$", shop, name="shop"),
    re_path(r"^s/(?P<number>[0-9]{6,8})/g/(?P<public_id>[a-z0-9]{6,16})/$", shop_good, name="shop-good"),
    path("x/<slug:code>", share_link, name="share-link"),
]
