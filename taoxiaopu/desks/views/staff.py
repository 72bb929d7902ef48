"""Staff's page of an order's money: who has what of it, each figure with the journals that make it up."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import re_path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ledger.models import Journal
from orders.access import order_for_staff
from orders.models import Order
from taoxiaopu.desks.order_money import Figure, OrderMoney, order_money, staff_picture
from taoxiaopu.kernel.staff import Block, Fact, Facts, Head, Table, code, link, link_to, money, pill, when


@require_safe
def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """Where one order's money went."""
    order = order_for_staff(number)
    figures = order_money(order)
    context = {
        **admin.site.each_context(request),
        "title": _("资金去向"),
        "head": Head(
            _("订单 {number} 的钱去了哪里").format(number=order.number),
            pill(order.status, order.get_status_display()),
            link(reverse("admin:orders_order_change", args=[order.pk]), _("查看订单")),
        ),
        "money": figures,
        "main": [_picture(figures), _shares(figures), _movements(figures)],
        "side": [_sides(order, figures), _notes(figures)],
    }
    return TemplateResponse(request, "admin/desks/order_money.html", context)


def _picture(figures: OrderMoney) -> Block:
    data = {"picture": staff_picture(figures), "is_expected": not figures.is_divided}
    title = _("资金流向") if figures.is_divided else _("资金流向（结清后的预计）")
    return Block(title, "admin/blocks/streams.html", data)


def _sides(order: Order, figures: OrderMoney) -> Facts:
    return Facts(
        _("各方"),
        [
            Fact(_("供应商"), link_to(order.supplier)),
            Fact(_("小铺"), link_to(order.shop) if order.shop else _("平台页面，无佣金")),
            Fact(_("掌柜"), link_to(order.owner)),
            Fact(_("担保中"), money(figures.held.fen)),
        ],
    )


def _notes(figures: OrderMoney) -> Facts:
    return Facts(
        _("说明"),
        [
            Fact(
                _("个人所得税"),
                _("提现到账时按掌柜当年累计收入代扣，不按订单分摊；这里的掌柜所得是税前金额。"),
            ),
            Fact(_("月度结算"), _("结算只把已确认佣金转为可提现，不改变任何一方的金额。")),
        ],
    )


def _shares(figures: OrderMoney) -> Table:
    supplier, owner = figures.supplier, figures.owner
    part = "　"
    rows: list[tuple[object, Figure, bool]] = [
        (_("买家实付"), figures.paid, True),
        (_("退回买家"), _minus(figures.refunded), True),
        (_("赔付买家"), _minus(figures.compensated), bool(figures.compensated.fen)),
        (_("平台等级奖励"), figures.bonus, True),
        (_("供应商"), supplier.net, True),
        (part + _("商品"), supplier.goods, True),
        (part + _("运费"), supplier.freight, True),
        (part + _("退款"), _minus(supplier.refunded), bool(supplier.refunded.fen)),
        (part + _("佣金"), _minus(supplier.commission), True),
        (part + _("赔付"), _minus(supplier.compensation), bool(supplier.compensation.fen)),
        (part + _("更正"), Figure(supplier.other_fen), bool(supplier.other_fen)),
        (_("掌柜（税前）"), owner.net, True),
        (part + _("佣金"), owner.gross, True),
        (part + _("技术服务费"), _minus(owner.fee), True),
        (part + _("等级奖励"), owner.bonus, True),
        (part + _("退款扣回"), _minus(owner.taken_back), bool(owner.taken_back.fen)),
        (part + _("其中记为欠款"), owner.debt, bool(owner.debt.fen)),
        (part + _("更正"), Figure(owner.other_fen), bool(owner.other_fen)),
        (_("平台技术服务费"), figures.platform, True),
        (_("代扣税款"), figures.tax, bool(figures.tax.fen)),
        (_("担保中"), figures.held, figures.is_divided and bool(figures.held.fen)),
    ]
    return Table(
        _("逐项金额"),
        (_("项目"), _("金额"), _("日记账")),
        [(words, money(f.fen), _journals(f)) for words, f, is_shown in rows if is_shown],
        frozenset({1}),
        note=_("预计金额按现在剩余的货款重算，没有日记账。") if not figures.is_divided else "",
    )


def _minus(figure: Figure) -> Figure:
    return Figure(-figure.fen, figure.journals)


def _journals(figure: Figure) -> object:
    links = ((link(reverse("admin:ledger_journal_change", args=[pk]), f"#{pk}"),) for pk in figure.journals)
    return format_html_join(" ", "{}", links) or "—"


def _movements(figures: OrderMoney) -> Table:
    rows = [
        (
            when(journal.occurred_at, "short"),
            link_to(journal, f"#{journal.pk} {journal.get_kind_display()}"),
            *cells,
        )
        for journal in figures.journals
        for cells in _cells(journal)
    ]
    heads = (_("时间"), _("日记账"), _("借"), _("贷"), _("金额"), _("订单行"))
    return Table(_("逐笔分录"), heads, rows, frozenset({4}), empty=_("付款后才有资金记录"))


def _cells(journal: Journal) -> list[tuple[Any, ...]]:
    return [
        (link_to(t.debit, t.debit.get_kind_display()), link_to(t.credit, t.credit.get_kind_display()),
         money(t.amount_fen), code(t.line_ref))
        for t in journal.transfers.all()
    ]  # fmt: skip


urlpatterns = [
    re_path(r"^orders/(?P<number>[0-9]{16})/money/$", admin.site.admin_view(order_page), name="order-money")
]
