"""The supplier's desk by noun: ``entry``, ``exports``, ``goods``, ``imports``, ``papers``, ``stock``."""

from suppliers.views.supplier import entry, exports, goods, imports, papers, stock

urlpatterns = [
    *entry.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *papers.urlpatterns,
    *stock.urlpatterns,
]
