"""Shop pages and share links for consumers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefronts import access
from storefronts.gates import carried_token, click_on, keep_carried, to_link, whole_number
from storefronts.models import Shop
from storefronts.selectors import display_name, shown_sections, shows_other_price, visible_picks
from storefronts.states import ShopStatus, Way
from suppliers.selectors import attribute_facts, choices_of
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_now

PAGE = 20


@require_safe
def shop(request: HttpRequest, number: str) -> HttpResponse:
    """A shop: its name with the suffix, its number, and what can be bought in it now."""
    found = access.shop_for_visitor(number)
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:60]
    picks, section = visible_picks(found, query=query), whole_number(request.GET.get("section", ""))
    if section:
        picks = picks.filter(section=section)
    context = {
        "shop": found,
        "shop_name": display_name(found.name, rules_now().SHOP_SUFFIX),
        "q": query,
        "page": Paginator(picks, PAGE).get_page(request.GET.get("page")),
        "carried": carried_token(request),
        "sections": shown_sections(found),
        "section": section,
        "server_now": None,
    }
    return keep_carried(request, render(request, "storefronts/shopper/shop.html", context))


@require_safe
def shop_good(request: HttpRequest, number: str, public_id: str) -> HttpResponse:
    """A good in a shop, with why its owner recommends it."""
    try:
        pick = access.pick_for_visitor(number, public_id)
    except NotFound:
        return _gone(request, access.shop_for_visitor(number), status=404)
    skus, carried = list(choices_of(pick.good)), carried_token(request)
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
        "carried": carried,
        "other_price": bool(carried) and shows_other_price(pick),
        "server_now": None,
    }
    return keep_carried(request, render(request, "storefronts/shopper/good.html", context))


@never_cache
@require_safe
def share_link(request: HttpRequest, code: str) -> HttpResponse:
    """A share link: the click is stored at once, then the good in its shop opens, or the shop."""
    link = access.link_by_code(code)
    if link.shop.status != ShopStatus.OPEN:
        click_on(request, link, Way.LINK)
        return _gone(request, link.shop, status=410)
    return to_link(request, link)


def _gone(request: HttpRequest, closed: Shop, *, status: int) -> HttpResponse:
    context = {"shop": closed, "is_open": closed.status == ShopStatus.OPEN, "server_now": None}
    return render(request, "storefronts/shopper/gone.html", context, status=status)


urlpatterns = [
    re_path(r"^s/(?P<number>[0-9]{6,8})/$", shop, name="shop"),
    re_path(r"^s/(?P<number>[0-9]{6,8})/g/(?P<public_id>[a-z0-9]{6,16})/$", shop_good, name="shop-good"),
    path("x/<slug:code>", share_link, name="share-link"),
]
