"""A supplier's money as a file."""

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from ledger.models import SUPPLIER_KINDS
from ledger.selectors import entries_of, movements_of
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.money import format_yuan


def movements_table(supplier: Supplier) -> StreamingHttpResponse:
    """All movements of a supplier's own accounts, newest first."""
    entries = entries_of(supplier.public_id, movements_of(supplier.public_id, SUPPLIER_KINDS))
    rows = (
        (
            clock.local(e.transfer.journal.occurred_at).strftime("%Y-%m-%d %H:%M:%S"),
            e.transfer.journal_id,
            e.transfer.journal.get_kind_display(),
            e.transfer.journal.order_number,
            e.account,
            format_yuan(abs(e.amount_fen)) if e.amount_fen > 0 else "",
            format_yuan(abs(e.amount_fen)) if e.amount_fen < 0 else "",
        )
        for e in entries
    )
    header = (
        _("时间"),
        _("日记账号"),
        _("事件"),
        _("订单号"),
        _("科目"),
        _("收入（元）"),
        _("支出（元）"),
    )
    return csv_response(_("结算明细") + ".csv", header, rows)
