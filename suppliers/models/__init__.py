"""Rows of this app by noun: ``companies``, ``goods``, ``standing``."""
"""Rows of this app by noun: ``bulk``, ``companies``, ``goods``."""

from suppliers.models.bulk import BulkEdit, BulkEditLine
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

__all__ = [
    "BulkEdit",
    "BulkEditLine",
    "CatalogueImport",
    "Category",
    "Good",
    "ImportLine",
    "Sku",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
]
