"""The supplier's desk by noun: ``bulk``, ``entry``, ``goods``, ``imports``, ``members``."""

from suppliers.views.supplier import bulk, entry, goods, imports, members

urlpatterns = [
    *bulk.urlpatterns,
    *entry.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *members.urlpatterns,
]
