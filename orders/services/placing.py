"""Placing a trade: what the buyer saw is frozen on the lines, stock is reserved, nothing is posted (O1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import AddressDraft, add_address
from commissions.states import FULL_KINDS
from orders import errors
from orders.models import Order, OrderLine, Trade
from orders.selectors import freight_of
from orders.services.attribution import attribution_of, basis_of
from orders.services.contracts import Wish, agree_by, open_contract
from orders.states import OrderStatus
from storefronts.models import Click, Pick, Shop
from storefronts.selectors import display_name, standing_of
from storefronts.states import ShopStatus
from suppliers import stock
from suppliers.models import Category, Good, Sku, Supplier
from suppliers.states import ReturnPolicy, Season
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.ids import lookup_code, order_number
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.personal import blind_index, normalise_phone
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to buy: a SKU, a quantity, the shop it is bought in (None: the platform's own pages), the price
    in fen that the buyer saw, and what is to be made of a customised good.
    """

    sku_id: int
    quantity: int
    shop: Shop | None
    seen_price_fen: int
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a parcel goes."""

    receiver: str
    phone: str
    address: str


def place_trade(
    *,
    items: Sequence[Item],
    delivery: Delivery,
    visitor: str,
    user: User | None = None,
    keep: AddressDraft | None = None,
    carried: str = "",
    at: datetime,
) -> Trade:
    """Place a trade of one order per supplier and shop; payable for PAY_TIMEOUT_MIN. A customised good is a trade of its own,
    which waits CUSTOM_AGREE_H for both sides to accept one contract version and is payable from then on (docs/rules.md §5.8).

    ``visitor`` is who clicked; ``carried`` who did as the address itself says, where no cookie could.
    ``user``: the member whose it is, None for a guest. ``keep``: an address for the member's book, too (then raises
    AddressBookFull, AddressIncomplete as well). Raises BadAddress, BadPhone, BadQuantity, NotForSale, SaleNotBegun, SaleOver,
    PriceChanged, SoldOut, TooManyUnpaid, and for a customised good BoughtAlone, WishMissing, BadWish, BadTerms; then nothing
    is written.
    """
    rules = rules_at(at)
    clean = _checked(delivery)
    if not items or len(items) > 50:
        raise BadInput(what=_("请选择 1 到 50 件商品"))
    with transaction.atomic():
        found = _load(items, rules, at)
        custom = _custom_of(found)
        groups: dict[tuple[int, int], list[tuple[Item, Sku]]] = {}
        for item, sku in found:
            key = (sku.good.supplier_id, item.shop.pk if item.shop else 0)
            groups.setdefault(key, []).append((item, sku))
        pay_by = agree_by(rules, at) if custom else at + timedelta(minutes=rules.PAY_TIMEOUT_MIN)
        freights = {key: _freight(lines) for key, lines in groups.items()}
        total = sum(item.quantity * sku.price_fen for item, sku in found) + sum(freights.values())
        trade = Trade(
            number=order_number(),
            user=user,
            buyer=blind_index(clean.phone),
            visitor=visitor[:32],
            receiver=clean.receiver,
            phone=clean.phone,
            address=clean.address,
            lookup_code=lookup_code(),
            amount_fen=total,
            placed_at=at,
            pay_by=pay_by,
        )
        rows.insert(trade)
        wants: list[stock.Want] = []
        for key, lines in sorted(groups.items()):
            order = _place_order(trade, lines, freights[key], carried, rules, at)
            wants += [stock.Want(order.number, sku.pk, item.quantity, sku.good.title) for item, sku in lines]
        stock.reserve(
            wants=wants,
            buyer=stock.Buyer(trade.buyer, rules.UNPAID_PER_SKU_MAX),
            expires_at=pay_by,
            actor=Actor(ActorKind.BUYER, trade.number),
            at=at,
        )
        if custom:
            open_contract(order=order, wish=custom, at=at)
        if user is not None and keep is not None:
            add_address(user=user, draft=keep, at=at)
    return trade


def _place_order(
    trade: Trade,
    lines: list[tuple[Item, Sku]],
    freight_fen: int,
    carried: str,
    rules: Rules,
    at: datetime,
) -> Order:
    shop, supplier = lines[0][0].shop, lines[0][1].good.supplier
    order = Order(
        number=order_number(),
        trade=trade,
        supplier=supplier,
        shop=shop,
        owner=shop.owner if shop else None,
        status=OrderStatus.AWAIT_AGREEMENT if lines[0][1].good.is_custom else OrderStatus.PENDING_PAYMENT,
        goods_fen=sum(item.quantity * sku.price_fen for item, sku in lines),
        freight_fen=freight_fen,
        placed_at=at,
    )
    bonus_bp = 0
    if shop is not None:
        order.click, order.basis = basis_of(shop, (trade.visitor, carried), rules=rules, at=at)
        found = attribution_of(order, trade)
        order.attribution, order.evidence = found.kind, found.evidence
        if found.kind in FULL_KINDS:
            standing = standing_of(shop.owner)
            bonus_bp = 0 if standing.suspended else rules.BONUS_BP[standing.tier - 1]
    rows.insert(order)
    for index, (item, sku) in enumerate(lines, start=1):
        line = OrderLine(
            order=order,
            supplier=supplier,
            ref=f"{order.number}-{index}",
            good=sku.good,
            sku=sku,
            title=sku.good.title,
            sku_name=sku.name,
            snapshot=_snapshot(sku, item, shop, order.click, rules, at),
            quantity=item.quantity,
            unit_price_fen=sku.price_fen,
            paid_fen=sku.price_fen * item.quantity,
            rate_bp=sku.good.rate_bp if shop else 0,
            fee_bp=rules.PLATFORM_FEE_BP,
            bonus_bp=bonus_bp,
        )
        rows.insert(line)
    audit.record(
        actor=Actor(ActorKind.BUYER, trade.number),
        subject_type="order",
        subject_ref=order.number,
        event="place",
        at=at,
        to_state=order.status,
    )
    return order


def _snapshot(
    sku: Sku, item: Item, shop: Shop | None, click: Click | None, rules: Rules, at: datetime
) -> dict[str, Any]:
    good = sku.good
    recommendation = ""
    if shop is not None:
        picks = rows.find(Pick, shop_id=shop.pk, good_id=good.pk)
        recommendation = picks[0].recommendation if picks else ""
    return {
        "title": good.title,
        "brand": good.brand,
        "description": good.description,
        "sku": sku.name,
        "price_fen": sku.price_fen,
        "good": good.public_id,
        "version": good.version,
        "picture": good.picture,
        "supplier": good.supplier.name,
        "ship_within_h": good.ship_within_h,
        "return_policy": ReturnPolicy.EXEMPT if good.is_custom else good.category.return_policy,
        "shop": display_name(shop.name, rules.SHOP_SUFFIX) if shop else "",
        "recommendation": recommendation,
        "link": click.link.code if click else "",
        "seen_at": at.isoformat(),
        **({"custom": good.custom} if good.is_custom else {}),
    }


def _custom_of(found: list[tuple[Item, Sku]]) -> Wish | None:
    """What is to be made, when a customised good is bought: by itself, and knowing that there is no seven-day return."""
    goods = [sku.good for _item, sku in found if sku.good.is_custom]
    if not goods:
        return None
    if len(found) > 1:
        raise errors.BoughtAlone(title=goods[0].title)
    wish = found[0][0].wish
    if wish is None or not wish.knows_no_return:
        raise errors.WishMissing(title=goods[0].title)
    return wish


def _load(items: Sequence[Item], rules: Rules, at: datetime) -> list[tuple[Item, Sku]]:
    skus = {sku.pk: sku for sku in rows.find(Sku, id=[item.sku_id for item in items])}
    goods = {good.pk: good for good in rows.find(Good, id=[sku.good_id for sku in skus.values()])}
    suppliers = {s.pk: s for s in rows.find(Supplier, id=[good.supplier_id for good in goods.values()])}
    categories = {c.pk: c for c in rows.find(Category, id=[good.category_id for good in goods.values()])}
    for good in goods.values():
        good.supplier, good.category = suppliers[good.supplier_id], categories[good.category_id]
    for sku in skus.values():
        sku.good = goods[sku.good_id]
    merged: dict[tuple[int, int], Item] = {}
    for item in items:
        key = (item.sku_id, item.shop.pk if item.shop else 0)
        before = merged.get(key)
        if type(item.quantity) is not int:
            raise errors.BadQuantity(limit=rules.LINE_QUANTITY_MAX)
        quantity = item.quantity + (before.quantity if before else 0)
        if not 1 <= item.quantity <= rules.LINE_QUANTITY_MAX or quantity > rules.LINE_QUANTITY_MAX:
            raise errors.BadQuantity(limit=rules.LINE_QUANTITY_MAX)
        merged[key] = Item(item.sku_id, quantity, item.shop, item.seen_price_fen, item.wish)
    for item in items:
        if item.sku_id not in skus:
            raise errors.NotForSale(title="?")
        sku = skus[item.sku_id]
        _require_sellable(sku, item.shop, at)
        if sku.price_fen != item.seen_price_fen:
            raise errors.PriceChanged(title=sku.good.title, price=format_yuan(sku.price_fen, thousands=True))
    return [(item, skus[item.sku_id]) for item in merged.values()]


def _require_sellable(sku: Sku, shop: Shop | None, at: datetime) -> None:
    good = sku.good
    sellable = sku.is_sellable_at(at)
    if shop is not None:
        in_shop = any(p.slot is not None for p in rows.find(Pick, shop_id=shop.pk, good_id=good.pk))
        sellable = sellable and in_shop and shop.status == ShopStatus.OPEN
    if sellable:
        return
    match good.off_season_at(at):
        case Season.COMING:
            raise errors.SaleNotBegun(title=good.title, when=local_time(good.sale_from))
        case Season.OVER:
            raise errors.SaleOver(title=good.title, when=local_time(good.sale_until))
    raise errors.NotForSale(title=good.title)


def _freight(lines: list[tuple[Item, Sku]]) -> int:
    return freight_of(lines[0][1].good.supplier, sum(item.quantity * sku.price_fen for item, sku in lines))


def _checked(delivery: Delivery) -> Delivery:
    receiver, address = " ".join(delivery.receiver.split()), " ".join(delivery.address.split())
    if not 2 <= len(receiver) <= 30 or not 5 <= len(address) <= 200:
        raise errors.BadAddress
    return Delivery(receiver, normalise_phone(delivery.phone), address)
