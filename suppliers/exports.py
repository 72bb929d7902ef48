"""Files of a supplier's goods, in the columns that an import reads: all goods, the template, the lines of an import that failed."""

from datetime import datetime
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from suppliers.models import CatalogueImport, Supplier
from suppliers.selectors import skus_for_export
from suppliers.services import failed_lines
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import FORMATS, table_response
from taoxiaopu.kernel.money import format_yuan

# As an import reads them, in whatever language the desk is.
HEADER = (
    "商品编号", "标题", "品牌", "规格", "价格", "库存", "佣金率", "类目", "商品描述", "平台编号", "状态", "预占", "已售",
)  # fmt: skip
TEMPLATE_HEADER = (
    "日期", "商品编号", "标题", "规格", "价格", "销量", "评论数", "品牌", "库存", "佣金率", "条码", "类目", "商品描述",
)  # fmt: skip


def goods_table(supplier: Supplier, form: str) -> StreamingHttpResponse:
    """Each SKU with its good, price, rate and stock, as ``csv`` or ``xlsx``; anything else is CSV."""
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
    return table_response(_("商品"), _known(form), HEADER, rows)


def import_template(supplier: Supplier, form: str, *, at: datetime) -> StreamingHttpResponse:
    """An empty catalogue with the columns that an import reads and one line as an example."""
    brand = supplier.brands.order_by("id").first()
    today = clock.local(at).date().isoformat()
    line = (
        today, "10001", "示例商品", "50g", "99.00", "0", "0", brand.name if brand else "", "100", "20", "6901234567892", "", "",
    )  # fmt: skip
    return table_response(_("商品导入模板"), _known(form), TEMPLATE_HEADER, [line])


def failed_table(catalogue: CatalogueImport, form: str) -> StreamingHttpResponse:
    """The lines that were not taken, in their own columns with the reason, to be mended and uploaded again."""
    lines = failed_lines(catalogue)
    header = next(lines, [])
    return table_response("-".join([_("未导入的行"), catalogue.public_id]), _known(form), header, lines)


def _known(form: str) -> str:
    return form if form in FORMATS else "csv"
