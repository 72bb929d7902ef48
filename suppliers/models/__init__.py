"""Rows of this app by noun: ``bulk``, ``companies``, ``goods``, ``standing``, ``team``, ``webhooks``."""

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
from suppliers.models.team import MemberInvitation, SavedView
from suppliers.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "BulkEdit",
    "BulkEditLine",
    "CatalogueImport",
    "Category",
    "Good",
    "ImportLine",
    "MemberInvitation",
    "SavedView",
    "Sku",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
    "WebhookDelivery",
    "WebhookEndpoint",
]
