"""Staff's pages by noun: ``attributes``, ``companies``, ``goods``, ``library``, ``publishing``."""

from suppliers.admin import attributes, companies, goods, library, publishing

__all__ = ["attributes", "companies", "goods", "library", "publishing"]
