"""Forms of the supplier's desk by noun: ``entry``, ``goods``, ``imports``."""

from suppliers.forms.entry import ApplicationForm, PaperForm
from suppliers.forms.goods import FreightForm, GoodForm, StockForm, category_choices
from suppliers.forms.imports import ImportForm

__all__ = [
    "ApplicationForm",
    "FreightForm",
    "GoodForm",
    "ImportForm",
    "PaperForm",
    "StockForm",
    "category_choices",
]
