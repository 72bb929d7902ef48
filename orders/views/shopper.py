"""A consumer's way from a good to a paid order, and back to it."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.selectors import addresses_of
from orders import access, services
from orders.forms import CheckoutForm, LookupForm, MemberCheckoutForm, PurchaseForm, WishForm
from orders.gates import buyer_of, claims_of, holder_of, remember_trade
from orders.models import Order, Trade
from orders.selectors import (
    TABS,
    Quote,
    claimable_of,
    counts_of_holder,
    orders_of_holder,
    orders_of_trades,
    quote,
    trade_of,
)
from orders.services import Item
from orders.states import OrderStatus
from payments.selectors import charges_of_trade, returned_of_trade
from payments.services import provider_named
from payments.states import ChargeStatus
from storefronts.access import shop_for_visitor
from storefronts.gates import CARRIED, carried_token, carried_visitor, network_of, visitor_of
from storefronts.models import Shop
from suppliers.access import sku_for_visitor
from suppliers.models import Sku
from suppliers.services.customising import offer_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, KeyReused, NotFound
from taoxiaopu.kernel.forms import refuse
from taoxiaopu.kernel.idempotency import run_once
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.settings import rules_at

PAGE = 20
PAUSES_S = (2, 2, 3, 4, 6, 8, 12, 16, 20, 30)


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """What it costs and where it goes; POST places the trade. The key in the address makes a second POST harmless."""
    return _place(request) if request.method == "POST" else _ask(request)


def _ask(request: HttpRequest) -> HttpResponse:
    wish = PurchaseForm(request.GET)
    wish.is_valid()
    if "sku" not in wish.cleaned_data or "shop" not in wish.cleaned_data:
        raise NotFound
    if not wish.cleaned_data.get("key"):
        query = {k: v for k, v in request.GET.items() if k in ("sku", "quantity", "shop", CARRIED) and v}
        return redirect(f"{reverse('checkout')}?{urlencode(query | {'key': secret_key_text()})}")
    offer = quote(sku_for_visitor(wish.cleaned_data["sku"]), wish.cleaned_data.get("quantity", 1))
    shop = _shop_named(wish.cleaned_data["shop"])
    if not offer.sku.is_sellable_at(clock.now()):
        return _to_good(offer, shop)
    form = _form(request)
    return _checkout_page(
        request,
        form,
        offer,
        shop,
        key=wish.cleaned_data["key"],
        wrong=wish.errors.get("quantity", []),
        making=_making(offer.sku),
    )


def _place(request: HttpRequest) -> HttpResponse:
    form = _form(request, request.POST)
    form.is_valid()
    typed = form.cleaned_data
    if "sku" not in typed or "shop" not in typed:
        raise NotFound
    sku, shop = sku_for_visitor(typed["sku"]), _shop_named(typed["shop"])
    key, status, making = typed.get("key") or secret_key_text(), 422, _making(sku, request.POST)
    if form.is_valid() and (making is None or making.is_valid()):
        try:
            number = _place_once(request, form, shop, key, making)
        except KeyReused:
            key = secret_key_text()
            form.add_error(None, _("这份订单已提交过。如需再下一单，请核对后重新提交。"))
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            trade = trade_of(number)
            assert trade is not None
            if trade.user_id is None:
                remember_trade(request, trade, placed=True)
            return _see("trade", number)
    offer = quote(sku_for_visitor(sku.pk), typed.get("quantity", 1))
    wrong = form.errors.get("quantity", [])
    return _checkout_page(request, form, offer, shop, key=key, wrong=wrong, making=making, status=status)


def _form(request: HttpRequest, data: QueryDict | None = None) -> CheckoutForm:
    user = _member(request)
    if user is None:
        return CheckoutForm(data)
    book = list(addresses_of(user))
    may_save = len(book) < rules_at(clock.now()).ADDRESS_LIMIT
    initial = {"phone": user.phone, "save": True}
    return MemberCheckoutForm(data, book=book, may_save=may_save, initial=initial)


def _making(sku: Sku, data: QueryDict | None = None) -> WishForm | None:
    """What a customised good asks for; None for goods from stock."""
    offer = offer_of(sku.good.custom)
    return WishForm(data, offer=offer) if offer else None


def _member(request: HttpRequest) -> User | None:
    return cast(User, request.user) if request.user.is_authenticated else None


def _place_once(
    request: HttpRequest, form: CheckoutForm, shop: Shop | None, key: str, making: WishForm | None
) -> str:
    at, typed, user = clock.now(), form.cleaned_data, _member(request)
    wish = making.wish() if making else None

    def work() -> str:
        trade = services.place_trade(
            items=[Item(typed["sku"], typed["quantity"], shop, typed["seen_price_fen"], wish)],
            delivery=form.delivery(),
            visitor=visitor_of(request),
            user=user,
            keep=form.to_keep(),
            carried=carried_visitor(request),
            at=at,
        )
        return trade.number

    inputs = {name: value for name, value in typed.items() if name != "key"}
    if making:
        inputs |= {f"wish {name}": value for name, value in making.cleaned_data.items()}
    actor = f"checkout of {user.public_id}" if user else "checkout"
    return str(run_once(actor=actor, key=key, inputs=inputs, at=at, work=work))


def _checkout_page(
    request: HttpRequest,
    form: CheckoutForm,
    offer: Quote,
    shop: Shop | None,
    *,
    key: str,
    wrong: list[str],
    making: WishForm | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "offer": offer,
        "shop": shop,
        "key": key,
        "wrong_quantity": wrong,
        "making": making,
        "carried": carried_token(request),
    }
    return render(request, "orders/shopper/checkout.html", context, status=status)


def _shop_named(number: str) -> Shop | None:
    return shop_for_visitor(number) if number else None


def _to_good(offer: Quote, shop: Shop | None) -> HttpResponse:
    public_id = offer.sku.good.public_id
    return redirect("shop-good", shop.number, public_id) if shop else redirect("good", public_id)


@dataclass(frozen=True, slots=True)
class TradeSight:
    """A trade as its page shows it. ``pause_s``: seconds until the page asks again."""

    trade: Trade
    orders: list[Order]
    confirming: bool
    tries: int
    in_review: bool
    returned: list[Any]

    @property
    def is_pending(self) -> bool:
        """Whether it waits for payment."""
        return any(order.status == OrderStatus.PENDING_PAYMENT for order in self.orders)

    @property
    def is_closed(self) -> bool:
        """Whether it was given up unpaid."""
        return all(order.status == OrderStatus.CLOSED_UNPAID for order in self.orders)

    @property
    def pause_s(self) -> int:
        """The pauses grow, so that a forgotten page costs little."""
        return PAUSES_S[min(self.tries, len(PAUSES_S) - 1)]

    @property
    def next_try(self) -> int:
        """Which time the page asks next."""
        return self.tries + 1

    @property
    def is_slow(self) -> bool:
        """Whether the notice takes longer than usual."""
        return self.tries >= 6


@never_cache
@require_safe
def trade(request: HttpRequest, number: str) -> HttpResponse:
    """Where a payment stands. It only reads our own state; coming back from the cashier never marks anything paid."""
    found = access.trade_for_buyer(holder_of(request), number)
    asked = request.GET.get("n", "0")
    of_trade = list(orders_of_trades([found.number]))
    if of_trade[0].status == OrderStatus.AWAIT_AGREEMENT:  # what is to be made comes first, then the payment
        return redirect("contract", of_trade[0].number)
    sight = TradeSight(
        trade=found,
        orders=of_trade,
        confirming="confirming" in request.GET,
        tries=min(int(asked), 99) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0,
        in_review=charges_of_trade(found.number).filter(status=ChargeStatus.REVIEW).exists(),
        returned=list(returned_of_trade(found.number)),
    )
    if "n" not in request.GET:
        return render(
            request, "orders/shopper/trade.html", {"sight": sight, "asking": request.GET.get("ask")}
        )
    if sight.is_pending:
        return render(request, "orders/shopper/_waiting.html", {"sight": sight})
    answer = HttpResponse()
    answer["HX-Redirect"] = reverse("trade", args=[number])
    return answer


@require_POST
def trade_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the cashier."""
    found = access.trade_for_buyer(holder_of(request), number)
    try:
        charge = services.open_payment(trade=found, at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return _see("trade", number)
    return HttpResponseRedirect(provider_named(charge.provider).cashier_url(charge.number), status=303)


@require_POST
def trade_cancellation(request: HttpRequest, number: str) -> HttpResponse:
    """Give up an unpaid trade."""
    found = access.trade_for_buyer(holder_of(request), number)
    try:
        services.cancel_trade(trade_number=found.number, actor=buyer_of(found), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("订单已取消"))
    return _see("trade", number)


@never_cache
@require_safe
def my_orders(request: HttpRequest) -> HttpResponse:
    """All orders of a member; of a guest those that this browser placed or opened with a code."""
    holder, user = holder_of(request), _member(request)
    tab = request.GET.get("tab", "")
    context = {
        "tab": tab if tab in TABS else "",
        "counts": counts_of_holder(holder),
        "page": Paginator(orders_of_holder(holder, tab=tab), PAGE).get_page(request.GET.get("page")),
        "claimable": claimable_of(user, **claims_of(request)).count() if user else 0,
    }
    return render(request, "orders/shopper/list.html", context)


@login_required
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """Make the orders of this session, placed before signing in, the member's own."""
    claimed = services.claim_trades(user=cast(User, request.user), **claims_of(request), at=clock.now())
    if claimed:
        messages.success(request, _("订单已归入您的账号，换设备登录也能看到"))
    else:
        messages.error(request, _("没有可以归入账号的订单"))
    return redirect("my-orders")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order_lookup(request: HttpRequest) -> HttpResponse:
    """Find an order again by phone and code."""
    form, status = LookupForm(), 200
    if request.method == "POST":
        form, status = LookupForm(request.POST), 422
        if form.is_valid():
            typed = form.cleaned_data
            try:
                found = access.trade_by_lookup(
                    typed["phone"], typed["code"], network=network_of(request), at=clock.now()
                )
            except NotFound:
                form.add_error(None, _("没有找到：请核对下单手机号与查询码"))
                status = 404
            except DomainError as refused:
                refuse(form, refused)
                status = refused.status
            else:
                remember_trade(request, found)
                return _see("trade", found.number)
    return render(request, "orders/shopper/lookup.html", {"form": form}, status=status)


@require_POST
def order_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm receipt."""
    found = access.order_for_buyer(holder_of(request), number)
    try:
        services.confirm_receipt(order=found, actor=buyer_of(found.trade), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已确认收货，感谢您的购买"))
    return _see("order", number)


def _see(name: str, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[number]), status=303)


NUMBER = r"(?P<number>[0-9]{16})"
urlpatterns = [
    path("checkout/", checkout, name="checkout"),
    re_path(rf"^trades/{NUMBER}/$", trade, name="trade"),
    re_path(rf"^trades/{NUMBER}/payment/$", trade_payment, name="trade-payment"),
    re_path(rf"^trades/{NUMBER}/cancellation/$", trade_cancellation, name="trade-cancellation"),
    path("orders/", my_orders, name="my-orders"),
    path("orders/lookup/", order_lookup, name="order-lookup"),
    path("orders/claim/", claim, name="order-claim"),
    re_path(rf"^orders/{NUMBER}/receipt/$", order_receipt, name="order-receipt"),
]
