"""Staff's pages by noun: ``companies``, ``papers`` (with the checklist), ``goods``."""

from suppliers.admin import companies, goods, papers

__all__ = ["companies", "goods", "papers"]
