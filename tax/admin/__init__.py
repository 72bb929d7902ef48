"""Staff's pages, by noun: ``invoices``, ``withholding`` (who owners are to the tax office, and what was withheld)."""

from tax.admin import invoices, withholding

__all__ = ["invoices", "withholding"]
