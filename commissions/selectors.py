"""Lists and totals of commissions, statements and tiers. The owner comes first."""

from dataclasses import dataclass

from django.db.models import F, QuerySet, Sum

from commissions.models import CommissionLine, OwnerTier, Reversal, Statement, TierMonth
from commissions.states import CommissionStatus
from ledger import selectors as ledger
from ledger.models import AccountKind
from storefronts.models import Owner


@dataclass(frozen=True, slots=True)
class Earnings:
    """An owner's commission by state, in fen; debt is what is still owed."""

    estimated_fen: int
    locked_fen: int
    frozen_fen: int
    confirmed_fen: int
    withdrawable_fen: int
    debt_fen: int


def earnings_of(owner: Owner) -> Earnings:
    """What an owner has earned and where it stands."""
    memo = dict(
        CommissionLine.objects.filter(owner=owner)
        .values_list("status")
        .annotate(n=Sum(F("gross_fen") - F("fee_fen") + F("bonus_fen")))
        .order_by()
    )
    return Earnings(
        estimated_fen=memo.get(CommissionStatus.ESTIMATED, 0),
        locked_fen=memo.get(CommissionStatus.LOCKED, 0),
        frozen_fen=memo.get(CommissionStatus.FROZEN, 0),
        confirmed_fen=ledger.balance(AccountKind.OWNER_CONFIRMED, owner.public_id),
        withdrawable_fen=ledger.balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id),
        debt_fen=ledger.balance(AccountKind.OWNER_DEBT, owner.public_id),
    )


def lines_of(owner: Owner, *, status: str = "") -> "QuerySet[CommissionLine]":
    """An owner's commission lines, newest first."""
    lines = CommissionLine.objects.select_related("shop", "statement").filter(owner=owner)
    if status in CommissionStatus.values:
        lines = lines.filter(status=status)
    return lines.order_by("-id")


def line_of(line_ref: str) -> CommissionLine | None:
    """The commission of one order line, or None: staff and upper apps."""
    return CommissionLine.objects.select_related("owner").filter(line_ref=line_ref).first()


def statements_of(owner: Owner) -> "QuerySet[Statement]":
    """An owner's statements, newest first."""
    return Statement.objects.filter(owner=owner).order_by("-month")


def reversals_of(owner: Owner) -> "QuerySet[Reversal]":
    """What was taken back from an owner, newest first."""
    return Reversal.objects.select_related("line").filter(line__owner=owner).order_by("-id")


def tier_of(owner: Owner) -> OwnerTier | None:
    """The owner's level now; None before the first run, which means ROOKIE."""
    return OwnerTier.objects.filter(owner=owner).first()


def tier_history_of(owner: Owner) -> "QuerySet[TierMonth]":
    """The owner's judgements, newest first."""
    return TierMonth.objects.filter(owner=owner).order_by("-month")
