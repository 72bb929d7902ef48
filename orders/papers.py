"""What is printed for the packing table: one pick list over all chosen orders, and a delivery note for each."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Order, OrderLine
from orders.selectors import NEEDS_RECEIVER
from suppliers.models import Supplier
from suppliers.pictures.lettering import drawable
from taoxiaopu.kernel.documents import Column, Paper
from taoxiaopu.kernel.templatetags.kernel_format import local_time, own_name


def pick_list_pdf(supplier: Supplier, orders: Sequence[Order], *, made_at: datetime) -> bytes:
    """What to take from the shelves for these orders, summed by SKU, then order by order; nobody's address."""
    paper = Paper(
        title=_("配货单"), number=f"{local_time(made_at)}", author=drawable(supplier.name), made_at=made_at
    )
    words = ngettext("{n} 个订单", "{n} 个订单", len(orders)).format(n=len(orders))
    paper.facts([(_("订单"), words)])
    waiting = [(order, line) for order in orders for line in _waiting(order)]
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for _order, line in waiting:
        key = (line.title, line.sku_name)
        units, count = totals.get(key, (0, 0))
        totals[key] = (units + line.quantity, count + 1)
    rows = [
        (drawable(title), drawable(own_name(sku)), f"{units:,}", f"{count:,}")
        for (title, sku), (units, count) in sorted(totals.items())
    ]
    columns = [
        Column(_("商品"), 90), Column(_("规格"), 40), Column(_("件数"), 20, True), Column(_("订单"), 20, True),
    ]  # fmt: skip
    total = (_("合计"), "", f"{sum(line.quantity for _o, line in waiting):,}", "")
    paper.figures(_("按商品拣货"), columns, rows, total=total)
    rows = [
        (order.number, local_time(order.ship_by, "short"), drawable(line.title), drawable(own_name(line.sku_name)), f"{line.quantity:,}")
        for order, line in waiting
    ]  # fmt: skip
    columns = [
        Column(_("订单号"), 38), Column(_("发货截止"), 26), Column(_("商品"), 66), Column(_("规格"), 28),
        Column(_("件数"), 14, True),
    ]  # fmt: skip
    paper.figures(_("按订单核对"), columns, rows)
    return bytes(paper.output())


def delivery_notes_pdf(supplier: Supplier, orders: Sequence[Order], *, made_at: datetime) -> bytes:
    """A note for each parcel's order, a page each: where it goes and what is in it.

    Prices are left out, because a parcel may be a present; the address is on it only while the order needs it.
    """
    first, *others = orders
    paper = Paper(title=_("发货单"), number=first.number, author=drawable(supplier.name), made_at=made_at)
    _note(paper, first)
    for order in others:
        paper.add_page()
        paper.heading(_("发货单"), order.number)
        _note(paper, order)
    return bytes(paper.output())


def _note(paper: Paper, order: Order) -> None:
    facts = [(_("付款时间"), local_time(order.paid_at)), (_("发货截止"), local_time(order.ship_by))]
    if order.shop is not None:
        facts.append((_("来源"), drawable(order.shop.name)))
    paper.facts(facts)
    if order.status in NEEDS_RECEIVER:
        trade = order.trade
        columns = [Column(_("收件人"), 30), Column(_("手机号"), 34), Column(_("地址"), 106)]
        row = (drawable(trade.receiver), trade.phone, drawable(trade.address))
        paper.figures(_("收货信息"), columns, [row])
    rows = [
        (line.ref.rpartition("-")[2], drawable(line.title), drawable(own_name(line.sku_name)), f"{line.quantity:,}")
        for line in _waiting(order)
    ]  # fmt: skip
    columns = [
        Column(_("行"), 10), Column(_("商品"), 100), Column(_("规格"), 44), Column(_("件数"), 16, True),
    ]  # fmt: skip
    total = (_("合计"), "", "", f"{sum(line.quantity for line in _waiting(order)):,}")
    paper.figures(_("商品"), columns, rows, total=total, note=_("收货信息只用于本次发货和售后。"))


def _waiting(order: Order) -> list[OrderLine]:
    """Lines that are still to be packed, in the order in which they were bought."""
    lines = [x for x in order.lines.all() if x.shipped_in_id is None and not x.is_refunded]
    return sorted(lines, key=lambda line: line.pk)
