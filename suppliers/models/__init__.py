"""Rows of this app by noun: ``companies``, ``goods``, ``imports``, ``papers``, ``standing``, ``stock``."""

from suppliers.models.companies import EntryDraft, Supplier, SupplierBrand, SupplierMember
from suppliers.models.goods import (
    CatalogueImport,
    Category,
    Good,
    ImportLine,
    Sku,
    StockReservation,
)
from suppliers.models.imports import ColumnMapping, ImportChange
from suppliers.models.papers import BondedCategory, Paper, PaperPage, PaperReminder, Requirement
from suppliers.models.standing import SupplierStanding
from suppliers.models.stock import StockMovement

__all__ = [
    "BondedCategory",
    "CatalogueImport",
    "Category",
    "ColumnMapping",
    "EntryDraft",
    "Good",
    "ImportChange",
    "ImportLine",
    "Paper",
    "PaperPage",
    "PaperReminder",
    "Requirement",
    "Sku",
    "StockMovement",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
]
