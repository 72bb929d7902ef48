"""The dated tables of withholding and the two ways to compute by them, on integers (docs/rules.md §6.7)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from taoxiaopu.kernel.money import BP_SCALE, half_up
from tax.states import TaxMethod

TABLES_FILE = Path(__file__).with_name("tables.toml")


@dataclass(frozen=True, slots=True)
class Bracket:
    """Taxable income up to ``up_to_fen`` (None: without end) is taxed at ``rate_bp`` less ``quick_fen``."""

    up_to_fen: int | None
    rate_bp: int
    quick_fen: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table, in force from a day of payment on. Amounts in fen; those of the other method are 0."""

    method: TaxMethod
    effective_on: date
    expense_bp: int
    brackets: tuple[Bracket, ...]
    monthly_fen: int = 0
    small_fen: int = 0
    allowance_fen: int = 0

    def tax(self, income_fen: int, *, months: int = 1, other_fen: int = 0) -> int:
        """The tax in fen on all income of the period together: of the year so far, or of the month.

        ``months`` and ``other_fen``, further lawful deductions of the year, count for the cumulative method only.
        Rounded half-up to the fen once, at the end.
        """
        taxable = self._taxable(income_fen, months, other_fen)
        for bracket in self.brackets:
            if bracket.up_to_fen is None or taxable <= bracket.up_to_fen * BP_SCALE:
                return half_up(taxable * bracket.rate_bp, BP_SCALE * BP_SCALE) - bracket.quick_fen
        raise AssertionError("the last bracket has no end")

    def _taxable(self, income_fen: int, months: int, other_fen: int) -> int:
        """Taxable income in ten-thousandths of a fen, so that nothing is rounded on the way."""
        if self.method == TaxMethod.CLASSIC and income_fen <= self.small_fen:
            return max(0, income_fen - self.allowance_fen) * BP_SCALE
        kept = income_fen * (BP_SCALE - self.expense_bp)
        if self.method == TaxMethod.CUMULATIVE:
            kept -= (self.monthly_fen * months + other_fen) * BP_SCALE
        return max(0, kept)


def table_on(method: TaxMethod, day: date) -> Table:
    """The method's table in force on a day of payment: the newest that is effective by then."""
    in_force = [table for table in tables() if table.method == method and table.effective_on <= day]
    oldest = next(table for table in tables() if table.method == method)
    return in_force[-1] if in_force else oldest


@cache
def tables() -> tuple[Table, ...]:
    """All tables, by method, oldest first."""
    data = tomllib.loads(TABLES_FILE.read_text(encoding="utf-8"))
    found = [_read(TaxMethod(method), row) for method, rows in data.items() for row in rows]
    return tuple(sorted(found, key=lambda table: (table.method, table.effective_on)))


def _read(method: TaxMethod, row: dict[str, Any]) -> Table:
    brackets = tuple(Bracket(b.get("up_to_fen"), b["rate_bp"], b["quick_fen"]) for b in row["brackets"])
    return Table(method=method, **(row | {"brackets": brackets}))
