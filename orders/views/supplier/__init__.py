"""The supplier's fulfilment by noun: ``orders`` (the queue, one order), ``agreements``, ``batches``, ``papers``, ``shortage``."""

from orders.views.supplier import agreements, batches, orders, papers, shortage

urlpatterns = [
    *agreements.urlpatterns,
    *batches.urlpatterns,
    *papers.urlpatterns,
    *shortage.urlpatterns,
    *orders.urlpatterns,  # last: it takes any order's number
]
