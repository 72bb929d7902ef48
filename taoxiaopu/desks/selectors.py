"""What the desks show first: sums over several apps. The tenant comes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from disputes.models import Case, Dispute
from disputes.selectors import INBOX_TABS, disputes_of_supplier, inbox, inbox_counts
from ledger import selectors as ledger
from ledger.models import AccountKind
from orders.models import Order
from orders.selectors import (
    Sales,
    Wanted,
    fulfilment_queue,
    order_counts_of_supplier,
    payable_on_the_way,
    queue_counts,
    sales_since,
)
from orders.states import OrderStatus
from storefronts.selectors import owner_of
from suppliers.models import Good, Supplier
from suppliers.selectors import good_counts_of, low_stock_of, supplier_of

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Roles:
    """What a person is on the platform."""

    is_staff: bool
    is_supplier: bool
    is_owner: bool


def roles_of(user: User) -> Roles:
    """The roles of a signed-in person."""
    return Roles(user.is_staff, supplier_of(user) is not None, owner_of(user) is not None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a supplier: orders to ship, cases and disputes to answer, contracts that are not agreed."""

    orders: int
    cases: int
    agreements: int


def waiting_of(supplier: Supplier, *, by_status: dict[str, int] | None = None) -> Waiting:
    """The numbers of the desk's navigation; ``by_status``: the orders, when the page counted them already."""
    cases = inbox_counts(supplier)
    counts = order_counts_of_supplier(supplier) if by_status is None else by_status
    return Waiting(
        orders=counts[OrderStatus.PAID] + counts[OrderStatus.PART_SHIPPED],
        cases=cases.waiting + cases.disputes,
        agreements=counts[OrderStatus.AWAIT_AGREEMENT],
    )


@dataclass(frozen=True, slots=True)
class SupplierToday:
    """The supplier's desk: what waits, how it sells, what it is owed (fen)."""

    to_ship: list[Order]
    to_ship_count: int
    late_count: int
    soon_count: int
    cases: list[Case]
    case_count: int
    refunding_count: int
    dispute_count: int
    disputes: list[Dispute]
    running_out: list[Good]
    running_out_count: int
    held_count: int
    listed_count: int
    goods_count: int
    week: Sales
    month: Sales
    payable_fen: int
    on_the_way_fen: int


def supplier_today(supplier: Supplier, *, at: datetime) -> SupplierToday:
    """Everything that the supplier's first page shows."""
    queue, counts = fulfilment_queue(supplier, Wanted(), at=at, size=SHOWN), queue_counts(supplier, at=at)
    waiting, cases = inbox(supplier, INBOX_TABS["waiting"]), inbox_counts(supplier)
    low = low_stock_of(supplier)
    goods = good_counts_of(supplier)
    return SupplierToday(
        to_ship=queue.orders,
        to_ship_count=counts.to_ship,
        late_count=counts.late,
        soon_count=counts.soon,
        cases=list(waiting[:SHOWN]),
        case_count=cases.waiting,
        refunding_count=cases.refunding,
        dispute_count=cases.disputes,
        disputes=list(disputes_of_supplier(supplier).filter(is_over=False)[:SHOWN]),
        running_out=list(low[:SHOWN]),
        running_out_count=low.count(),
        held_count=goods["held"],
        listed_count=goods["listed"],
        goods_count=sum(goods.values()),
        week=sales_since(since=at - timedelta(days=7), supplier=supplier),
        month=sales_since(since=at - timedelta(days=30), supplier=supplier),
        payable_fen=ledger.balance(AccountKind.SUPPLIER_PAYABLE, supplier.public_id),
        on_the_way_fen=payable_on_the_way(supplier),
    )


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
    return SupplierMoney(
        payable_fen=ledger.balance(AccountKind.SUPPLIER_PAYABLE, party),
        deposit_fen=ledger.balance(AccountKind.SUPPLIER_DEPOSIT, party),
        debt_fen=ledger.balance(AccountKind.SUPPLIER_DEBT, party),
        on_the_way_fen=payable_on_the_way(supplier),
    )
