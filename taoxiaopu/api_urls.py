"""The API's addresses under ``/api/v1/``: each app's own, the schema, and a page that lists the operations."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from commissions import api as commissions
from disputes import api as disputes
from orders import api as orders
from storefronts import api as storefronts
from suppliers import api as suppliers
from taoxiaopu.desks import api as desks
from taoxiaopu.desks import questions_api
from taoxiaopu.flows.views import developers
from tax import api as tax

urlpatterns = [
    *suppliers.urlpatterns,
    *storefronts.urlpatterns,
    *desks.urlpatterns,
    *orders.urlpatterns,
    *commissions.urlpatterns,
    *tax.urlpatterns,
    *disputes.urlpatterns,
    *questions_api.urlpatterns,
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    *developers.urlpatterns,
]
