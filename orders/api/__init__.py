"""Orders over the API by noun: ``orders`` (a supplier's and an owner's), ``queue`` (what to ship next), ``shipping`` (batches, papers,
shortage), ``files``.
"""

from orders.api import files, orders, queue, shipping

urlpatterns = [
    *queue.urlpatterns,  # before: an order's address takes any number
    *shipping.urlpatterns,
    *files.urlpatterns,
    *orders.urlpatterns,
]
