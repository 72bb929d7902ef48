"""Who may open an owner's page, and how a visitor is known: the first-party cookie that attribution rests on."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from storefronts import services
from storefronts.models import Click, Owner, ShareLink, Shop
from storefronts.selectors import owner_of, shop_in_use
from storefronts.states import Way
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.ids import public_id

SHOP_KEY = "owner_shop"
VISITOR_COOKIE = "txv"
VISITOR_AGE_S = 180 * 24 * 3600
CARRIED = "c"
_carrier = signing.Signer(sep=".", salt="storefronts.click")


class OwnerRequest(HttpRequest):
    """A request by a shop owner."""

    user: User
    owner: Owner
    actor: Actor


class ShopRequest(OwnerRequest):
    """A request by an owner about the shop in use."""

    shop: Shop


def owner_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Sign-in needed; an owner gets ``request.owner`` and ``request.actor``, anyone else the joining page."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        owner = owner_of(user)
        if owner is None:
            return redirect("owner:join")
        request = cast(OwnerRequest, request)
        request.owner = owner
        request.actor = Actor(ActorKind.OWNER, owner.public_id, user.public_id)
        return view(request, *args, **kwargs)

    return inner


def shop_of(request: OwnerRequest) -> Shop | None:
    """The shop that this owner works in, as chosen in the session; None before the first is opened."""
    return shop_in_use(request.owner, request.session.get(SHOP_KEY, ""))


def choose_shop(request: OwnerRequest, shop: Shop) -> None:
    """Work in another of the owner's shops from now on."""
    request.session[SHOP_KEY] = shop.number


def shop_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As ``owner_page``, and ``request.shop`` is the shop in use; without one the page that opens a shop."""

    @owner_page
    @wraps(view)
    def inner(request: OwnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shop = shop_of(request)
        if shop is None:
            return redirect("owner:open-shop")
        request = cast(ShopRequest, request)
        request.shop = shop
        return view(request, *args, **kwargs)

    return inner


def whole_number(text: str) -> int:
    """A whole number from 1 on in an address or a form, or 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def visitor_of(request: HttpRequest) -> str:
    """The visitor's random id from the signed cookie, or an empty string."""
    try:
        return request.get_signed_cookie(VISITOR_COOKIE, default="", max_age=VISITOR_AGE_S) or ""
    except signing.BadSignature:
        return ""


def new_visitor() -> str:
    """A fresh visitor id, for ``remember_visitor``."""
    return public_id(20)


def remember_visitor(response: HttpResponse, visitor: str) -> None:
    """Set the visitor cookie for 180 days: first party, HttpOnly, Lax, and Secure where sessions are."""
    response.set_signed_cookie(
        VISITOR_COOKIE,
        visitor,
        max_age=VISITOR_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def network_of(request: HttpRequest) -> str:
    """The address a request came from; behind proxies taoxiaopu.operations.proxy has put the client's there."""
    return request.META.get("REMOTE_ADDR", "")


def is_opened(request: HttpRequest) -> bool:
    """Whether a page opens: not a fetch ahead of time, a hidden frame or a picture (docs/rules.md §6.4)."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    shown = request.headers.get("Sec-Fetch-Dest", "document") in ("document", "empty", "")
    return request.method == "GET" and "prefetch" not in ahead and shown


def click_on(request: HttpRequest, link: ShareLink, way: Way) -> Click | None:
    """Store at once that this request opened an owner's link; None where nobody opened anything."""
    if not is_opened(request):
        return None
    return services.record_click(
        link=link,
        visitor=visitor_of(request) or new_visitor(),
        network=network_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        user_id=cast(User, request.user).pk,
        way=way,
        at=clock.now(),
    )


def to_link(request: HttpRequest, link: ShareLink, way: Way = Way.LINK) -> HttpResponse:
    """Store the click and open the link's good in its shop, or the shop.

    The address carries along who clicked, signed: in a browser without cookies, or when somebody goes on in another
    browser, the order still finds its click.
    """
    click = click_on(request, link, way)
    name, keys = ("shop-good", [link.good.public_id]) if link.good else ("shop", [])
    answer = redirect(name, link.shop.number, *keys)
    if click is not None and click.why_not != "bot":
        answer["Location"] += f"?{CARRIED}={_carrier.sign(click.visitor)}"
        if not visitor_of(request):
            remember_visitor(answer, click.visitor)
    answer["Cache-Control"] = "no-store"
    return answer


def carried_token(request: HttpRequest) -> str:
    """What this request's address or form carries along, if we signed it; else an empty string."""
    token = (request.POST if request.method == "POST" else request.GET).get(CARRIED, "")[:80]
    try:
        return token if token and _carrier.unsign(token) else ""
    except signing.BadSignature:
        return ""


def carried_visitor(request: HttpRequest) -> str:
    """Who clicked, as this request's address or form carries it along; else an empty string."""
    token = carried_token(request)
    return _carrier.unsign(token) if token else ""


def keep_carried(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What the address carries into a browser that knows nobody yet becomes its cookie."""
    visitor = carried_visitor(request)
    if visitor:
        response["Cache-Control"] = "no-store"
        if not visitor_of(request):
            remember_visitor(response, visitor)
    return response
