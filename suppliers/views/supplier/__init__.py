"""The supplier's desk by noun: ``entry``, ``goods``, ``imports``."""

from suppliers.views.supplier import entry, goods, imports

urlpatterns = [*entry.urlpatterns, *goods.urlpatterns, *imports.urlpatterns]
