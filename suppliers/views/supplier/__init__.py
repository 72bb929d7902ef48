"""The supplier's desk by noun: ``entry``, ``goods``, ``imports``, ``stock``."""

from suppliers.views.supplier import entry, goods, imports, stock

urlpatterns = [*entry.urlpatterns, *goods.urlpatterns, *imports.urlpatterns, *stock.urlpatterns]
