"""Rows of this app by noun: ``companies``, ``goods``, ``standing``, ``stock``."""

from suppliers.models.companies import Supplier, SupplierBrand, SupplierMember
from suppliers.models.goods import (
    CatalogueImport,
    Category,
    Good,
    ImportLine,
    Sku,
    StockReservation,
)
from suppliers.models.standing import SupplierStanding
from suppliers.models.stock import StockMovement

__all__ = [
    "CatalogueImport",
    "Category",
    "Good",
    "ImportLine",
    "Sku",
    "StockMovement",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
]
