"""The supplier's desk by noun: ``bulk``, ``entry``, ``exports``, ``goods``, ``imports``, ``members``, ``papers``, ``publishing``,
``stock``, ``webhooks``.
"""

from suppliers.views.supplier import (
    bulk,
    entry,
    exports,
    goods,
    imports,
    members,
    papers,
    publishing,
    stock,
    webhooks,
)

urlpatterns = [
    *bulk.urlpatterns,
    *entry.urlpatterns,
    *publishing.urlpatterns,
    *exports.urlpatterns,
    *goods.urlpatterns,
    *imports.urlpatterns,
    *members.urlpatterns,
    *papers.urlpatterns,
    *stock.urlpatterns,
    *webhooks.urlpatterns,
]
