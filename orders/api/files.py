"""A supplier's orders as a file over the API."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from orders.exports import orders_table
from orders.forms import PeriodForm
from suppliers.gates import caller_of
from suppliers.states import Area
from taoxiaopu.kernel.api import FileApi
from taoxiaopu.kernel.api_schema import CSV, XLSX, hands_out
from taoxiaopu.kernel.exports import FORMATS


class PeriodQuery(serializers.Serializer[Any]):
    """A period of days, both included, and the kind of file."""

    since = serializers.DateField()
    until = serializers.DateField()
    form = serializers.ChoiceField(choices=FORMATS, default="csv")


class OrdersFile(FileApi):
    """All orders of a period."""

    @hands_out("supplier_orders_export", _("导出一段时间内付款的订单明细"), CSV, XLSX, query=[PeriodQuery])
    def get(self, request: Request) -> StreamingHttpResponse:
        """The lines of all orders paid in a period; no name, telephone or address is in it."""
        supplier = caller_of(request, Area.ORDERS).supplier
        typed = self.checked_form(PeriodForm(self.checked(PeriodQuery, request.query_params)))
        return orders_table(supplier, typed["since"], typed["until"], typed["form"])


urlpatterns = [path("supplier/exports/orders/", OrdersFile.as_view(), name="supplier-orders-export")]
