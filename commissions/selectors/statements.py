"""Monthly statements, one and by year. The owner comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from commissions.models import (
    CommissionLine,
    Deduction,
    Reversal,
    SettlementFailure,
    Statement,
    StatementItem,
)
from commissions.states import (
    DeductionKind,
)
from storefronts.models import Owner
from taoxiaopu.kernel.errors import NotFound


def statements_of(owner: Owner) -> "QuerySet[Statement]":
    """An owner's statements, newest first."""
    return Statement.objects.filter(owner=owner).order_by("-month")


def statements_by_number(numbers: set[str]) -> dict[str, Statement]:
    """Statements by their numbers, which begin with the owner's: staff only."""
    owners = {number.partition("-")[0] for number in numbers}
    found = Statement.objects.select_related("owner__user").filter(owner__public_id__in=owners)
    return {row.number: row for row in found if row.number in numbers}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement's lines bore for one cause: a claw-back of some line, or a debt that was repaid."""

    kind: DeductionKind
    line: CommissionLine  # whose refund it was; for a debt, whose commission repaid it
    amount_fen: int
    at: datetime
    by_decision: bool = False  # staff voided the commission: nothing was refunded


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """One statement as it was written: its lines, what they bore for others (the sum is ``taken_back_fen``), and every
    claw-back since the statement before, wherever it was taken from.
    """

    statement: Statement
    lines: list[StatementItem]
    taken: list[Taken]
    reversals: list[Reversal]

    @property
    def gross_fen(self) -> int:
        """Commission before the platform's fee."""
        return sum(item.gross_fen for item in self.lines)

    @property
    def fee_fen(self) -> int:
        """The platform's fee."""
        return sum(item.fee_fen for item in self.lines)

    @property
    def base_fen(self) -> int:
        """What the lines were counted on."""
        return sum(item.base_fen for item in self.lines)


def statement_of(owner: Owner, month: date) -> StatementDetail:
    """An owner's statement of one month. Raises NotFound."""
    statement = Statement.objects.select_related("owner__user").filter(owner=owner, month=month).first()
    if statement is None:
        raise NotFound
    return statement_detail(statement)


def statement_detail(statement: Statement) -> StatementDetail:
    """A statement with all that stands on it: what was written when it was settled, never what became of it since."""
    items = StatementItem.objects.filter(statement=statement).select_related("line").order_by("line_id")
    borne = Deduction.objects.filter(line__settled__statement=statement).order_by("at", "id")
    reversals = Reversal.objects.filter(statement=statement).select_related("line").order_by("at", "id")
    return StatementDetail(
        statement, list(items), _by_cause(borne.select_related("line", "reversal__line")), list(reversals)
    )


def _by_cause(borne: Iterable[Deduction]) -> list[Taken]:
    """Deductions added up by claw-back; one that was given back whole is left out."""
    causes: dict[tuple[str, int], Taken] = {}
    for row in borne:
        about = row.reversal.line if row.reversal else row.line
        key = (row.kind, row.reversal_id or row.line_id)
        before = causes[key].amount_fen if key in causes else 0
        at = causes[key].at if key in causes else row.at
        by_decision = row.reversal is not None and row.reversal.is_by_decision
        causes[key] = Taken(DeductionKind(row.kind), about, before + row.amount_fen, at, by_decision)
    return [taken for taken in causes.values() if taken.amount_fen]


@dataclass(frozen=True, slots=True)
class StatementYear:
    """An owner's statements of one year, newest first, and what they come to."""

    year: int
    statements: list[Statement]
    lines: int
    commission_fen: int
    bonus_fen: int
    taken_back_fen: int
    net_fen: int


def statement_years(owner: Owner) -> list[int]:
    """The years of which an owner has statements, newest first."""
    return [day.year for day in Statement.objects.filter(owner=owner).dates("month", "year", order="DESC")]


def statements_of_year(owner: Owner, year: int) -> StatementYear:
    """The year's overview."""
    found = list(statements_of(owner).filter(month__year=year))
    return StatementYear(
        year=year,
        statements=found,
        lines=sum(s.lines for s in found),
        commission_fen=sum(s.commission_fen for s in found),
        bonus_fen=sum(s.bonus_fen for s in found),
        taken_back_fen=sum(s.taken_back_fen for s in found),
        net_fen=sum(s.net_fen for s in found),
    )


def open_settlement_failures() -> "QuerySet[SettlementFailure]":
    """Owners whose month could not be settled yet, oldest month first: staff."""
    return (
        SettlementFailure.objects.select_related("owner__user")
        .filter(settled_at=None)
        .order_by("month", "owner_id")
    )
