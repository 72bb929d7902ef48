"""Every write about tax, by noun: ``invoices``, ``profiles``, ``reporting``, ``withholding``."""

from tax.services.invoices import (
    draft_commission_invoices,
    issue_commission_invoice,
    issue_commission_invoices,
    vat_in,
)
from tax.services.profiles import give_tax_info, note_deduction
from tax.services.reporting import Income, report_quarter
from tax.services.withholding import lock_tax_info, tax_paid, tax_returned, withhold

__all__ = [
    "Income",
    "draft_commission_invoices",
    "give_tax_info",
    "issue_commission_invoice",
    "issue_commission_invoices",
    "lock_tax_info",
    "note_deduction",
    "report_quarter",
    "tax_paid",
    "tax_returned",
    "vat_in",
    "withhold",
]
