"""Rounding and shares (docs/rules.md §6.1), withheld tax (§6.7), and the accounts (§6.6)."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FEE_BP = 1000
BONUS_BP = {1: 0, 2: 200, 3: 500, 4: 800}
YUAN = 100

Account = tuple[str, str]  # kind, and whose it is: "" is the platform
CHANNEL: Account = ("channel_clearing", "")
ESCROW: Account = ("escrow", "")
REFUND: Account = ("refund_clearing", "")
PAYOUT: Account = ("payout_clearing", "")
FEE: Account = ("platform_fee", "")
BONUS: Account = ("platform_bonus", "")
TAX: Account = ("tax_payable", "")
GROWS_BY_DEBIT = ("channel_clearing", "owner_debt", "supplier_debt", "platform_bonus")

# §6.7, practitioners of platforms: taxable income of the year up to so many yuan, percent, quick deduction in yuan.
BRACKETS = (
    (36_000, 3, 0),
    (144_000, 10, 2_520),
    (300_000, 20, 16_920),
    (420_000, 25, 31_920),
    (660_000, 30, 52_920),
    (960_000, 35, 85_920),
    (10**12, 45, 181_920),
)


def half_up(n: int, d: int) -> int:
    """n / d to the nearest whole number, halves up."""
    return (2 * n + d) // (2 * d)


class Split(NamedTuple):
    """A line's commission: the supplier pays gross, the platform keeps the fee and adds the bonus."""

    gross: int
    fee: int
    bonus: int

    @property
    def owner(self) -> int:
        """The owner takes the residual, and the bonus."""
        return self.gross - self.fee + self.bonus


NOTHING = Split(0, 0, 0)


def split(base: int, rate_bp: int, bonus_bp: int) -> Split:
    """The shares of a line, each half-up to the fen."""
    gross = half_up(base * rate_bp, 10_000)
    return Split(gross, half_up(gross * FEE_BP, 10_000), half_up(gross * bonus_bp, 10_000))


def cumulative_tax(income: int, months: int) -> int:
    """The tax on all income of a year so far: 80 % of it less 5,000 yuan a month, rounded once, at the end."""
    fifths = max(0, 4 * income - 5 * 5_000 * YUAN * months)  # of a fen, so that 80 % is a whole number
    for up_to, percent, quick in BRACKETS:
        if fifths <= 5 * up_to * YUAN:
            return half_up(fifths * percent, 500) - quick * YUAN
    raise AssertionError("nobody earns that much")


class Books:
    """The balance of every account, positive on its own side. A party's is never below zero."""

    def __init__(self) -> None:
        self.fen: Counter[Account] = Counter()

    def move(self, debit: Account, credit: Account, fen: int) -> None:
        """Debit one account, credit another."""
        assert fen >= 0
        for account, sign in ((debit, 1), (credit, -1)):
            self.fen[account] += sign * fen * (1 if account[0] in GROWS_BY_DEBIT else -1)
            assert not account[1] or self.fen[account] >= 0, account

    def take(self, sources: list[Account], last: Account, credit: Account, fen: int) -> None:
        """Take an amount from accounts in their order, as far as each goes, and what is left from the last one."""
        for source in sources:
            share = min(fen, self.fen[source])
            self.move(source, credit, share)
            fen -= share
        self.move(last, credit, fen)


def day_of(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def month_of(at: datetime) -> date:
    """The first day of its month in Shanghai."""
    return day_of(at).replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def midnight(day: date) -> datetime:
    """00:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
