"""Forms of the supplier's desk by noun: ``bulk``, ``entry``, ``goods``, ``imports``."""

from suppliers.forms.bulk import BulkForm
from suppliers.forms.entry import ApplicationForm
from suppliers.forms.goods import FreightForm, GoodForm, StockForm, category_choices
from suppliers.forms.imports import ImportForm

__all__ = [
    "ApplicationForm",
    "BulkForm",
    "FreightForm",
    "GoodForm",
    "ImportForm",
    "StockForm",
    "category_choices",
]
