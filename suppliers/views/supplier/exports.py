"""All goods of a supplier as a file, in the columns that an import reads."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suppliers.catalogue_columns import ATTRIBUTE
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import AttributeTemplate, Good, Supplier
from suppliers.selectors import answer_words, questions_of, skus_for_export
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import FORMATS, table_response
from taoxiaopu.kernel.money import format_yuan

# As an import reads them, in whatever language the desk is.
HEADER = (
    "商品编号", "标题", "品牌", "规格", "价格", "库存", "佣金率", "类目", "商品描述", "开售时间", "停售时间", "平台编号", "状态",
    "预占", "已售",
)  # fmt: skip


@supplier_page
@require_safe
def goods_file(request: HttpRequest) -> HttpResponseBase:
    """All goods, as CSV or XLSX (``?form=xlsx``)."""
    return goods_table(cast(SupplierRequest, request).supplier, request.GET.get("form", ""))


def goods_table(supplier: Supplier, form: str) -> StreamingHttpResponse:
    """Each SKU with its good, price, rate, stock, season and attributes, as CSV or XLSX: for the page and the API."""
    asked = questions_of(supplier)
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
            _moment(sku.good.sale_from),
            _moment(sku.good.sale_until),
            sku.good.public_id,
            sku.good.get_status_display(),
            sku.reserved,
            sku.sold,
            *_answers(sku.good, asked),
        )
        for sku in skus_for_export(supplier)
    )
    header = (*HEADER, *(ATTRIBUTE + name for name in dict.fromkeys(row.name for row in asked)))
    return table_response(_("商品"), form if form in FORMATS else "csv", header, rows)


def _moment(at: datetime | None) -> str:
    """As an import reads it, on the business clock."""
    return clock.local(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _answers(good: Good, asked: Sequence[AttributeTemplate]) -> list[str]:
    """What a good answers, in the words of the file: those of its own category alone."""
    places, found = (
        (good.category_id, good.category.parent_id),
        dict.fromkeys((row.name for row in asked), ""),
    )
    for row in asked:
        if row.category_id in places and row.code in good.attributes:
            found[row.name] = answer_words(row, good.attributes[row.code])
    return list(found.values())


urlpatterns = [path("exports/goods/", goods_file, name="goods-export")]
