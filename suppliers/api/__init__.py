"""Suppliers over the API by noun: ``goods`` (and the public search), ``shelf`` (what is done to one good), ``bulk``, ``imports``,
``files``, ``entry``, ``money`` (deposit and bonds), ``team``, ``webhooks``, ``inbox``.
"""

from suppliers.api import bulk, entry, files, goods, imports, inbox, money, shelf, team, webhooks

urlpatterns = [
    *goods.urlpatterns,
    *shelf.urlpatterns,
    *bulk.urlpatterns,
    *imports.urlpatterns,
    *files.urlpatterns,
    *entry.urlpatterns,
    *money.urlpatterns,
    *team.urlpatterns,
    *webhooks.urlpatterns,
    *inbox.urlpatterns,
]
