"""Staff's pages by noun: ``attributes``, ``companies``, ``goods``, ``imports``, ``library``, ``papers`` (with the checklist),
``publishing``.
"""

from suppliers.admin import attributes, companies, goods, imports, library, papers, publishing

__all__ = ["attributes", "companies", "goods", "imports", "library", "papers", "publishing"]
