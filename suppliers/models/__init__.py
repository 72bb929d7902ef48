"""Rows of this app by noun: ``companies``, ``goods``, ``imports``, ``papers``, ``publishing``, ``standing``, ``stock``."""

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
from suppliers.models.publishing import AttributeTemplate, BarcodeEntry, GoodChange, MarketReference
from suppliers.models.standing import SupplierStanding
from suppliers.models.stock import StockMovement

__all__ = [
    "AttributeTemplate",
    "BarcodeEntry",
    "BondedCategory",
    "CatalogueImport",
    "Category",
    "ColumnMapping",
    "EntryDraft",
    "Good",
    "GoodChange",
    "ImportChange",
    "ImportLine",
    "MarketReference",
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
