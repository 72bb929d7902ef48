"""Customised goods and their contracts, through services only."""

from datetime import datetime, timedelta

from orders import services as orders
from orders.models import Contract, Order, Trade
from orders.services import Delivery, Item, Terms, Wish
from storefronts.models import Shop
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from suppliers.services import CustomOffer, GoodDraft, WishField
from suppliers.states import WishKind
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story

OFFER = CustomOffer(
    lead_min_d=5,
    lead_max_d=20,
    cancel_fee_bp=1000,
    fields=(
        WishField("刻字", WishKind.TEXT),
        WishField("颜色", WishKind.CHOICE, ("原木色", "胡桃色")),
        WishField("腕围", WishKind.MEASURE, required=False),
    ),
)
ANSWERS = ("小满", "胡桃色", "15.5 厘米")
WISH = Wish(ANSWERS, 10, knows_no_return=True)


def good(of: Supplier, at: datetime, *, price_fen: int = 20_000, offer: CustomOffer = OFFER) -> Good:
    """A listed customised good with one SKU."""
    draft = GoodDraft(
        title="刻字胡桃木梳",
        category_code="home",
        brand="山茶花",
        description="手工打磨，可刻字",
        price_fen=price_fen,
        stock=20,
        rate_bp=2000,
        with_offer=True,
        offer=offer,
    )
    return suppliers.create_good(supplier=of, draft=draft, actor=story.supplier_actor(of), at=at)


def place(
    what: Good,
    at: datetime,
    *,
    through: Shop | None = None,
    wish: Wish | None = WISH,
    phone: str = "13911112222",
) -> Order:
    """An order that waits for the supplier to accept the buyer's first version."""
    sku = Sku.objects.get(good=what)
    trade: Trade = orders.place_trade(
        items=[Item(sku.pk, 1, through, sku.price_fen, wish)],
        delivery=Delivery("李青禾", phone, "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=at,
    )
    return trade.orders.get()


def buyer(order: Order) -> Actor:
    """Whoever placed an order."""
    return Actor(ActorKind.BUYER, order.trade.number)


def seller(order: Order) -> Actor:
    """Some member of the order's supplier."""
    return story.supplier_actor(order.supplier)


def terms(**changes: object) -> Terms:
    """What the supplier writes back: two days more."""
    fields: dict[str, object] = {
        "making": "胡桃木梳一把，刻“小满”",
        "wishes": (("刻字", "小满"), ("颜色", "胡桃色")),
        "lead_d": 12,
        "cancel_fee_bp": 2000,
        "terms": "刻字开始后不再改字。",
    }
    return Terms(**(fields | changes))  # type: ignore[arg-type]


def agreed(order: Order, at: datetime) -> Order:
    """The supplier accepts what the buyer wrote: the order waits for its payment."""
    assert orders.accept_version(order=order, seen=1, actor=seller(order), at=at)
    order.refresh_from_db()
    return order


def paid(what: Good, at: datetime, *, through: Shop | None = None, phone: str = "13911112222") -> Order:
    """An order that both agreed about and that was paid."""
    order = agreed(place(what, at, through=through, phone=phone), at)
    story.pay(Trade.objects.get(pk=order.trade_id), at)
    order.refresh_from_db()
    return order


def making(what: Good, at: datetime, *, through: Shop | None = None, phone: str = "13911112222") -> Order:
    """An order in production since an hour after it was paid."""
    order = paid(what, at, through=through, phone=phone)
    orders.start_production(order=order, actor=seller(order), at=at + timedelta(hours=1))
    order.refresh_from_db()
    return order


def contract(order: Order) -> Contract:
    """The contract as it is now."""
    return Contract.objects.get(order=order)
