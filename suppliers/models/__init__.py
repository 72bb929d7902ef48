"""Rows of this app by noun: ``companies``, ``goods``, ``imports``, ``standing``, ``stock``."""

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
from suppliers.models.standing import SupplierStanding
from suppliers.models.stock import StockMovement

__all__ = [
    "CatalogueImport",
    "Category",
    "ColumnMapping",
    "Good",
    "ImportChange",
    "ImportLine",
    "Sku",
    "StockMovement",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
]
