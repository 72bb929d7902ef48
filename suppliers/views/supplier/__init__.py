"""The supplier's desk by noun: ``entry``, ``exports``, ``goods``, ``imports``, ``publishing``, ``stock``."""

from suppliers.views.supplier import entry, exports, goods, imports, publishing, stock

urlpatterns = [
    *entry.urlpatterns,
    *publishing.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *stock.urlpatterns,
]
