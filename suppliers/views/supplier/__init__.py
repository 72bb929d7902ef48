"""The supplier's desk by noun: ``entry``, ``exports``, ``goods``, ``imports``, ``stock``."""

from suppliers.views.supplier import entry, exports, goods, imports, stock

urlpatterns = [
    *entry.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *stock.urlpatterns,
"""The supplier's desk by noun: ``entry``, ``goods``, ``publishing``, ``imports``."""

from suppliers.views.supplier import entry, goods, imports, publishing

urlpatterns = [
    *entry.urlpatterns,
    *publishing.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
]
