"""Staff's pages that read many apps: an order's money with the journals of each figure, what is on hold and why, and the
closing of months.
"""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from commissions.selectors import frozen_lines
from ledger.models import Journal
from ledger.selectors import closings, month_to_close, waiting_in_clearing
from ledger.services import close_month
from orders.access import order_for_staff
from orders.models import Order
from orders.selectors import all_open_holds
from reconciliation.selectors import last_run, open_total, proposed_total
from taoxiaopu.desks.order_money import Figure, OrderMoney, order_money, staff_picture
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.staff import (
    Block,
    Fact,
    Facts,
    Head,
    Table,
    code,
    link,
    link_to,
    money,
    name_of,
    pill,
    sentence_of,
    staff_actor,
    when,
)


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
        (part + _("更正"), supplier.other, bool(supplier.other_fen)),
        (_("掌柜（税前）"), owner.net, True),
        (part + _("佣金"), owner.gross, True),
        (part + _("技术服务费"), _minus(owner.fee), True),
        (part + _("等级奖励"), owner.bonus, True),
        (part + _("退款扣回"), _minus(owner.taken_back), bool(owner.taken_back.fen)),
        (part + _("其中记为欠款"), owner.debt, bool(owner.debt.fen)),
        (part + _("更正"), owner.other, bool(owner.other_fen)),
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


SHOWN = 200
CAUSES = {"case": gettext_lazy("售后单"), "dispute": gettext_lazy("争议")}


@require_safe
def holds_page(request: HttpRequest) -> HttpResponse:
    """Which orders and commission lines wait, why, and since when."""
    holds, lines = list(all_open_holds()[:SHOWN]), list(frozen_lines()[:SHOWN])
    frozen_at = audit.last_times("commission", [line.line_ref for line in lines], "freeze")
    orders = Table(
        _("暂停中的订单"),
        (_("订单"), _("状态"), _("货款"), _("因"), _("编号"), _("自")),
        [
            (link_to(h.order), pill(h.order.status, h.order.get_status_display()), money(h.order.paid_fen),
             CAUSES.get(h.cause, h.cause), code(h.cause_ref), when(h.placed_at))
            for h in holds
        ],
        frozenset({2}),
        empty=_("没有暂停中的订单"),
        note=_("暂停期间不会自动收货和结清。"),
    )  # fmt: skip
    commission = Table(
        _("冻结中的佣金"),
        (_("订单行"), _("掌柜"), _("商品"), _("掌柜所得"), _("自")),
        [
            (link_to(line), link_to(line.owner), line.title, money(line.owner_fen), when(frozen_at.get(line.line_ref)))
            for line in lines
        ],
        frozenset({3}),
        empty=_("没有冻结中的佣金"),
        note=_("冻结的佣金不会结算，售后或争议结束后恢复。"),
    )  # fmt: skip
    context = {
        **admin.site.each_context(request),
        "title": _("暂停与冻结"),
        "head": Head(_("暂停与冻结")),
        "main": [orders, commission],
    }
    return TemplateResponse(request, "admin/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def closing_page(request: HttpRequest) -> HttpResponse:
    """What is open before a month is closed, the button that closes it, and the months that are."""
    month, problem, status = month_to_close(), "", 200
    if request.method == "POST":
        wanted = request.POST.get("month", "")
        if month is None or wanted != f"{month:%Y-%m}":  # pressed twice: the page has moved on
            return redirect("staff:closing")
        try:
            close_month(
                month=month, actor=staff_actor(request), at=clock.now(), note=request.POST.get("note", "")
            )
            messages.success(request, _("{month} 已关账").format(month=wanted))
            return redirect("staff:closing")
        except DomainError as error:
            problem, status = sentence_of(error), error.status
    context = {
        **admin.site.each_context(request),
        "title": _("月末关账"),
        "head": Head(_("月末关账")),
        "month": month,
        "problem": problem,
        "main": [*_checklist(month), _closed()],
    }
    return TemplateResponse(request, "admin/desks/closing.html", context, status=status)


def _checklist(month: date | None) -> list[Facts]:
    if month is None:
        return []
    _start, end = clock.month_bounds(month)
    run, waiting = last_run(), waiting_in_clearing(month)
    compared = run is not None and clock.local_instant(run.day) >= end - timedelta(days=1)
    over = clock.now() >= end
    facts = [
        Fact(_("月份已结束"), _("是") if over else _("否"), "good" if over else "bad"),
        Fact(_("已对账到月末"), _("是") if compared else _("否"), "good" if compared else "bad"),
        Fact(_("未处理的对账差异"), open_total(), "bad" if open_total() else "good"),
        Fact(_("待复核的手工分录"), proposed_total(), "bad" if proposed_total() else "good"),
        *(
            Fact(kind.label, money(fen), "bad", _("月末前的金额还没有离开清算科目"))
            for kind, fen in waiting.items()
        ),
    ]
    if not waiting:
        facts.append(Fact(_("清算科目"), _("月末前的金额都已离开"), "good"))
    return [Facts(_("{month} 关账前检查").format(month=f"{month:%Y-%m}"), facts)]


def _closed() -> Table:
    rows = [
        (
            f"{c.month:%Y-%m}",
            c.journals,
            c.transfers,
            money(c.total_fen),
            name_of(c.closed_by),
            when(c.closed_at),
            c.note,
        )
        for c in closings()
    ]
    heads = (_("月份"), _("日记账"), _("分录"), _("借方合计"), _("操作人"), _("关账时间"), _("备注"))
    return Table(_("已关账的月份"), heads, rows, frozenset({1, 2, 3}), empty=_("还没有关过账"))


urlpatterns = [
    path("holds/", admin.site.admin_view(holds_page), name="holds"),
    path("closing/", admin.site.admin_view(closing_page), name="closing"),
    re_path(r"^orders/(?P<number>[0-9]{16})/money/$", admin.site.admin_view(order_page), name="order-money"),
]
