"""Forms of the supplier's desk by noun: ``entry``, ``goods``, ``imports``."""

from suppliers.forms.attributes import AttributesForm
from suppliers.forms.entry import ApplicationForm, PaperForm
from suppliers.forms.goods import FreightForm, GoodForm, StockForm, category_choices
from suppliers.forms.imports import ImportForm
from suppliers.forms.publishing import MarketForm, ScanForm

__all__ = [
    "ApplicationForm",
    "AttributesForm",
    "FreightForm",
    "GoodForm",
    "ImportForm",
    "MarketForm",
    "PaperForm",
    "ScanForm",
    "StockForm",
    "category_choices",
]
