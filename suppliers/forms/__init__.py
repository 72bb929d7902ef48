"""Forms of the supplier's desk by noun: ``bulk``, ``entry``, ``goods``, ``imports``, ``members``."""

from suppliers.forms.bulk import BulkForm
from suppliers.forms.entry import ApplicationForm
from suppliers.forms.goods import FreightForm, GoodForm, StockForm, category_choices
from suppliers.forms.imports import ImportForm
from suppliers.forms.members import InviteForm, RoleForm, ViewForm, WebhookForm

__all__ = [
    "ApplicationForm",
    "BulkForm",
    "FreightForm",
    "GoodForm",
    "ImportForm",
    "InviteForm",
    "RoleForm",
    "StockForm",
    "ViewForm",
    "WebhookForm",
    "category_choices",
]
