"""A supplier's goods and orders as files: where to ask for them, and the orders themselves."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders.forms import PeriodForm
from orders.selectors import lines_for_export
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import table_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name

UNPROCESSABLE = 422


@supplier_page
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Where goods and orders are asked for as files."""
    today = clock.local(clock.now()).date()
    form = PeriodForm(initial={"since": today.replace(day=1), "until": today})
    return render(request, "orders/supplier/exports.html", {"form": form})


@supplier_page
@require_safe
def orders_file(request: HttpRequest) -> HttpResponseBase:
    """The lines of all orders paid in a period, with parcels; no name, telephone or address is in it."""
    supplier = cast(SupplierRequest, request).supplier
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "orders/supplier/exports.html", {"form": form}, status=UNPROCESSABLE)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
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
            supplier, since=_midnight(since), until=_midnight(until + timedelta(days=1))
        )
    )
    stem = "-".join([_("订单"), since.isoformat(), until.isoformat()])
    return table_response(stem, form.cleaned_data["form"], header, rows)


def _midnight(day: date) -> datetime:
    return clock.local_instant(day)


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


urlpatterns = [
    path("exports/", exports, name="exports"),
    path("exports/orders/", orders_file, name="orders-export"),
]
