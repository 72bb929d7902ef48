"""The API's addresses under ``/api/v1/``: each app's own, the schema, and a page that lists the operations."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from orders import api as orders
from storefronts import api as storefronts
from suppliers import api as suppliers
from taoxiaopu.flows.views import developers

urlpatterns = [
    *suppliers.urlpatterns,
    *storefronts.urlpatterns,
    *orders.urlpatterns,
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    *developers.urlpatterns,
]
