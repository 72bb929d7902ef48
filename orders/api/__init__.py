"""Orders over the API by noun: ``contracts`` (of customised goods), ``orders`` (a supplier's and an owner's), ``queue`` (what to ship
next), ``shipping`` (batches, papers, shortage), ``files``.
"""

from orders.api import contracts, files, orders, queue, shipping

urlpatterns = [
    *contracts.urlpatterns,
    *queue.urlpatterns,  # before: an order's address takes any number
    *shipping.urlpatterns,
    *files.urlpatterns,
    *orders.urlpatterns,
]
