"""Lists of suppliers' payouts and monthly statements, and of what could not be done for them. The supplier comes first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Window

from commissions.models import (
    DepositReturn,
    SupplierAccount,
    SupplierFailure,
    SupplierPayout,
    SupplierStatement,
    SupplierStatementLine,
)
from commissions.states import DepositReturnStatus, SupplierPayoutStatus
from ledger.models import JournalKind
from suppliers.models import Supplier


def payouts_of(supplier: Supplier) -> "QuerySet[SupplierPayout]":
    """A supplier's weekly payouts, newest first."""
    return SupplierPayout.objects.select_related("account").filter(supplier=supplier).order_by("-id")


def deposit_returns_of(supplier: Supplier) -> "QuerySet[DepositReturn]":
    """What a supplier got back, or should, when it left, newest first."""
    return DepositReturn.objects.select_related("account").filter(supplier=supplier).order_by("-id")


def supplier_account_of(supplier: Supplier) -> SupplierAccount | None:
    """The account that a supplier is paid to now, or None."""
    return SupplierAccount.objects.filter(supplier=supplier, replaced_at=None).first()


def payouts_in_review() -> "QuerySet[SupplierPayout]":
    """The supplier payouts that wait for a person, oldest first: staff only."""
    return SupplierPayout.objects.filter(status=SupplierPayoutStatus.REVIEWING).order_by("pk")


def deposit_returns_in_review() -> "QuerySet[DepositReturn]":
    """What suppliers that leave get back and a person still has to look at, oldest first: staff only."""
    return DepositReturn.objects.filter(status=DepositReturnStatus.REVIEWING).order_by("pk")


def open_supplier_failures() -> "QuerySet[SupplierFailure]":
    """What could not be done for suppliers yet, the oldest first: staff only."""
    return SupplierFailure.objects.filter(settled_at=None).order_by("period", "supplier_id")


def supplier_statement_years(supplier: Supplier) -> list[int]:
    """The years of which a supplier has statements, newest first."""
    months = SupplierStatement.objects.filter(supplier=supplier).dates("month", "year", order="DESC")
    return [day.year for day in months]


@dataclass(frozen=True, slots=True)
class SupplierYear:
    """A supplier's statements of one year, newest first, and what they come to in fen."""

    year: int
    statements: list[SupplierStatement]
    sold_fen: int
    commission_fen: int
    refunded_fen: int
    paid_fen: int


def supplier_statements_of_year(supplier: Supplier, year: int) -> SupplierYear:
    """The year's overview."""
    found = list(SupplierStatement.objects.filter(supplier=supplier, month__year=year).order_by("-month"))
    return SupplierYear(
        year=year,
        statements=found,
        sold_fen=sum(s.sold_fen for s in found),
        commission_fen=sum(s.commission_fen for s in found),
        refunded_fen=sum(s.refunded_fen for s in found),
        paid_fen=sum(s.paid_fen for s in found),
    )


def supplier_statement_lines(statement: SupplierStatement) -> "QuerySet[Any]":
    """A statement's lines in the order of booking, with journals; ``balance_fen`` is SUPPLIER_PAYABLE after each."""
    running = Window(Sum("payable_fen"), order_by=F("journal_id").asc())
    lines = SupplierStatementLine.objects.filter(statement=statement).select_related("journal")
    return lines.annotate(balance_fen=running + statement.opening_payable_fen).order_by("journal_id")


@dataclass(frozen=True, slots=True)
class KindSum:
    """What one kind of event changed in a month, in fen: how many journals, and each account on its own side."""

    kind: JournalKind
    lines: int
    payable_fen: int
    deposit_fen: int
    debt_fen: int


def sums_by_kind(statement: SupplierStatement) -> list[KindSum]:
    """A statement's lines added up by kind of event, in the order of the books' events."""
    rows = SupplierStatementLine.objects.filter(statement=statement).values_list("kind")
    sums = rows.annotate(n=Count("pk"), p=Sum("payable_fen"), d=Sum("deposit_fen"), o=Sum("debt_fen"))
    found = {kind: amounts for kind, *amounts in sums.order_by()}
    return [KindSum(kind, *map(int, found[kind])) for kind in JournalKind if kind in found]
