"""Suppliers' goods, what they are charged (docs/rules.md §5.6), and their weekly payout (§6.3)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.proof.model.money import PAYOUT, REFUND, SHANGHAI, Account, Books, midnight
from tests.proof.model.refused import Refused, require
from tests.proof.model.transfers import Bank, Transfer

TWO_APPROVE = 500_000  # fen from which on, exclusive, two people let a payout go
OPEN = ("reviewing", "processing")


@dataclass(eq=False)
class Good:
    """Something for sale; ``available`` pieces of it. A lowered rate waits for its midnight."""

    sku: int
    supplier: str
    price: int
    rate_bp: int
    available: int
    next_rate: tuple[datetime, int] | None = None

    def change(self, price: int, rate_bp: int, at: datetime) -> None:
        """§6.1: a higher rate counts at once, a lower one from the first midnight that is at least 24 h away."""
        self.price = price
        if self.next_rate is not None and rate_bp == self.next_rate[1]:
            return  # its time runs already
        self.next_rate = None
        if rate_bp < self.rate_bp:
            day = (at + timedelta(hours=24)).astimezone(SHANGHAI)
            wait = 0 if day == midnight(day.date()) else 1
            self.next_rate = (midnight(day.date() + timedelta(days=wait)), rate_bp)
        else:
            self.rate_bp = rate_bp

    def pass_time(self, at: datetime) -> None:
        """Put a lowered rate into force."""
        if self.next_rate is not None and at >= self.next_rate[0]:
            self.rate_bp, self.next_rate = self.next_rate[1], None


@dataclass(eq=False)
class Supplier:
    """A company: flat freight, 0 from an amount of goods on (0: never)."""

    public_id: str
    freight: int
    free_from: int
    bank_returns: bool = False
    credited: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def payable(self) -> Account:
        """What it is owed."""
        return ("supplier_payable", self.public_id)

    def freight_of(self, goods: int) -> int:
        """The freight of an order with goods for this much."""
        return 0 if self.free_from and goods >= self.free_from else self.freight


@dataclass(eq=False)
class Payout:
    """What a supplier is paid for one week, named by its Tuesday."""

    supplier: Supplier
    week: date
    amount: int
    status: str
    is_returned: bool  # by the bank of the account that it was asked for
    number: str = ""
    endorsed_by: str = ""
    transfer: Transfer | None = None


@dataclass
class Suppliers:
    """All suppliers, in the order in which they came."""

    books: Books
    bank: Bank
    all: dict[str, Supplier] = field(default_factory=dict)
    payouts: list[Payout] = field(default_factory=list)

    def note(self, supplier: Supplier, before: int, at: datetime) -> None:
        """Remember what was credited since a balance, and when: a payday takes only what was there before its Tuesday."""
        gained = self.books.fen[supplier.payable] - before
        if gained > 0:
            supplier.credited.append((at, gained))

    def charge(self, supplier: Supplier, fen: int) -> None:
        """Payable, bond, deposit, and at last a debt."""
        mine = supplier.public_id
        sources = [supplier.payable, ("category_bond", mine), ("supplier_deposit", mine)]
        self.books.take(sources, ("supplier_debt", mine), REFUND, fen)

    def payday(self, at: datetime) -> None:
        """Pay everybody for the last Tuesday whose 03:00 has come, once a week, one payout open at a time."""
        now = at.astimezone(SHANGHAI)
        week = now.date() - timedelta(days=(now.weekday() - 1) % 7)
        if now.date() == week and now.hour < 3:
            week -= timedelta(days=7)
        for supplier in self.all.values():
            mine = [payout for payout in self.payouts if payout.supplier is supplier]
            if not any(payout.week == week or payout.status in OPEN for payout in mine):
                self._pay(supplier, week)

    def _pay(self, supplier: Supplier, week: date) -> None:
        since = sum(fen for at, fen in supplier.credited if at >= midnight(week))
        due = max(0, self.books.fen[supplier.payable] - since)
        debt = ("supplier_debt", supplier.public_id)
        repaid = min(due, self.books.fen[debt])
        self.books.move(supplier.payable, debt, repaid)
        amount = due - repaid
        if not amount:
            return
        self.books.move(supplier.payable, PAYOUT, amount)
        status = "reviewing" if amount > TWO_APPROVE else "processing"
        payout = Payout(supplier, week, amount, status, supplier.bank_returns)
        self.payouts.append(payout)
        if payout.status == "processing":
            self._send(payout)

    def approve(self, payout: Payout, who: str) -> None:
        """Y3, Y4: two people; pressing again what was approved does nothing."""
        if payout.endorsed_by and payout.status in ("processing", "paid"):
            return
        require(
            MoveRefused=payout.status != "reviewing",
            SamePerson=payout.status == "reviewing" and payout.endorsed_by == who,
        )
        if not payout.endorsed_by:
            payout.endorsed_by = who
            return
        payout.status = "processing"
        self._send(payout)

    def reject(self, payout: Payout, at: datetime) -> None:
        """Y5: held back, due again; once."""
        if payout.status == "rejected":
            return
        if payout.status != "reviewing":
            raise Refused("MoveRefused")
        payout.status = "rejected"
        self._give_back(payout, at)

    def _send(self, payout: Payout) -> None:
        def end(status: str, at: datetime) -> None:
            payout.status = status
            if status == "failed":
                self._give_back(payout, at)

        payout.transfer = self.bank.ask(payout.amount, 0, payout.is_returned, end)

    def _give_back(self, payout: Payout, at: datetime) -> None:
        before = self.books.fen[payout.supplier.payable]
        self.books.move(PAYOUT, payout.supplier.payable, payout.amount)
        self.note(payout.supplier, before, at)
