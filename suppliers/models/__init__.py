"""Rows of this app by noun: ``companies``, ``goods``, ``standing``."""

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
