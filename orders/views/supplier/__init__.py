"""The supplier's fulfilment by noun: ``orders`` (the queue, one order), ``batches``, ``papers``, ``shortage``."""

from orders.views.supplier import batches, orders, papers, shortage

urlpatterns = [
    *batches.urlpatterns,
    *papers.urlpatterns,
    *shortage.urlpatterns,
    *orders.urlpatterns,  # last: it takes any order's number
]
