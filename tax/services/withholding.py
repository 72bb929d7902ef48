"""Withholding on what owners are paid (docs/rules.md §6.7).

The bank needs the net amount, so the tax is computed when the transfer is made, by the day and the payments known
then. When the payment is reported, its day decides month and year, and what is due is computed again: what was
withheld stays, since the money is out, and a difference is made good by the next payment of the period, whose tax is
always the tax on everything so far less everything withheld so far. One that is smaller than what is due gives all but
a fen, and the rest is the next one's. A payment that came back leaves both sums.

Lock: the owner's tax profile, so that a payment and the return of an earlier one do not miss each other.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min, Sum

from accounts.services import notify
from storefronts.models import Owner
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at
from tax import errors, letters
from tax.models import Deduction, TaxProfile, VatAlarm, Withholding
from tax.states import Identity, TaxMethod
from tax.tables import table_on

LEAST_PAID_FEN = 1  # a transfer of nothing cannot be sent
ALARMS = (80, 100)  # percent of VAT_FREE_MONTH_FEN


@dataclass(frozen=True, slots=True)
class Figures:
    """What a payment's tax is computed with, and the tax, in fen: ``due_fen`` of the period so far, and ``tax_fen`` of it
    that this payment can bear.
    """

    method: TaxMethod
    month: date
    before_income_fen: int
    before_tax_fen: int
    months: int
    other_fen: int
    due_fen: int
    tax_fen: int


def lock_tax_info(*, owner: Owner) -> TaxProfile:
    """Lock an owner's tax information, all that was ever given, and return what is in use. Raises TaxInfoMissing."""
    lock_rows(TaxProfile.objects.filter(owner=owner))
    profile = TaxProfile.objects.filter(owner=owner, replaced_at=None).first()
    if profile is None:
        raise errors.TaxInfoMissing
    return profile


def withhold(*, owner: Owner, ref: str, income_fen: int, at: datetime) -> Withholding:
    """Compute the tax of a payment that goes out now; once for each ``ref``. Raises TaxInfoMissing."""
    with transaction.atomic():
        profile = lock_tax_info(owner=owner)
        known = Withholding.objects.filter(ref=ref).first()
        if known is not None:
            return known
        figures = figures_of(profile, income_fen, at=at)
        return Withholding.objects.create(
            ref=ref,
            owner=owner,
            profile=profile,
            method=figures.method,
            income_fen=income_fen,
            tax_fen=figures.tax_fen,
            before_income_fen=figures.before_income_fen,
            before_tax_fen=figures.before_tax_fen,
            months=figures.months,
            other_fen=figures.other_fen,
            planned_at=at,
        )


def tax_paid(*, ref: str, at: datetime) -> None:
    """The payment was made at ``at``: its month is known, and what is due on that day; alarms about VAT are raised."""
    with transaction.atomic():
        row = _lock(ref)
        if row is None or row.paid_at is not None or row.voided_at is not None:
            return
        due = figures_of(row.profile, row.income_fen, at=at, besides=row)
        row.month, row.due_fen, row.paid_at = due.month, due.due_fen, at
        row.save(update_fields=["month", "due_fen", "paid_at"])
        _raise_alarms(row, at)


def tax_returned(*, ref: str, at: datetime) -> None:
    """The payment came back: it counts no more as income, and its tax not as withheld."""
    with transaction.atomic():
        row = _lock(ref)
        if row is None or row.voided_at is not None:
            return
        row.voided_at = at
        row.save(update_fields=["voided_at"])


def figures_of(
    profile: TaxProfile, income_fen: int, *, at: datetime, besides: Withholding | None = None
) -> Figures:
    """What a payment of ``income_fen`` at an instant is taxed with, ``besides`` itself. Reads only."""
    month = clock.month_of(at)
    if profile.identity != Identity.PERSON:
        return Figures(TaxMethod.NONE, month, 0, 0, 1, 0, 0, 0)
    method = TaxMethod(rules_at(at).TAX_METHOD)
    first = month if method == TaxMethod.CLASSIC else month.replace(month=1)
    before = Withholding.objects.filter(
        owner_id=profile.owner_id, month__gte=first, month__lte=month, voided_at=None
    ).exclude(method=TaxMethod.NONE)
    if besides is not None:
        before = before.exclude(pk=besides.pk)
    sums = before.aggregate(income=Sum("income_fen"), tax=Sum("tax_fen"), first=Min("month"))
    income, taken = int(sums["income"] or 0), int(sums["tax"] or 0)
    months, other = 1, 0
    if method == TaxMethod.CUMULATIVE:
        months = month.month - (sums["first"] or month).month + 1
        noted = Deduction.objects.filter(owner_id=profile.owner_id, year=month.year, noted_at__lte=at)
        other = int(noted.aggregate(n=Sum("amount_fen"))["n"] or 0)
    table = table_on(method, clock.local(at).date())
    whole = table.tax(income + income_fen, months=months, other_fen=other)
    due = max(0, whole - taken)
    bearable = max(0, income_fen - LEAST_PAID_FEN)
    return Figures(method, month, income, taken, months, other, due, min(due, bearable))


def _lock(ref: str) -> Withholding | None:
    row = Withholding.objects.select_related("owner").filter(ref=ref).first()
    if row is None:
        return None
    lock_tax_info(owner=row.owner)
    return Withholding.objects.select_related("profile", "owner").get(pk=row.pk)


def _income_of_month(row: Withholding) -> int:
    mine = Withholding.objects.filter(owner_id=row.owner_id, month=row.month, voided_at=None)
    return int(mine.aggregate(n=Sum("income_fen"))["n"] or 0)


def _raise_alarms(row: Withholding, at: datetime) -> None:
    if row.method == TaxMethod.NONE:
        return
    limit = rules_at(at).VAT_FREE_MONTH_FEN
    income = _income_of_month(row)
    for percent in ALARMS:
        if income * 100 < limit * percent:
            continue
        assert row.month is not None
        _alarm, raised = VatAlarm.objects.get_or_create(
            owner=row.owner,
            month=row.month,
            percent=percent,
            defaults={"income_fen": income, "raised_at": at},
        )
        if raised:
            notify(
                kind=letters.VAT_REACHED if percent == ALARMS[-1] else letters.VAT_NEAR,
                recipients=[row.owner.user_id],
                ref=f"{row.month:%Y-%m}",
                at=at,
                facts={"of_month": row.month.isoformat(), "income_fen": income, "limit_fen": limit},
            )
