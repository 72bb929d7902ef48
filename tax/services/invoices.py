"""The platform's invoices to suppliers for gross commission (docs/rules.md §6.7): drafted with a month's statement, issued by
staff through the tax bureau's system.

Locks: the invoice, then the name of the series.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.services import notify
from suppliers.models import Supplier
from suppliers.selectors import members_of
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.jobs import by_itself
from taoxiaopu.kernel.locking import lock_name, lock_rows
from taoxiaopu.kernel.money import BP_SCALE, half_up
from taoxiaopu.kernel.settings import rules_at
from tax import errors, letters
from tax.models import CommissionInvoice
from tax.providers import InvoiceRequest, TaxBureau
from tax.providers.sandbox import SandboxTaxBureau
from tax.states import COMMISSION_INVOICES, InvoiceStatus

SYSTEM = Actor.system("invoices")
SERIES = "tax.commission_invoice.serial"
INSTANT = timedelta(microseconds=1)


def vat_in(total_fen: int, rate_bp: int) -> int:
    """The VAT in an amount that includes it, in fen, half-up on its size: a red invoice takes back exactly what it answers."""
    vat = half_up(abs(total_fen) * rate_bp, BP_SCALE + rate_bp)
    return vat if total_fen >= 0 else -vat


def draft_commission_invoices(*, month: date, commission_fen: Mapping[int, int], at: datetime) -> int:
    """Draft an invoice for each supplier, by key, from whom a month took commission, or gave some back on the whole.

    Amounts are gross, with VAT at the rate in force when the month ended; one of zero has none. Once for each supplier
    and month: whoever calls writes the month's statement in the same transaction. Returns how many.
    """
    amounts = {supplier: fen for supplier, fen in commission_fen.items() if fen}
    if not amounts:
        return 0
    rate_bp = rules_at(clock.month_bounds(month)[1] - INSTANT).SERVICE_VAT_BP
    drafts = [
        CommissionInvoice(
            number=f"{supplier.public_id}-{month:%Y%m}",
            supplier=supplier,
            month=month,
            buyer_name=supplier.name,
            buyer_code=supplier.credit_code or "",
            rate_bp=rate_bp,
            net_fen=amounts[supplier.pk] - vat_in(amounts[supplier.pk], rate_bp),
            vat_fen=vat_in(amounts[supplier.pk], rate_bp),
            total_fen=amounts[supplier.pk],
            drafted_at=at,
        )
        for supplier in Supplier.objects.filter(pk__in=amounts).order_by("pk")
    ]
    CommissionInvoice.objects.bulk_create(drafts)
    audit.record_many(
        actor=SYSTEM,
        subject_type=COMMISSION_INVOICES.subject,
        subject_refs=[draft.number for draft in drafts],
        event="draft",
        at=at,
        to_state=InvoiceStatus.DRAFT,
    )
    return len(drafts)


def issue_commission_invoice(*, invoice: CommissionInvoice, actor: Actor, at: datetime) -> CommissionInvoice:
    """Staff have an invoice issued by the tax bureau; it takes the next number of the series. One that is issued stays.

    Whatever fails leaves a draft and no gap: asked again, the tax bureau gives the same number for it. Raises NotFound,
    MoveRefused, NoTaxBureau.
    """
    with transaction.atomic():
        rows = lock_rows(CommissionInvoice.objects.filter(pk=invoice.pk))
        if not rows:
            raise NotFound
        (row,) = rows
        if row.status == InvoiceStatus.ISSUED and actor.kind == ActorKind.STAFF:
            return row
        COMMISSION_INVOICES.require(row.status, "issue", actor)
        tax_number = _bureau().issue(
            InvoiceRequest(
                key=row.number,
                buyer_name=row.buyer_name,
                buyer_code=row.buyer_code,
                month=row.month,
                net_fen=row.net_fen,
                vat_fen=row.vat_fen,
                rate_bp=row.rate_bp,
            ),
            at=at,
        )
        COMMISSION_INVOICES.apply(
            row, "issue", actor=actor, at=at, serial=_next_serial(), tax_number=tax_number, issued_at=at
        )  # fmt: skip
        notify(
            kind=letters.COMMISSION_INVOICE,
            recipients=members_of([row.supplier_id]).get(row.supplier_id, []),
            ref=row.number,
            at=at,
            facts={"of_month": row.month.isoformat(), "total_fen": row.total_fen},
            link=[str(row.month.year), str(row.month.month)],
        )
        return row


def issue_commission_invoices(*, month: date, actor: Actor, at: datetime) -> int:
    """Have every draft of a month issued, each by itself; one that fails stays a draft. Returns how many were issued.

    Raises NoTaxBureau.
    """
    _bureau()
    drafts = CommissionInvoice.objects.filter(month=month, status=InvoiceStatus.DRAFT).order_by("supplier_id")
    return sum(
        by_itself(partial(_issue, invoice, actor, at), what=f"invoice {invoice.number}")
        for invoice in list(drafts)
    )


def _issue(invoice: CommissionInvoice, actor: Actor, at: datetime) -> int:
    issue_commission_invoice(invoice=invoice, actor=actor, at=at)
    return 1


def _bureau() -> TaxBureau:
    if not settings.SANDBOX_PROVIDERS:
        raise errors.NoTaxBureau
    return SandboxTaxBureau()


def _next_serial() -> int:
    """The number after the last one; whoever else issues waits until it is committed, so that none is left out."""
    lock_name(SERIES)
    last: int | None = CommissionInvoice.objects.aggregate(n=Max("serial"))["n"]
    return (last or 0) + 1
