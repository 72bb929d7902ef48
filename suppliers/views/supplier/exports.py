"""All goods of a supplier as a file, in the columns that an import reads."""

from decimal import Decimal
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Supplier
from suppliers.selectors import skus_for_export
from taoxiaopu.kernel.exports import FORMATS, table_response
from taoxiaopu.kernel.money import format_yuan

# As an import reads them, in whatever language the desk is.
HEADER = (
    "商品编号", "标题", "品牌", "规格", "价格", "库存", "佣金率", "类目", "商品描述", "平台编号", "状态", "预占", "已售",
)  # fmt: skip


@supplier_page
@require_safe
def goods_file(request: HttpRequest) -> HttpResponseBase:
    """All goods, as CSV or XLSX (``?form=xlsx``)."""
    return goods_table(cast(SupplierRequest, request).supplier, request.GET.get("form", ""))


def goods_table(supplier: Supplier, form: str) -> StreamingHttpResponse:
    """Each SKU with its good, price, rate and stock, as CSV or XLSX: for the page and the API."""
    rows = (
        (
            sku.good.source_id,
            sku.good.title,
            sku.good.brand,
            sku.name,
            Decimal(format_yuan(sku.price_fen)),
            sku.available,
            Decimal(format_yuan(sku.good.rate_bp)),
            sku.good.category.code,
            sku.good.description,
            sku.good.public_id,
            sku.good.get_status_display(),
            sku.reserved,
            sku.sold,
        )
        for sku in skus_for_export(supplier)
    )
    return table_response(_("商品"), form if form in FORMATS else "csv", HEADER, rows)


urlpatterns = [path("exports/goods/", goods_file, name="goods-export")]
