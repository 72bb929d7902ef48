"""Owners, their withdrawals (docs/rules.md §6.3) and the tax that is withheld from them (§6.7)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.proof.model.money import PAYOUT, Books, cumulative_tax, day_of, month_of
from tests.proof.model.refused import Refused, require
from tests.proof.model.transfers import Bank, Transfer

LEAST, MOST_A_DAY = 1_000, 5_000_000
REVIEWED_ABOVE, TWO_APPROVE = 200_000, 500_000
OPEN = ("reviewing", "processing")


@dataclass(eq=False)
class Owner:
    """A shop owner: level, whether a natural person or a business, and the suppliers that she works for."""

    public_id: str
    level: int
    is_person: bool = True
    works_for: tuple[str, ...] = ()
    bank_returns: bool = False


@dataclass(eq=False)
class Withdrawal:
    """A request to be paid out, before tax."""

    owner: Owner
    amount: int
    day: date
    invoice: str
    status: str
    is_returned: bool  # by the bank of the account that it was asked for
    number: str = ""
    endorsed_by: str = ""
    was_approved: bool = False
    paid_in: date | None = None
    tax: int = 0
    transfer: Transfer | None = None


@dataclass
class Wallets:
    """All withdrawals, the oldest first."""

    books: Books
    bank: Bank
    all: list[Withdrawal] = field(default_factory=list)

    def ask(self, owner: Owner, amount: int, invoice: str, at: datetime) -> Withdrawal:
        """W1, W2: out of the balance, and on its way or to review."""
        mine = [row for row in self.all if row.owner is owner]
        used = {row.invoice for row in mine if row.status not in ("failed", "rejected")} - {""}
        require(
            InvoiceMissing=not owner.is_person and not invoice,
            InvoiceUsed=invoice in used,
            TooLittle=amount < LEAST,
            TooMuch=amount > MOST_A_DAY,
            AnotherOpen=any(row.status in OPEN for row in mine),
            AlreadyToday=any(row.day == day_of(at) for row in mine),
            InDebt=self.books.fen["owner_debt", owner.public_id] > 0,
            BalanceTooLow=self.books.fen["owner_withdrawable", owner.public_id] < amount,
        )
        is_first = not any(row.status == "paid" for row in mine)
        is_reviewed = is_first or amount > REVIEWED_ABOVE or not owner.is_person
        status = "reviewing" if is_reviewed else "processing"
        row = Withdrawal(owner, amount, day_of(at), invoice, status, owner.bank_returns)
        self.all.append(row)
        self.books.move(("owner_withdrawable", owner.public_id), PAYOUT, amount)
        if not is_reviewed:
            self._send(row, at)
        return row

    def approve(self, row: Withdrawal, who: str, at: datetime) -> None:
        """W3, W4: one person, two above 5,000 yuan; pressing again what was approved does nothing."""
        if row.was_approved and row.status in ("processing", "paid"):
            return
        needs_two = row.amount > TWO_APPROVE
        require(
            MoveRefused=row.status != "reviewing",
            HeldBack=row.status == "reviewing" and self.books.fen["owner_debt", row.owner.public_id] > 0,
            SamePerson=row.status == "reviewing" and needs_two and row.endorsed_by == who,
        )
        if needs_two and not row.endorsed_by:
            row.endorsed_by = who
            return
        row.was_approved, row.status = True, "processing"
        self._send(row, at)

    def reject(self, row: Withdrawal) -> None:
        """W5: the money goes back, once."""
        if row.status == "rejected":
            return
        if row.status != "reviewing":
            raise Refused("MoveRefused")
        row.status = "rejected"
        self._give_back(row)

    def _send(self, row: Withdrawal, at: datetime) -> None:
        def end(status: str, at: datetime) -> None:
            row.status = status
            row.paid_in = month_of(at) if status == "paid" else None
            if status == "failed":
                self._give_back(row)

        row.tax = self._tax_of(row, at)
        row.transfer = self.bank.ask(row.amount, row.tax, row.is_returned, end)

    def _tax_of(self, row: Withdrawal, at: datetime) -> int:
        """On everything paid in the year so far with this, less what was withheld in it; months from the first payment on."""
        if not row.owner.is_person:
            return 0
        now = month_of(at)
        paid = [
            (other.paid_in, other)
            for other in self.all
            if other.owner is row.owner and other.paid_in is not None and other.paid_in.year == now.year
        ]
        first = min((month for month, _other in paid), default=now)
        income = row.amount + sum(other.amount for _month, other in paid)
        whole = cumulative_tax(income, now.month - first.month + 1)
        return max(0, whole - sum(other.tax for _month, other in paid))

    def _give_back(self, row: Withdrawal) -> None:
        """The request reversed; what the owner came to owe meanwhile is repaid from it first."""
        wallet, debt = ("owner_withdrawable", row.owner.public_id), ("owner_debt", row.owner.public_id)
        self.books.move(PAYOUT, wallet, row.amount)
        self.books.move(wallet, debt, min(self.books.fen[debt], row.amount))
