"""What stands between a supplier that leaves and its deposit: what is open in all apps, and from when it is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from commissions.selectors.suppliers import payouts_of
from commissions.states import OPEN_SUPPLIER_PAYOUTS
from disputes.selectors import inbox, inbox_counts
from disputes.states import OPEN_CASE
from ledger.models import AccountKind
from ledger.selectors import balances
from orders.selectors import last_end_of, order_counts_of_supplier
from orders.states import OrderStatus
from suppliers.models import Supplier
from taoxiaopu.kernel.settings import rules_at

OVER = (OrderStatus.FINALISED, OrderStatus.CLOSED_UNPAID, OrderStatus.CLOSED_REFUNDED)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Counts of what is open, money in fen. ``free_at``: from when the deposit is free, None while an order, a case or a
    dispute is open or the supplier does not leave; ``is_free``: that has come, no payout is on its way, and what is owed
    can be taken from what the platform holds.
    """

    orders: int
    cases: int
    disputes: int
    payouts: int
    payable_fen: int
    debt_fen: int
    deposit_fen: int
    bond_fen: int
    last_end: datetime | None
    free_at: datetime | None
    is_free: bool

    @property
    def is_quiet(self) -> bool:
        """Whether no order, case or dispute is open: the days run."""
        return not (self.orders or self.cases or self.disputes)

    @property
    def held_fen(self) -> int:
        """What the platform holds of the supplier."""
        return self.payable_fen + self.bond_fen + self.deposit_fen

    @property
    def due_fen(self) -> int:
        """What goes to the company's account, after debts."""
        return max(0, self.held_fen - self.debt_fen)


def leaving_of(supplier: Supplier, *, at: datetime) -> Leaving:
    """What is still open of a supplier, and from when its deposit is free (docs/rules.md §1.6)."""
    counts = order_counts_of_supplier(supplier)
    orders = sum(n for status, n in counts.items() if status not in OVER)
    cases = inbox(supplier, OPEN_CASE).count()
    disputes = inbox_counts(supplier).disputes
    payouts = payouts_of(supplier).filter(status__in=OPEN_SUPPLIER_PAYOUTS).count()
    money = {kind: fen for (kind, _party), fen in balances(supplier.public_id).items()}
    payable, debt = money.get(AccountKind.SUPPLIER_PAYABLE, 0), money.get(AccountKind.SUPPLIER_DEBT, 0)
    deposit, bond = money.get(AccountKind.SUPPLIER_DEPOSIT, 0), money.get(AccountKind.CATEGORY_BOND, 0)
    last_end, free_at = last_end_of(supplier), None
    if supplier.exiting_since is not None and not (orders or cases or disputes):
        hold = timedelta(days=rules_at(at).EXIT_HOLD_D)
        free_at = max(supplier.exiting_since, last_end + hold) if last_end else supplier.exiting_since
    return Leaving(
        orders=orders,
        cases=cases,
        disputes=disputes,
        payouts=payouts,
        payable_fen=payable,
        debt_fen=debt,
        deposit_fen=deposit,
        bond_fen=bond,
        last_end=last_end,
        free_at=free_at,
        is_free=free_at is not None and free_at <= at and not payouts and debt <= payable + bond + deposit,
    )
