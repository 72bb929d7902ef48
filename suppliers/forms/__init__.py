"""Forms of the supplier's desk by noun: ``attributes``, ``bulk``, ``entry``, ``goods``, ``imports``, ``members``, ``publishing``."""

from suppliers.forms.attributes import AttributesForm
from suppliers.forms.bulk import BulkForm
from suppliers.forms.entry import ApplicationForm, PaperForm
from suppliers.forms.goods import FreightForm, GoodForm, StockForm, category_choices
from suppliers.forms.imports import ImportForm
from suppliers.forms.members import InviteForm, RoleForm, ViewForm, WebhookForm
from suppliers.forms.publishing import MarketForm, ScanForm

__all__ = [
    "ApplicationForm",
    "AttributesForm",
    "BulkForm",
    "FreightForm",
    "GoodForm",
    "ImportForm",
    "InviteForm",
    "MarketForm",
    "PaperForm",
    "RoleForm",
    "ScanForm",
    "StockForm",
    "ViewForm",
    "WebhookForm",
    "category_choices",
]
