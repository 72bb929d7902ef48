"""Staff's pages by noun: ``attributes``, ``companies``, ``goods``, ``publishing``."""

from suppliers.admin import attributes, companies, goods, publishing

__all__ = ["attributes", "companies", "goods", "publishing"]
