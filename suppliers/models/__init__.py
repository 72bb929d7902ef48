"""Rows of this app by noun: ``bulk``, ``companies``, ``goods``, ``imports``, ``papers``, ``publishing``, ``standing``, ``stock``,
``team``, ``terms``, ``webhooks``.
"""

from suppliers.models.bulk import BulkEdit, BulkEditLine
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
from suppliers.models.publishing import (
    AttributeTemplate,
    BarcodeEntry,
    GoodChange,
    MarketReference,
    ReviewDecision,
)
from suppliers.models.standing import GoodRecord, SupplierStanding
from suppliers.models.stock import StockMovement
from suppliers.models.team import MemberInvitation, SavedView
from suppliers.models.terms import has_terms_of
from suppliers.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AttributeTemplate",
    "BarcodeEntry",
    "BondedCategory",
    "BulkEdit",
    "BulkEditLine",
    "CatalogueImport",
    "Category",
    "ColumnMapping",
    "EntryDraft",
    "Good",
    "GoodChange",
    "GoodRecord",
    "ImportChange",
    "ImportLine",
    "MarketReference",
    "MemberInvitation",
    "Paper",
    "PaperPage",
    "PaperReminder",
    "Requirement",
    "ReviewDecision",
    "SavedView",
    "Sku",
    "StockMovement",
    "StockReservation",
    "Supplier",
    "SupplierBrand",
    "SupplierMember",
    "SupplierStanding",
    "WebhookDelivery",
    "WebhookEndpoint",
    "has_terms_of",
]
