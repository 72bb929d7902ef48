"""The quarterly file of identity and income for the tax office (docs/rules.md §6.7). Only here is it decrypted."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.selectors import real_name_of
from suppliers.models import Supplier
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from tax.errors import QuarterOpen
from tax.models import TaxProfile, Withholding
from tax.states import Identity

# What suppliers sold through the platform: finalised orders before commission, less refunds after finalising.
SALES = """
    WITH sides AS (
        SELECT DISTINCT t.journal_id, a.party FROM ledger_journal j
        JOIN ledger_transfer t ON t.journal_id = j.id
        JOIN ledger_account a ON a.id IN (t.debit_id, t.credit_id)
             AND a.kind IN ('supplier_payable', 'supplier_deposit', 'category_bond', 'supplier_debt')
        WHERE j.kind IN ('finalise', 'refund') AND j.occurred_at >= %s AND j.occurred_at < %s)
    SELECT s.party, sum(CASE WHEN j.kind = 'finalise' AND d.kind = 'escrow' THEN t.amount_fen
                             WHEN j.kind = 'refund' AND c.kind = 'refund_clearing' THEN -t.amount_fen ELSE 0 END)
    FROM sides s JOIN ledger_journal j ON j.id = s.journal_id
    JOIN ledger_transfer t ON t.journal_id = j.id
    JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    GROUP BY s.party"""


@dataclass(frozen=True, slots=True)
class Income:
    """One operator's or practitioner's income of a quarter and what was withheld from it, in fen."""

    role: str
    identity: str
    name: str
    number: str
    income_fen: int
    tax_fen: int


def report_quarter(*, year: int, quarter: int, actor: Actor, at: datetime) -> list[Income]:
    """Everybody's identity and income of a quarter that is over, suppliers first; leaves an audit row.

    It is due in the month after the quarter. Raises QuarterOpen.
    """
    first = date(year, 3 * quarter - 2, 1)
    last = date(year, 3 * quarter, 1)
    start, end = clock.month_bounds(first)[0], clock.month_bounds(last)[1]
    if at < end:
        raise QuarterOpen
    with transaction.atomic():
        rows = [*_suppliers(start, end), *_owners(first, last)]
        audit.record(
            actor=actor,
            subject_type="tax_report",
            subject_ref=f"{year}-{quarter}",
            event="reveal",
            at=at,
            reason=str(len(rows)),
        )
        return rows


def _suppliers(start: datetime, end: datetime) -> list[Income]:
    with connection.cursor() as cursor:
        cursor.execute(SALES, [start, end])
        sales = dict(cursor.fetchall())
    found = Supplier.objects.filter(public_id__in=sales).order_by("pk")
    role, company = _("供应商"), str(Identity.COMPANY.label)
    return [Income(role, company, s.name, s.credit_code or "", int(sales[s.public_id]), 0) for s in found]


def _owners(first: date, last: date) -> list[Income]:
    paid = Withholding.objects.filter(month__gte=first, month__lte=last, voided_at=None)
    sums = (
        paid.values_list("profile_id").annotate(i=Sum("income_fen"), t=Sum("tax_fen")).order_by("profile_id")
    )
    profiles = TaxProfile.objects.select_related("owner__user").in_bulk([row[0] for row in sums])
    rows = []
    for key, income, tax in sums:
        profile = profiles[key]
        name, number = profile.name, profile.number
        if profile.identity == Identity.PERSON:
            real = real_name_of(profile.owner.user)
            name, number = (real.name, real.id_number) if real else ("", "")
        rows.append(Income(_("掌柜"), profile.get_identity_display(), name, number, int(income), int(tax)))
    return rows
