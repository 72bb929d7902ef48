"""The commission of each order line, and its monthly settlement (docs/rules.md §6.2, §6.3, claw-back in §6.6)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tests.proof.model.money import (
    BONUS,
    ESCROW,
    FEE,
    NOTHING,
    REFUND,
    Account,
    Books,
    Split,
    midnight,
    month_of,
    next_month,
    split,
)
from tests.proof.model.refused import Refused, require

ESTIMATED, LOCKED, CONFIRMED = "estimated", "locked", "confirmed"
WITHDRAWABLE, FROZEN, VOID = "withdrawable", "frozen", "void"


@dataclass(eq=False)
class Line:
    """What an order line earns its owner. ``in_confirmed``: its part that still lies in OWNER_CONFIRMED."""

    ref: str
    owner: str
    base: int
    rate_bp: int
    bonus_bp: int
    split: Split = NOTHING
    status: str = ESTIMATED
    before: str = ""
    in_confirmed: int = 0
    confirmed_at: datetime | None = None
    settled_in: date | None = None

    def recompute(self, base: int) -> None:
        """A refund recomputes from what is left."""
        self.base, self.split = base, split(base, self.rate_bp, self.bonus_bp)

    @property
    def stand(self) -> str:
        """Its state; of a frozen one with the state before."""
        return f"{self.status} {self.before}" if self.status == FROZEN else self.status


@dataclass
class Statement:
    """An owner's month: lines as they stood when they were settled."""

    lines: int = 0
    commission: int = 0
    bonus: int = 0
    taken: int = 0
    net: int = 0


@dataclass
class Commissions:
    """Lines in the order in which they came to be, the oldest first."""

    books: Books
    lines: list[Line] = field(default_factory=list)
    statements: dict[tuple[str, date], Statement] = field(default_factory=dict)

    def estimate(self, line: Line, *, earns: bool) -> Line:
        """M1. Own goods, and less than a fen, are VOID."""
        if earns:
            line.recompute(line.base)
        if not line.split.gross:
            line.status = VOID
        self.lines.append(line)
        return line

    def complete(self, line: Line) -> None:
        """M4."""
        if line.status == ESTIMATED:
            line.status = LOCKED

    def shrink(self, line: Line, base: int) -> None:
        """M2, M3: a refund before the order is final."""
        if line.status == VOID:
            return
        assert line.confirmed_at is None
        line.recompute(base)
        if not line.split.gross:
            line.status = VOID

    def divide(self, line: Line | None, net: int, payable: Account, at: datetime) -> None:
        """M5: what is left of a line's payment goes to supplier, owner and platform, and the bonus to the owner."""
        shares = line.split if line is not None and line.status != VOID else NOTHING
        self.books.move(ESCROW, payable, net - shares.gross)
        if line is None or line.status == VOID:
            return
        assert line.status in (ESTIMATED, LOCKED)
        owner = ("owner_confirmed", line.owner)
        self.books.move(ESCROW, owner, shares.gross - shares.fee)
        self.books.move(ESCROW, FEE, shares.fee)
        self.books.move(BONUS, owner, shares.bonus)
        line.status, line.confirmed_at, line.in_confirmed = CONFIRMED, at, shares.owner

    def repay(self, line: Line) -> None:
        """While an owner owes, each confirmed commission repays first."""
        if line.status != CONFIRMED:
            return
        debt = ("owner_debt", line.owner)
        repaid = min(self.books.fen[debt], line.in_confirmed)
        self.books.move(("owner_confirmed", line.owner), debt, repaid)
        line.in_confirmed -= repaid

    def freeze(self, line: Line) -> None:
        """M6."""
        if line.status in (ESTIMATED, LOCKED, CONFIRMED):
            line.before, line.status = line.status, FROZEN

    def unfreeze(self, line: Line) -> None:
        """M7."""
        if line.status == FROZEN:
            line.status = line.before

    def claw_back(self, line: Line, refund: int) -> int:
        """M9: a refund after the order was final. Returns the gross that is not the supplier's to pay."""
        if line.status == VOID:
            return 0
        assert line.confirmed_at is not None
        old = line.split
        line.recompute(line.base - refund)
        gross, fee, bonus = (before - now for before, now in zip(old, line.split, strict=True))
        self._take_from_owner(line, gross - fee + bonus, REFUND)
        self.books.move(FEE, REFUND, fee)
        self.books.move(REFUND, BONUS, bonus)
        return gross

    def void(self, line: Line | None, payable: Account) -> None:
        """M10: a decision takes the whole commission; what was booked goes back to supplier and platform."""
        if line is None:
            raise Refused("NotFound")
        require(MoveRefused=line.status == VOID)
        old, line.split, line.status = line.split, NOTHING, VOID
        if line.confirmed_at is None:
            return
        self._take_from_owner(line, old.owner, FEE)
        self.books.move(FEE, BONUS, old.bonus)
        self.books.move(FEE, payable, old.gross)

    def _take_from_owner(self, line: Line, due: int, to: Account) -> None:
        """The line's own part of OWNER_CONFIRMED, other unsettled lines from the oldest on, withdrawable, debt."""
        mine = [other for other in self.lines if other.owner == line.owner and other is not line]
        left = due
        for source in [line, *mine]:
            share = min(left, source.in_confirmed)
            source.in_confirmed -= share
            left -= share
        self.books.move(("owner_confirmed", line.owner), to, due - left)
        self.books.take([("owner_withdrawable", line.owner)], ("owner_debt", line.owner), to, left)

    def settle(self, month: date, at: datetime) -> None:
        """M8: once for each owner and month; a line whose own month is written already goes into the next."""
        end = midnight(next_month(month))
        if at < end:
            return
        settled: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.status != CONFIRMED or (line.owner, month) in self.statements:
                continue
            assert line.confirmed_at is not None
            its_month = month_of(line.confirmed_at)
            if its_month == month or (its_month < month and (line.owner, its_month) in self.statements):
                settled.setdefault(line.owner, []).append(line)
        for owner, lines in settled.items():
            statement = self.statements[owner, month] = Statement(len(lines))
            for line in lines:
                statement.commission += line.split.gross - line.split.fee
                statement.bonus += line.split.bonus
                statement.taken += line.split.owner - line.in_confirmed
                statement.net += line.in_confirmed
                line.status, line.in_confirmed, line.settled_in = WITHDRAWABLE, 0, month
            self.books.move(("owner_confirmed", owner), ("owner_withdrawable", owner), statement.net)
