"""All goods of a supplier as a file, in the columns that an import reads."""

from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from suppliers.exports import goods_table
from suppliers.gates import SupplierRequest, supplier_page


@supplier_page
@require_safe
def goods_file(request: HttpRequest) -> HttpResponseBase:
    """Each SKU with its good, price, rate and stock, as CSV or XLSX (``?form=xlsx``)."""
    return goods_table(cast(SupplierRequest, request).supplier, request.GET.get("form", ""))


urlpatterns = [path("exports/goods/", goods_file, name="goods-export")]
