"""Staff's pages by noun: ``companies``, ``goods``."""

from suppliers.admin import companies, goods

__all__ = ["companies", "goods"]
