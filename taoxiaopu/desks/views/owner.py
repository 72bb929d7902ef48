"""The owner's centre: today, earnings by state, the way to the next tier."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from storefronts.gates import OwnerRequest, owner_page, shop_of
from storefronts.selectors import display_name
from taoxiaopu.desks.figures import owner_figures
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
        "nav": "owner:home",
    }
    return render(request, "desks/owner/home.html", page)


urlpatterns: list[URLPattern] = [path("", home, name="home")]
