"""Trades, orders and their lines: O1 to O17 of docs/rules.md §5.3, and what a refund does (§6.6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.proof.model import commissions as memo
from tests.proof.model.commissions import Commissions
from tests.proof.model.money import BONUS_BP, CHANNEL, ESCROW, REFUND, Books
from tests.proof.model.refused import require
from tests.proof.model.suppliers import Good, Supplier, Suppliers
from tests.proof.model.transfers import Bank
from tests.proof.model.wallets import Owner

PENDING, PAID, PART_SHIPPED, SHIPPED = "pending_payment", "paid", "part_shipped", "shipped"
COMPLETED, FINALISED = "completed", "finalised"
CLOSED_UNPAID, CLOSED_REFUNDED = "closed_unpaid", "closed_refunded"
TO_PAY = timedelta(minutes=30)
TO_SHIP = timedelta(hours=48)
OVERDUE = timedelta(days=15)
AUTO_CONFIRM = timedelta(days=10)
AFTERSALE = timedelta(days=15)


@dataclass(eq=False)
class OrderLine:
    """Some pieces of one good. Price, rate and bonus are those of the day on which it was placed."""

    good: Good
    quantity: int
    paid: int
    rate_bp: int
    bonus_bp: int
    ref: str = ""
    refunded: int = 0
    is_shipped: bool = False
    commission: memo.Line | None = None

    @property
    def left(self) -> int:
        """What was paid and not refunded."""
        return self.paid - self.refunded


@dataclass(eq=False)
class Order:
    """One supplier's part of a trade. ``holds``: the cases that it waits for; ``clock_left``: what they stopped."""

    trade: "Trade"
    supplier: Supplier
    lines: list[OrderLine]
    freight: int
    number: str = ""
    status: str = PENDING
    freight_refunded: int = 0
    is_late: bool = False
    ship_by: datetime | None = None
    confirm_by: datetime | None = None
    final_by: datetime | None = None
    finalised_at: datetime | None = None
    holds: set[object] = field(default_factory=set)
    clock_left: timedelta | None = None

    @property
    def paid(self) -> int:
        """Goods and freight."""
        return sum(line.paid for line in self.lines) + self.freight


@dataclass(eq=False)
class Charge:
    """What is paid at the cashier; one that was paid a wrong amount waits for a person."""

    in_review: bool = False


@dataclass(eq=False)
class Trade:
    """One payment by one consumer, in an owner's shop or on the platform's own pages."""

    owner: Owner | None
    is_own_purchase: bool
    pay_by: datetime
    orders: list[Order] = field(default_factory=list)
    number: str = ""
    charge: Charge = field(default_factory=Charge)

    @property
    def amount(self) -> int:
        """What is to be paid."""
        return sum(order.paid for order in self.orders)

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its money."""
        return all(order.status == PENDING for order in self.orders)


@dataclass
class Orders:
    """All trades, the oldest first. ``notices``: payments that the provider has not told of yet."""

    books: Books
    bank: Bank
    suppliers: Suppliers
    commissions: Commissions
    trades: list[Trade] = field(default_factory=list)
    notices: list[tuple[datetime, Trade, Charge]] = field(default_factory=list)

    @property
    def all(self) -> list[Order]:
        """All orders, the oldest first."""
        return [order for trade in self.trades for order in trade.orders]

    def place(
        self,
        items: Sequence[tuple[Good, int]],
        owner: Owner | None,
        at: datetime,
        *,
        is_own_purchase: bool = False,
    ) -> Trade:
        """O1: price, rate and bonus are frozen, stock is reserved, nothing is booked."""
        wanted: dict[Good, int] = {}
        for good, quantity in items:
            wanted[good] = wanted.get(good, 0) + quantity
        require(
            SoldOut=any(good.available < quantity for good, quantity in wanted.items()),
            BadQuantity=any(quantity > 99 for quantity in wanted.values()),
        )
        trade = Trade(owner, is_own_purchase, at + TO_PAY)
        for supplier in self.suppliers.all.values():
            lines = [
                self._line(good, quantity, trade)
                for good, quantity in wanted.items()
                if good.supplier == supplier.public_id
            ]
            if lines:
                freight = supplier.freight_of(sum(line.paid for line in lines))
                trade.orders.append(Order(trade, supplier, lines, freight))
        for good, quantity in wanted.items():
            good.available -= quantity
        self.trades.append(trade)
        return trade

    def _line(self, good: Good, quantity: int, trade: Trade) -> OrderLine:
        owner = trade.owner
        is_shared = owner is not None and not trade.is_own_purchase and good.supplier not in owner.works_for
        return OrderLine(
            good,
            quantity,
            good.price * quantity,
            good.rate_bp if owner is not None else 0,
            BONUS_BP[owner.level] if owner is not None and is_shared else 0,
        )

    def pay(self, trade: Trade, at: datetime, *, times: int = 1) -> None:
        """O4: the consumer pays at the cashier, and its notice comes at once; for each payment one."""
        self._require_payable(trade, at)
        for _payment in range(times):
            self._receive(trade, trade.charge, at)

    def pay_late(self, trade: Trade, at: datetime) -> None:
        """The consumer pays, but the notice comes a minute after the time for it."""
        self._require_payable(trade, at)
        self.notices.append((trade.pay_by + timedelta(minutes=1), trade, trade.charge))

    def pay_too_little(self, trade: Trade, at: datetime) -> None:
        """A fen is missing: the charge waits for a person, the next try is another charge."""
        self._require_payable(trade, at)
        trade.charge.in_review = True
        trade.charge = Charge()

    def fail_to_pay(self, trade: Trade, at: datetime) -> None:
        """The card is refused: nothing happens."""
        self._require_payable(trade, at)

    def _require_payable(self, trade: Trade, at: datetime) -> None:
        require(MoveRefused=not trade.is_pending or at > trade.pay_by)

    def hear(self, at: datetime) -> None:
        """The provider tells of payments that it was late with."""
        due = sorted((notice for notice in self.notices if notice[0] <= at), key=lambda notice: notice[0])
        self.notices = [notice for notice in self.notices if notice[0] > at]
        for _told_at, trade, charge in due:
            self._receive(trade, charge, at)

    def _receive(self, trade: Trade, charge: Charge, at: datetime) -> None:
        """O4, O6: money for a trade that waits for it pays it; any other goes back whole."""
        if trade.is_pending and not charge.in_review:
            self._pay(trade, at)
        else:
            self.books.move(CHANNEL, REFUND, trade.amount)
            self.bank.refund(trade.amount)

    def _pay(self, trade: Trade, at: datetime) -> None:
        for order in trade.orders:
            order.status, order.ship_by = PAID, at + TO_SHIP
            self.books.move(CHANNEL, ESCROW, order.paid)
            for line in order.lines if trade.owner is not None else ():
                assert trade.owner is not None
                earns = order.supplier.public_id not in trade.owner.works_for
                line.commission = self.commissions.estimate(
                    memo.Line(line.ref, trade.owner.public_id, line.paid, line.rate_bp, line.bonus_bp),
                    earns=earns,
                )

    def cancel(self, trade: Trade) -> None:
        """O5: given up by somebody, or not paid in time."""
        require(MoveRefused=not trade.is_pending)
        for order in trade.orders:
            order.status = CLOSED_UNPAID
            for line in order.lines:
                line.good.available += line.quantity

    def ship(self, order: Order, lines: Sequence[OrderLine], at: datetime) -> None:
        """O7: a parcel with these lines (none: with all that are left); when nothing is left the clock starts."""
        waiting = [line for line in order.lines if line.left and not line.is_shipped]
        chosen = list(lines) or waiting
        can_ship = order.status in (PAID, PART_SHIPPED)
        require(
            MoveRefused=not can_ship,
            BadInput=can_ship and (not chosen or any(line not in waiting for line in chosen)),
        )
        for line in chosen:
            line.is_shipped = True
        order.status = PART_SHIPPED
        if len(chosen) == len(waiting):
            self._all_shipped(order, at)
        assert order.ship_by is not None
        order.is_late = order.is_late or at > order.ship_by

    def _all_shipped(self, order: Order, at: datetime) -> None:
        order.status, order.confirm_by = SHIPPED, at + AUTO_CONFIRM
        if order.holds:
            order.clock_left = AUTO_CONFIRM

    def confirm(self, order: Order, at: datetime) -> None:
        """O12, O13."""
        require(MoveRefused=order.status != SHIPPED, OpenCase=order.status == SHIPPED and bool(order.holds))
        order.status, order.final_by = COMPLETED, at + AFTERSALE
        for line in order.lines:
            if line.commission is not None:
                self.commissions.complete(line.commission)

    def hold(self, order: Order, case: object, at: datetime) -> None:
        """An open case stops the clocks; a second one finds them standing."""
        if order.status == SHIPPED and not order.holds:
            assert order.confirm_by is not None
            order.clock_left = max(timedelta(0), order.confirm_by - at)
        order.holds.add(case)

    def lift(self, order: Order, case: object, at: datetime) -> None:
        """When the last case is over the clock goes on with the time that was left."""
        order.holds.discard(case)
        if not order.holds and order.status == SHIPPED and order.clock_left is not None:
            order.confirm_by, order.clock_left = at + order.clock_left, None

    def refund(
        self,
        order: Order,
        line: OrderLine,
        fen: int,
        at: datetime,
        arrived: Callable[[], None] = lambda: None,
    ) -> None:
        """Back to the consumer: out of ESCROW, or, when the order is final, from supplier, owner and platform."""
        assert 1 <= fen <= line.left
        line.refunded += fen
        freight = 0
        if order.status == PAID and not any(other.left for other in order.lines):
            freight = order.freight - order.freight_refunded
            order.freight_refunded += freight
        if order.status == FINALISED:
            commission = line.commission
            gross = self.commissions.claw_back(commission, fen) if commission is not None else 0
            self.suppliers.charge(order.supplier, fen - gross)
        else:
            if line.commission is not None:
                self.commissions.shrink(line.commission, line.left)
            self.books.move(ESCROW, REFUND, fen + freight)
            self._after_refund(order, line, at)
        self.bank.refund(fen + freight, arrived)

    def _after_refund(self, order: Order, line: OrderLine, at: datetime) -> None:
        if not line.left and not line.is_shipped:
            line.good.available += line.quantity
        if not any(other.left for other in order.lines):
            order.status = CLOSED_REFUNDED
            before = self.books.fen[order.supplier.payable]
            self.books.move(ESCROW, order.supplier.payable, order.freight - order.freight_refunded)
            self.suppliers.note(order.supplier, before, at)
        elif order.status == PART_SHIPPED and all(o.is_shipped or not o.left for o in order.lines):
            self._all_shipped(order, at)

    def sweep(self, at: datetime) -> None:
        """What falls due when nobody acts: O5, O10, O11, O13, O16, each for all orders, the oldest first."""
        for trade in self.trades:
            if trade.is_pending and at > trade.pay_by:
                self.cancel(trade)
        for order in self.all:
            if order.status == PAID and order.ship_by is not None and at > order.ship_by:
                order.is_late = True
        moves: Mapping[str, Callable[[Order], None]] = {
            PAID: lambda order: self._refund_all(order, at),
            SHIPPED: lambda order: self.confirm(order, at),
            COMPLETED: lambda order: self._finalise(order, at),
        }
        for status, act in moves.items():
            for order in self.all:
                if order.status == status and not order.holds and self._is_due(order, at):
                    act(order)

    def _is_due(self, order: Order, at: datetime) -> bool:
        if order.status == PAID:
            assert order.ship_by is not None
            return at > order.ship_by + OVERDUE
        deadline = order.confirm_by if order.status == SHIPPED else order.final_by
        assert deadline is not None
        return at > deadline

    def _refund_all(self, order: Order, at: datetime) -> None:
        for line in order.lines:
            if line.left:
                self.refund(order, line, line.left, at)

    def _finalise(self, order: Order, at: datetime) -> None:
        """O16: what is left is divided; then debts are repaid from what was confirmed."""
        order.status, order.finalised_at = FINALISED, at
        payable = order.supplier.payable
        before = self.books.fen[payable]
        self.books.move(ESCROW, payable, order.freight - order.freight_refunded)
        for line in order.lines:
            self.commissions.divide(line.commission, line.left, payable, at)
        self.suppliers.note(order.supplier, before, at)
        for line in order.lines:
            if line.commission is not None:
                self.commissions.repay(line.commission)
