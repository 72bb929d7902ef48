"""Staff's pages by noun: ``companies``, ``goods``, ``publishing``."""

from suppliers.admin import companies, goods, publishing

__all__ = ["companies", "goods", "publishing"]
