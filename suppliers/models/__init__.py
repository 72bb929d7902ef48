"""Rows of this app by noun: ``companies``, ``goods``, ``imports``, ``publishing``, ``standing``, ``stock``."""

from suppliers.models.companies import Supplier, SupplierBrand, SupplierMember
from suppliers.models.goods import (
    CatalogueImport,
    Category,
    Good,
    ImportLine,
    Sku,
    StockReservation,
)
from suppliers.models.imports import ColumnMapping, ImportChange
from suppliers.models.publishing import AttributeTemplate, BarcodeEntry, GoodChange, MarketReference
from suppliers.models.standing import SupplierStanding
from suppliers.models.stock import StockMovement

__all__ = [
    "AttributeTemplate",
    "BarcodeEntry",
    "CatalogueImport",
    "Category",
    "ColumnMapping",
    "Good",
    "GoodChange",
    "ImportChange",
    "ImportLine",
    "MarketReference",
    "Sku",
    "StockMovement",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
]
