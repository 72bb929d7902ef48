"""Files of goods over the API."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from suppliers.gates import caller_of
from suppliers.states import Area
from suppliers.views.supplier.exports import goods_table
from taoxiaopu.kernel.api import FileApi
from taoxiaopu.kernel.api_schema import CSV, XLSX, hands_out
from taoxiaopu.kernel.exports import FORMATS


class FileQuery(serializers.Serializer[Any]):
    """The kind of file."""

    form = serializers.ChoiceField(choices=FORMATS, default="csv")


class GoodsFile(FileApi):
    """All goods."""

    @hands_out("supplier_goods_export", _("导出全部商品，列与导入模板一致"), CSV, XLSX, query=[FileQuery])
    def get(self, request: Request) -> StreamingHttpResponse:
        """Each SKU with its good, price, rate and stock, in the columns that an import reads."""
        supplier = caller_of(request, Area.GOODS).supplier
        return goods_table(supplier, self.checked(FileQuery, request.query_params)["form"])


urlpatterns = [path("supplier/exports/goods/", GoodsFile.as_view(), name="supplier-goods-export")]
