"""A text pasted on the platform's home: a passcode, a short link or a shop's number opens what it stands for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefronts import access
from storefronts.gates import network_of, to_link
from storefronts.states import ShopStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


@never_cache
@require_safe
def open_pasted(request: HttpRequest) -> HttpResponse:
    """Open what the text leads to, as its owner's link would; a text that leads nowhere is told why."""
    text = request.GET.get("text", "").replace("\x00", " ").strip()[: access.PASTED_MAX]
    page: dict[str, object] = {"text": text, "server_now": None}
    if not text:
        return render(request, "storefronts/shopper/pasted.html", page)
    try:
        found = access.pasted(text, network=network_of(request), at=clock.now())
    except DomainError as refused:
        page["wrong"] = refused.sentence
        answer = render(request, "storefronts/shopper/pasted.html", page, status=refused.status)
        if refused.retry_after_s is not None:
            answer["Retry-After"] = str(refused.retry_after_s)
        return answer
    if found.link.shop.status != ShopStatus.OPEN:
        page = {"shop": found.link.shop, "is_open": False, "server_now": None}
        return render(request, "storefronts/shopper/gone.html", page, status=410)
    return to_link(request, found.link, found.way)


urlpatterns: list[URLPattern] = [path("open/", open_pasted, name="open-pasted")]
