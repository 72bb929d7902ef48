"""The supplier's desk by noun: ``bulk``, ``entry``, ``goods``, ``imports``, ``members``, ``webhooks``."""

from suppliers.views.supplier import bulk, entry, goods, imports, members, webhooks

urlpatterns = [
    *bulk.urlpatterns,
    *entry.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *members.urlpatterns,
    *webhooks.urlpatterns,
]
