"""Staff's pages, by noun: ``nights`` (runs, the age report), ``differences``, ``manual`` (journals by hand)."""

from reconciliation.admin import differences, manual, nights

__all__ = ["differences", "manual", "nights"]
