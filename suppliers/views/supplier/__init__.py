"""The supplier's desk by noun: ``entry``, ``exports``, ``goods``, ``imports``, ``stock``."""

from suppliers.views.supplier import entry, exports, goods, imports, stock

urlpatterns = [
    *entry.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *stock.urlpatterns,
]
