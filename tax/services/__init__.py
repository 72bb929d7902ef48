"""Every write about tax, by noun: ``profiles``, ``reporting``, ``withholding``."""

from tax.services.profiles import give_tax_info, note_deduction
from tax.services.reporting import Income, report_quarter
from tax.services.withholding import lock_tax_info, tax_paid, tax_returned, withhold

__all__ = [
    "Income",
    "give_tax_info",
    "lock_tax_info",
    "note_deduction",
    "report_quarter",
    "tax_paid",
    "tax_returned",
    "withhold",
]
