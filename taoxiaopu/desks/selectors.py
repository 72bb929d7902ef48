"""What the desks show first: sums over several apps. The tenant comes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import User
from disputes.selectors import OPEN_DISPUTE, Pressing, inbox_now
from ledger import selectors as ledger
from ledger.models import AccountKind
from orders.selectors import (
    Sales,
    SoldDay,
    ToShip,
    desk_numbers,
    payable_on_the_way,
    sold_by,
)
from storefronts.selectors import owner_of
from suppliers.models import Supplier
from suppliers.selectors import LowGood, shelf_of, supplier_of
from suppliers.states import GoodStatus
from taoxiaopu.desks.figures import TOP, SupplierFigures, supplier_figures
from taoxiaopu.kernel import clock

SHOWN = 6
WEEK, MONTH = 7, 30  # days


@dataclass(frozen=True, slots=True)
class Roles:
    """What a person is on the platform."""

    is_staff: bool
    is_supplier: bool
    is_owner: bool


def roles_of(user: User) -> Roles:
    """The roles of a signed-in person."""
    return Roles(user.is_staff, supplier_of(user) is not None, owner_of(user) is not None)


WAITING = """
    SELECT (SELECT count(*) FROM orders_order WHERE supplier_id = %(supplier)s AND status IN ('paid', 'part_shipped')),
           (SELECT count(*) FROM disputes_case c JOIN orders_order o ON o.id = c.order_id
            WHERE o.supplier_id = %(supplier)s AND c.status = 'wait_supplier')
           + (SELECT count(*) FROM disputes_dispute d JOIN orders_order o ON o.id = d.order_id
              WHERE o.supplier_id = %(supplier)s AND d.status = ANY (%(open)s)),
           (SELECT count(*) FROM orders_order WHERE supplier_id = %(supplier)s AND status = 'await_agreement'),
           (SELECT count(*) FROM storefronts_conversation
            WHERE supplier_id = %(supplier)s AND handler = 'supplier' AND status IN ('wait_supplier', 'supplier_late')),
           (SELECT count(*) FROM accounts_inboxletter
            WHERE user_id = %(user)s AND audience = 'supplier' AND read_at IS NULL)"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a supplier: orders to ship, cases and disputes to look at, contracts that are not agreed,
    questions to answer; and a member's unread letters.
    """

    orders: int
    cases: int
    agreements: int
    questions: int
    letters: int


def waiting_of(supplier: Supplier, user: User) -> Waiting:
    """The numbers of the desk's navigation, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"supplier": supplier.pk, "open": OPEN_DISPUTE, "user": user.pk})
        return Waiting(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class SupplierToday:
    """The supplier's desk: what waits, how it sells, what it is owed (fen)."""

    to_ship: list[ToShip]
    to_ship_count: int
    late_count: int
    soon_count: int
    cases: list[Pressing]
    case_count: int
    refunding_count: int
    dispute_count: int
    disputes: list[Pressing]
    running_out: list[LowGood]
    running_out_count: int
    held_count: int
    listed_count: int
    goods_count: int
    week: Sales
    month: Sales
    payable_fen: int
    on_the_way_fen: int


def supplier_today(supplier: Supplier, *, days: int, at: datetime) -> tuple[SupplierToday, SupplierFigures]:
    """Everything that the supplier's first page shows, with the figures of the last ``days`` days, in four statements.

    Weeks and months are Shanghai days up to today, as the figures are.
    """
    today = clock.local(at).date()
    since = clock.local_instant(today - timedelta(days=days - 1))
    earlier = clock.local_instant(today - timedelta(days=2 * days - 1))
    numbers = desk_numbers(supplier, size=SHOWN, earlier=earlier, since=since, at=at)
    sold = sold_by(supplier, days=max(2 * days, MONTH), best=days, top=TOP, at=at, kept=numbers.kept)
    inbox, shelf = inbox_now(supplier, size=SHOWN), shelf_of(supplier, size=SHOWN)
    shown = SupplierToday(
        to_ship=numbers.next,
        to_ship_count=numbers.to_ship,
        late_count=numbers.late,
        soon_count=numbers.soon,
        cases=inbox.cases,
        case_count=inbox.waiting,
        refunding_count=inbox.refunding,
        dispute_count=inbox.open_disputes,
        disputes=inbox.disputes,
        running_out=shelf.least,
        running_out_count=shelf.running_out,
        held_count=shelf.by_status[GoodStatus.HELD],
        listed_count=shelf.by_status[GoodStatus.LISTED],
        goods_count=sum(shelf.by_status.values()),
        week=_sum_of(sold.days[-WEEK:]),
        month=_sum_of(sold.days[-MONTH:]),
        payable_fen=numbers.payable_fen,
        on_the_way_fen=numbers.on_the_way_fen,
    )
    return shown, supplier_figures(sold, numbers, days=days, at=at)


def _sum_of(days: list[SoldDay]) -> Sales:
    return Sales(sum(day.orders for day in days), sum(day.goods_fen for day in days))


@dataclass(frozen=True, slots=True)
class SupplierMoney:
    """A supplier's accounts in fen; ``on_the_way_fen`` is paid by consumers and not divided yet."""

    payable_fen: int
    deposit_fen: int
    debt_fen: int
    on_the_way_fen: int


def supplier_money(supplier: Supplier) -> SupplierMoney:
    """What a supplier is owed and owes."""
    party = supplier.public_id
    held = ledger.balances(party)
    return SupplierMoney(
        payable_fen=held.get((AccountKind.SUPPLIER_PAYABLE, party), 0),
        deposit_fen=held.get((AccountKind.SUPPLIER_DEPOSIT, party), 0),
        debt_fen=held.get((AccountKind.SUPPLIER_DEBT, party), 0),
        on_the_way_fen=payable_on_the_way(supplier),
    )
