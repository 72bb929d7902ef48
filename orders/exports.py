"""A supplier's orders as a file."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from orders.selectors import lines_for_export
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import table_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name


def orders_table(supplier: Supplier, since: date, until: date, form: str) -> StreamingHttpResponse:
    """The lines of all orders paid from the first day to the last, with parcels; no name, telephone or address is in it."""
    header = (
        _("订单号"), _("状态"), _("下单时间"), _("付款时间"), _("商品"), _("规格"), _("数量"), _("单价（元）"),
        _("实付（元）"), _("已退（元）"), _("订单运费（元）"), _("快递公司"), _("运单号"), _("发货时间"),
    )  # fmt: skip
    rows = (
        (
            line.order.number,
            line.order.get_status_display(),
            _moment(line.order.placed_at),
            _moment(line.order.paid_at),
            line.title,
            own_name(line.sku_name),
            line.quantity,
            Decimal(format_yuan(line.unit_price_fen)),
            Decimal(format_yuan(line.paid_fen)),
            Decimal(format_yuan(line.refunded_fen)),
            Decimal(format_yuan(line.order.freight_fen)),
            line.shipped_in.get_carrier_display() if line.shipped_in else "",
            line.shipped_in.tracking_number if line.shipped_in else "",
            _moment(line.shipped_in.shipped_at if line.shipped_in else None),
        )
        for line in lines_for_export(
            supplier, since=clock.local_instant(since), until=clock.local_instant(until + timedelta(days=1))
        )
    )
    stem = "-".join([_("订单"), since.isoformat(), until.isoformat()])
    return table_response(stem, form, header, rows)


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
