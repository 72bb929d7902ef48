"""Money as integer fen and rates as basis points: rounding, splitting, reading and writing of amounts.

Amounts are `*_fen` (1 yuan = 100 fen), rates are `*_bp` (10,000 bp = 100 %). Nothing here uses floats or
Decimal: half-up on integers is `(2n + d) // (2d)` (docs/rules.md §6.1).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError

BP_SCALE = 10_000
FEN_PER_YUAN = 100

_YUAN = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")


class BadAmount(DomainError):
    """The text is not an amount in yuan from 0.01 to 9999999.99 with at most two decimals."""

    code = "bad_amount"
    message = _("金额“{text}”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数")
    status = 400


@dataclass(frozen=True, slots=True)
class CommissionSplit:
    """One line's commission in fen: the supplier pays gross, the platform keeps fee and adds bonus."""

    gross_fen: int
    fee_fen: int
    bonus_fen: int
    owner_fen: int

    @property
    def is_void(self) -> bool:
        """Below 1 fen nothing is owed and the record is VOID (docs/rules.md §6.1)."""
        return self.gross_fen == 0


def half_up(numerator: int, denominator: int) -> int:
    """Round numerator / denominator half-up to an integer.

    Raises ValueError for a negative numerator or a denominator below 1: amounts are split before they are
    negated, so a negative one here is a bug of the caller.
    """
    if numerator < 0 or denominator < 1:
        raise ValueError(f"half_up({numerator}, {denominator}) is not defined")
    return (2 * numerator + denominator) // (2 * denominator)


def share_bp(base_fen: int, rate_bp: int) -> int:
    """The share of `base_fen` at `rate_bp`, in fen, half-up (docs/rules.md §6.1)."""
    return half_up(base_fen * rate_bp, BP_SCALE)


def split_commission(base_fen: int, rate_bp: int, fee_bp: int, bonus_bp: int) -> CommissionSplit:
    """Split one line's commission (docs/rules.md §6.1).

    The owner takes the residual, gross - fee + bonus. The platform pays the bonus out of its fee, so
    `bonus_bp` above `fee_bp` is refused with ValueError.
    """
    if not 0 <= bonus_bp <= fee_bp <= BP_SCALE:
        raise ValueError(f"bonus {bonus_bp} bp must be within the fee {fee_bp} bp")
    gross_fen = share_bp(base_fen, rate_bp)
    fee_fen = share_bp(gross_fen, fee_bp)
    bonus_fen = share_bp(gross_fen, bonus_bp)
    return CommissionSplit(gross_fen, fee_fen, bonus_fen, gross_fen - fee_fen + bonus_fen)


def allocate(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Spread `total_fen` over `weights` by largest remainder; a tie goes to the lower index.

    The parts add up to the total exactly. Raises ValueError for a negative total or weight, and for a total
    that has nowhere to go (no weights, or all of them 0).
    """
    if total_fen < 0 or any(weight < 0 for weight in weights):
        raise ValueError("total and weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        if total_fen:
            raise ValueError("a total needs at least one positive weight")
        return [0] * len(weights)
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for index in by_remainder[: total_fen - sum(parts)]:
        parts[index] += 1
    return parts


def parse_yuan(text: str) -> int:
    """Read an amount in yuan as fen: "12", "12.3", "12.34", full-width digits and outer blanks too.

    Raises BadAmount for anything else: signs, exponents, separators, other scripts' digits, more than
    seven digits or two decimals, and amounts below 0.01.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _YUAN.fullmatch(plain):
        raise BadAmount(text=_quotable(text))
    yuan, _dot, cents = plain.partition(".")
    fen = int(yuan) * FEN_PER_YUAN + int(cents.ljust(2, "0"))
    if fen == 0:
        raise BadAmount(text=_quotable(text))
    return fen


def format_yuan(fen: int, *, thousands: bool = False) -> str:
    """Write fen as yuan with two decimals: 1234 as "12.34", -5 as "-0.05", with `thousands` "1,234.00"."""
    yuan, cents = divmod(abs(fen), FEN_PER_YUAN)
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan:,}.{cents:02d}" if thousands else f"{sign}{yuan}.{cents:02d}"


def _quotable(text: str) -> str:
    # The sentence ends up in pages, JSON and reports, which take no control characters or lone surrogates.
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:20])
