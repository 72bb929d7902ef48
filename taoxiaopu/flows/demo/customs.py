"""A customised good of the first company, and orders of it in every state that only such goods have."""

from collections.abc import Callable
from datetime import datetime, timedelta

from disputes.states import CaseReason
from orders import services as orders
from orders.models import Trade
from orders.services import Delivery, Item, Terms, Wish
from storefronts import services as storefronts
from suppliers import services as suppliers
from suppliers.models import Sku
from suppliers.services import CustomOffer, GoodDraft, WishField
from suppliers.states import WishKind
from taoxiaopu.flows.demo import cast, moves
from taoxiaopu.flows.demo.people import Cast
from taoxiaopu.flows.stage import Stage, buyer_side, order_of, supplier_side

TITLE = "见山 胡桃木梳 手工打磨 可刻字定制"
OFFER = CustomOffer(
    lead_min_d=5,
    lead_max_d=15,
    cancel_fee_bp=1000,
    fields=(
        WishField("刻字", WishKind.TEXT),
        WishField("木料", WishKind.CHOICE, ("黑胡桃", "白橡木")),
        WishField("梳长", WishKind.MEASURE, required=False),
        WishField("其他要求", WishKind.NOTE, required=False),
    ),
)
WORDS = ("小满", "平安喜乐", "赠青禾", "二〇二六", "四季平安", "晚安", "知足", "一路花开", "山高水长")

Tell = Callable[[Trade, datetime], object]


def plan_customs(play: Stage, people: Cast, now: datetime) -> None:
    """Plan the good and one order for each state: waiting for either side, agreed, paid, being made, and every end."""
    firm, shop = people.firms[0], people.stalls[0].shop
    skus: list[Sku] = []

    def publish(at: datetime) -> None:
        draft = GoodDraft(
            title=TITLE,
            category_code="home/living",
            brand="见山",
            description="一木一梳，可在梳背刻 8 个字以内。刻字前会发打样图确认。",
            price_fen=16_800,
            stock=60,
            rate_bp=2000,
            with_offer=True,
            offer=OFFER,
        )
        good = suppliers.create_good(supplier=firm.supplier, draft=draft, actor=firm.actor, at=at)
        storefronts.pick(shop=shop, goods=[good], at=at)
        skus.append(good.skus.get())

    def order(n: int, days: float, tell: Tell) -> None:
        def act(at: datetime) -> None:
            wish = Wish((WORDS[n], "黑胡桃", "18 厘米", ""), 10, knows_no_return=True)
            buyer = 600 + n
            trade = orders.place_trade(
                items=[Item(skus[0].pk, 1, shop, skus[0].price_fen, wish)],
                delivery=Delivery(
                    cast.RECEIVERS[buyer % len(cast.RECEIVERS)],
                    cast.phone_of(buyer),
                    cast.ADDRESSES[buyer % len(cast.ADDRESSES)],
                ),
                visitor=f"demo-visitor-{buyer}",
                at=at,
            )
            tell(trade, at)

        play.at(now - timedelta(days=days), act)

    play.at(now - timedelta(days=20), publish)
    order(0, 0.4, lambda trade, at: None)
    order(1, 1.2, _answer)
    order(2, 0.01, _agree)
    order(3, 1.0, _paid)
    order(4, 3.0, _made)
    order(5, 4.0, _disputed)
    order(6, 2.0, _refused)
    order(7, 6.0, _answer)  # time closes it
    order(8, 9.0, _cancelled)


def _answer(trade: Trade, at: datetime) -> None:
    """The supplier asks for two days more and says until when a word can be changed."""
    row = order_of(trade)
    said = row.contract.versions.get().wishes
    terms = Terms(
        making="胡桃木梳一把，梳背激光刻字，附棉布袋",
        wishes=tuple((one["label"], one["value"]) for one in said),
        lead_d=12,
        cancel_fee_bp=2000,
        terms="打样图确认前可免费改字一次；确认后开始制作，不再改字。",
    )
    orders.propose_version(
        order=row, terms=terms, seen=1, actor=supplier_side(row), at=at + timedelta(hours=3)
    )


def _agree(trade: Trade, at: datetime) -> None:
    row = order_of(trade)
    orders.accept_version(order=row, seen=1, actor=supplier_side(row), at=at + timedelta(minutes=2))


def _paid(trade: Trade, at: datetime) -> None:
    _agree(trade, at)
    moves.pay(trade, at + timedelta(minutes=9))


def _made(trade: Trade, at: datetime) -> None:
    _paid(trade, at)
    row = order_of(trade)
    orders.start_production(order=row, actor=supplier_side(row), at=at + timedelta(hours=5))


def _disputed(trade: Trade, at: datetime) -> None:
    """The buyer wants to cancel, the supplier says nothing for 48 hours: the platform decides."""
    _made(trade, at)
    words = "临时有变，想取消，希望少收一点。"
    moves.apply_for_refund(trade, CaseReason.CANCEL, words, at + timedelta(hours=20), received=False)


def _refused(trade: Trade, at: datetime) -> None:
    row = order_of(trade)
    later = at + timedelta(hours=2)
    orders.decline_contract(order=row, actor=supplier_side(row), at=later, reason="近期排单已满，做不过来")


def _cancelled(trade: Trade, at: datetime) -> None:
    """The buyer cancels while it is being made, and leaves the agreed fee."""
    _made(trade, at)
    row = order_of(trade)
    later = at + timedelta(hours=30)
    fee = orders.cancel_fee_of(order=row)
    orders.cancel_with_fee(order=row, seen_fen=fee, actor=buyer_side(row), at=later)
