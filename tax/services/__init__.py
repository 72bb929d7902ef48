"""Every write about tax, by noun: ``profiles``, ``withholding``."""

from tax.services.profiles import give_tax_info, note_deduction
from tax.services.withholding import lock_tax_info, tax_paid, tax_returned, withhold

__all__ = ["give_tax_info", "lock_tax_info", "note_deduction", "tax_paid", "tax_returned", "withhold"]
