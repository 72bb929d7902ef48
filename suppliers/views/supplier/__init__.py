"""The supplier's desk by noun: ``entry``, ``exports``, ``goods``, ``imports``, ``papers``, ``publishing``, ``stock``."""

from suppliers.views.supplier import entry, exports, goods, imports, papers, publishing, stock

urlpatterns = [
    *entry.urlpatterns,
    *publishing.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *papers.urlpatterns,
    *stock.urlpatterns,
]
