"""Lists and totals of tax. The owner or supplier comes first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from ledger.selectors import first_month
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from tax.models import CommissionInvoice, Deduction, TaxProfile, VatAlarm, Withholding
from tax.services.withholding import Figures, figures_of
from tax.states import InvoiceStatus


def tax_profile_of(owner: Owner) -> TaxProfile | None:
    """What the owner says she is to the tax office now, or None."""
    return TaxProfile.objects.filter(owner=owner, replaced_at=None).first()


def expected_tax(owner: Owner, income_fen: int, *, at: datetime) -> Figures | None:
    """What would be withheld from a payment made now; None before tax information was given."""
    profile = tax_profile_of(owner)
    return figures_of(profile, income_fen, at=at) if profile else None


@dataclass(frozen=True, slots=True)
class PaySplit:
    """What becomes of an amount: ``gross_fen`` less ``tax_fen`` reaches the account. ``is_final``: it was computed
    with the transfer; before that it is what would be withheld now.
    """

    gross_fen: int
    tax_fen: int
    is_final: bool

    @property
    def net_fen(self) -> int:
        """What the owner gets."""
        return self.gross_fen - self.tax_fen


def split_now(owner: Owner, amount_fen: int, *, at: datetime) -> PaySplit | None:
    """Gross, tax and net of an amount paid now; None before tax information was given."""
    figures = expected_tax(owner, amount_fen, at=at)
    return PaySplit(amount_fen, figures.tax_fen, is_final=False) if figures else None


def split_of(owner: Owner, ref: str, amount_fen: int, *, at: datetime) -> PaySplit | None:
    """Gross, tax and net of a payment to an owner: as its transfer carries them, or as they would be now."""
    row = Withholding.objects.filter(owner=owner, ref=ref).first()
    if row is None:
        return split_now(owner, amount_fen, at=at)
    return PaySplit(row.income_fen, row.tax_fen, is_final=True)


@dataclass(frozen=True, slots=True)
class TaxYear:
    """A year's payments to one owner: income and withheld tax in fen."""

    year: int
    payments: int
    income_fen: int
    tax_fen: int

    @property
    def net_fen(self) -> int:
        """What the owner got."""
        return self.income_fen - self.tax_fen


def tax_years_of(owner: Owner) -> list[TaxYear]:
    """An owner's years with payments, newest first."""
    rows = (
        _paid(owner)
        .values_list("month__year")
        .annotate(n=Count("pk"), income=Sum("income_fen"), tax=Sum("tax_fen"))
        .order_by("-month__year")
    )
    return [TaxYear(year, n, int(income), int(tax)) for year, n, income, tax in rows]


def payments_of_year(owner: Owner, year: int) -> "QuerySet[Withholding]":
    """What an owner was paid in a year, oldest first."""
    return _paid(owner).filter(month__year=year).order_by("paid_at", "pk")


def deductions_of(owner: Owner) -> "QuerySet[Deduction]":
    """Further deductions written down for an owner, newest first."""
    return Deduction.objects.filter(owner=owner).order_by("-pk")


def alarms_of_month(at: datetime) -> "QuerySet[VatAlarm]":
    """Owners near or above the limit of VAT in the month of an instant: staff only."""
    alarms = VatAlarm.objects.select_related("owner__user").filter(month=clock.month_of(at))
    return alarms.order_by("-percent", "pk")


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter that is reported to the tax office, with its last day."""

    year: int
    quarter: int
    last: date

    @property
    def due(self) -> date:
        """The last day on which its file may be handed in: the end of the month after it (docs/rules.md §6.7)."""
        return clock.next_month(clock.next_month(self.last.replace(day=1))) - timedelta(days=1)

    def is_over(self, today: date) -> bool:
        """Whether its figures are complete."""
        return today > self.last


def quarters_to_report(today: date) -> list[Quarter]:
    """Every quarter from the first income of anybody to the present one, newest first."""
    first = first_month()
    if first is None:
        return []
    found = []
    month = first.replace(month=first.month - (first.month - 1) % 3)
    while month <= today:
        third = clock.next_month(clock.next_month(month))
        found.append(Quarter(month.year, third.month // 3, clock.next_month(third) - timedelta(days=1)))
        month = clock.next_month(third)
    return found[::-1]


def _paid(owner: Owner) -> "QuerySet[Withholding]":
    return Withholding.objects.filter(owner=owner, voided_at=None, paid_at__isnull=False)


def invoices_of(supplier: Supplier) -> "QuerySet[CommissionInvoice]":
    """A supplier's commission invoices, newest month first."""
    return CommissionInvoice.objects.filter(supplier=supplier).order_by("-month")


def invoice_of(supplier: Supplier, month: date) -> CommissionInvoice | None:
    """A supplier's invoice for a month's commission; None when there was none."""
    return CommissionInvoice.objects.filter(supplier=supplier, month=month).first()


@dataclass(frozen=True, slots=True)
class MonthOfDrafts:
    """The drafts of one month: how many, how many of them red, and what they come to in fen."""

    month: date
    invoices: int
    red: int
    net_fen: int
    vat_fen: int
    total_fen: int


def months_of_drafts() -> list[MonthOfDrafts]:
    """The months whose invoices are not all issued, oldest first: staff only."""
    rows = (
        CommissionInvoice.objects.filter(status=InvoiceStatus.DRAFT)
        .values_list("month")
        .annotate(
            n=Count("pk"),
            red=Count("pk", filter=Q(total_fen__lt=0)),
            net=Sum("net_fen"),
            vat=Sum("vat_fen"),
            total=Sum("total_fen"),
        )
        .order_by("month")
    )
    return [MonthOfDrafts(month, *map(int, figures)) for month, *figures in rows]


def drafts_total() -> int:
    """How many commission invoices wait to be issued: staff only."""
    return CommissionInvoice.objects.filter(status=InvoiceStatus.DRAFT).count()
