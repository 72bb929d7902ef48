"""The supplier's desk by noun: ``bulk``, ``entry``, ``goods``, ``imports``."""

from suppliers.views.supplier import bulk, entry, goods, imports

urlpatterns = [*bulk.urlpatterns, *entry.urlpatterns, *goods.urlpatterns, *imports.urlpatterns]
