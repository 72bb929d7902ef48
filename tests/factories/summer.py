"""A supplier's summer of 2026, through services: everything that its statements and invoices must tell, to the fen.

May: the deposit. June: an order through a shop, one without at the last second, a payout. July: an order at the first
second, a refund from the balance, a payout that the bank returned, one that was paid, a refund that draws on the deposit, a
dear order at the last second. August: it is paid out by two people and refunded whole, beyond the deposit, so that a debt
stays; the next order repays it, and the rest is paid out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from commissions import services as commissions
from commissions.selectors.suppliers import payouts_in_review
from orders import services as orders
from orders.models import Order
from storefronts import services as storefronts
from storefronts.models import Shop
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.payouts import ANNA, BELA, arrive

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
LAST = datetime(2026, 6, 30, 23, 59, 59, tzinfo=clock.SHANGHAI)
FIRST = datetime(2026, 7, 1, tzinfo=clock.SHANGHAI)
LAST_OF_JULY = datetime(2026, 7, 31, 23, 59, 59, tzinfo=clock.SHANGHAI)
ACCOUNT, RETURNED = "120202019001234567", "120202019001230000"
WINDOW = timedelta(days=15, seconds=1)

Monthly = Callable[[datetime], object]


def run_of(month: date) -> datetime:
    """When a month's statements are due: the 1st of the next month, at four."""
    return clock.local_instant(clock.next_month(month), 4)


@dataclass
class Summer:
    """Who is in it, and the orders by name."""

    supplier: Supplier
    shop: Shop
    orders: dict[str, Order] = field(default_factory=dict)


def summer(monthly: Monthly = lambda at: None, *, until: date = AUGUST, n: int = 1) -> Summer:
    """The story up to the end of ``until``; ``monthly`` is called on each 1st at four, when the month before is over."""
    at = story.noon(2026, 5, 20)
    supplier = story.supplier(at, n)
    suppliers.set_freight(
        supplier=supplier, freight_fen=800, free_from_fen=0, actor=story.supplier_actor(supplier)
    )
    told = Summer(supplier, story.picked_shop(at, story.good(supplier, at), n=n))
    _name(told, ACCOUNT, at)
    monthly(run_of(MAY))
    for month, tell in ((JUNE, _june), (JULY, _july), (AUGUST, _august)):
        if month <= until:
            tell(told)
            monthly(run_of(month))
    for order in told.orders.values():
        order.refresh_from_db()
    return told


def _june(told: Summer) -> None:
    noon = story.noon(2026, 6, 18)
    for name, final, in_shop, quantity in (
        ("first", noon, True, 1), ("last", LAST, False, 1), ("next", FIRST, True, 2),
    ):  # fmt: skip
        _received(told, name, final, in_shop=in_shop, quantity=quantity)
    orders.sweep(at=noon)
    _pay(date(2026, 6, 23))
    _pay(date(2026, 6, 30))
    orders.sweep(at=LAST)


def _july(told: Summer) -> None:
    orders.sweep(at=FIRST)
    _received(told, "dear", LAST_OF_JULY, price_fen=1_500_000)
    refund(told.orders["first"], 5_000, story.noon(2026, 7, 2))
    _name(told, RETURNED, story.noon(2026, 7, 6))
    _pay(date(2026, 7, 7))
    _name(told, ACCOUNT, story.noon(2026, 7, 8))
    _pay(date(2026, 7, 14))
    refund(told.orders["next"], 8_000, story.noon(2026, 7, 20))
    orders.sweep(at=LAST_OF_JULY)


def _august(told: Summer) -> None:
    _received(told, "late", story.noon(2026, 8, 15), in_shop=False, price_fen=300_000)
    _pay(date(2026, 8, 4))
    refund(told.orders["dear"], 1_500_000, story.noon(2026, 8, 10))
    orders.sweep(at=story.noon(2026, 8, 15))
    _pay(date(2026, 8, 18))


def refund(order: Order, fen: int, at: datetime) -> None:
    """A refund after the order was finalised; the money reaches the buyer."""
    line = story.line_of(order)
    cause_ref = f"{order.number}{at:%m%d}"
    orders.refund_line(line=line, amount_fen=fen, cause="claim", cause_ref=cause_ref, owner_side=False, at=at)
    story.arrive_refunds(at)


def _received(
    told: Summer,
    name: str,
    final: datetime,
    *,
    in_shop: bool = True,
    price_fen: int = 10_000,
    quantity: int = 1,
) -> None:
    """An order that will be finalised by a sweep at exactly this instant."""
    at = final - WINDOW
    good = story.good(told.supplier, at - timedelta(days=1), price_fen=price_fen, title=f"滋润面霜 {name}")
    through = told.shop if in_shop else None
    if through is not None:
        storefronts.pick(shop=told.shop, goods=[good], at=at)
    order = story.paid_order(good, at, through=through, quantity=quantity)
    story.ship(order, at)
    story.confirm(order, at)
    told.orders[name] = order


def _name(told: Summer, account: str, at: datetime) -> None:
    supplier = told.supplier
    commissions.set_supplier_account(
        supplier=supplier, name=supplier.name, account=account, actor=story.supplier_actor(supplier), at=at
    )


def _pay(tuesday: date) -> None:
    """A payday: run at three, let go by two people where it takes two, and what the bank says."""
    at = clock.local_instant(tuesday, 3)
    commissions.pay_suppliers(tuesday, at=at)
    for row in payouts_in_review():
        for person in (ANNA, BELA):
            commissions.approve_supplier_payout(number=row.number, actor=person, at=at)
    arrive(at)
