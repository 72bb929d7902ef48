"""Staff's pages that read many apps: an order's money with the journals of each figure, what is on hold and why, and the
closing of months.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commissions.models import CommissionHold
from commissions.selectors import frozen_lines, open_holds_of
from commissions.states import BY_STAFF
from ledger.models import CLEARING_KINDS, Account, AccountKind, Journal
from ledger.selectors import closings, month_to_close, platform_accounts, waiting_in_clearing
from ledger.services import close_month
from orders.access import order_for_staff
from orders.models import Order
from orders.selectors import all_open_holds
from reconciliation.selectors import last_run, open_total, proposed_total
from taoxiaopu.desks.order_money import Figure, OrderMoney, order_money, staff_picture, steps_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.staff import (
    Block,
    Fact,
    Facts,
    Head,
    Table,
    code,
    days,
    link,
    link_to,
    money,
    name_of,
    pill,
    sentence_of,
    staff_actor,
    subject_links,
    subject_words,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time


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
        "main": [_picture(figures), _shares(figures), _steps(figures), _movements(figures)],
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
        (part + _("佣金作废，退还"), supplier.voided, bool(supplier.voided.fen)),
        (part + _("赔付"), _minus(supplier.compensation), bool(supplier.compensation.fen)),
        (part + _("手工更正"), supplier.manual, bool(supplier.manual.fen)),
        (part + _("平台承担的退款"), Figure(supplier.other_fen), bool(supplier.other_fen)),
        (_("掌柜（税前）"), owner.net, True),
        (part + _("佣金"), owner.gross, True),
        (part + _("技术服务费"), _minus(owner.fee), True),
        (part + _("等级奖励"), owner.bonus, True),
        (part + _("退款扣回"), _minus(owner.taken_back), bool(owner.taken_back.fen)),
        (part + _("佣金作废"), _minus(owner.voided), bool(owner.voided.fen)),
        (part + _("其中记为欠款"), owner.debt, bool(owner.debt.fen)),
        (part + _("手工更正"), owner.manual, bool(owner.manual.fen)),
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


def _steps(figures: OrderMoney) -> Table:
    """Both sides after every journal."""
    rows = [
        (
            link_to(step.journal),
            *map(
                money,
                (step.buyer_fen, step.bonus_fen, step.held_fen, step.supplier_fen, step.owner_fen, step.platform_fen),
            ),
            pill("ok", _("相符"), "good") if step.adds_up else pill("bad", _("不符"), "bad"),
        )
        for step in steps_of(figures.journals)
    ]  # fmt: skip
    heads = (
        _("这笔之后"), _("买家的"), _("奖励"), _("担保中"), _("供应商"), _("掌柜"), _("平台"), _("两边"),
    )  # fmt: skip
    note = _("买家的（实付减退回和赔付）加平台奖励，等于担保中、供应商、掌柜与平台的合计。")
    return Table(
        _("每一步之后"), heads, rows, frozenset(range(1, 7)), empty=_("付款后才有资金记录"), note=note
    )


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
         money(t.amount_fen), code(t.line_ref.rpartition("-")[2]))
        for t in journal.transfers.all()
    ]  # fmt: skip


SHOWN = 200


@require_safe
def holds_page(request: HttpRequest) -> HttpResponse:
    """Which orders and commission lines wait, why, and since when."""
    now, holds, lines = clock.now(), list(all_open_holds()[:SHOWN]), list(frozen_lines()[:SHOWN])
    waiting = open_holds_of(lines)
    lines.sort(key=lambda line: waiting[line.pk][0].placed_at if line.pk in waiting else now)
    causes = {hold.cause for of_line in waiting.values() for hold in of_line}
    why = _why([*(f"{hold.cause} {hold.cause_ref}" for hold in holds), *causes])
    orders = Table(
        _("暂停中的订单"),
        (_("订单"), _("状态"), _("货款"), _("原因"), _("开始"), _("已暂停")),
        [
            (link_to(h.order), pill(h.order.status, h.order.get_status_display()), money(h.order.paid_fen),
             why[f"{h.cause} {h.cause_ref}"], when(h.placed_at), days((now - h.placed_at).days))
            for h in holds
        ],
        frozenset({2, 5}),
        empty=_("没有暂停中的订单"),
        note=_("暂停期间不会自动收货和结清；原因消除后自动恢复。"),
    )  # fmt: skip
    commission = Table(
        _("冻结中的佣金"),
        (_("商品"), _("掌柜"), _("掌柜所得"), _("原因"), _("开始"), _("已冻结")),
        [
            (link_to(line, line.title), link_to(line.owner), money(line.owner_fen),
             *_since(waiting.get(line.pk, []), why, now))
            for line in lines
        ],
        frozenset({2, 5}),
        empty=_("没有冻结中的佣金"),
        note=_("冻结的佣金不会结算，原因都消除后恢复。"),
    )  # fmt: skip
    context = {
        **admin.site.each_context(request),
        "title": _("暂停与冻结"),
        "head": Head(_("暂停与冻结"), sub=_("等待售后、争议或平台核实结果的订单与佣金，最早的在前")),
        "main": [orders, commission],
    }
    return TemplateResponse(request, "admin/page.html", context)


def _why(causes: Iterable[str]) -> dict[str, object]:
    """What things wait for, as links, by cause: a kind of thing and its number, or that staff suspect something."""
    things = {cause: (cause.partition(" ")[0], cause.partition(" ")[2]) for cause in causes}
    links = subject_links(things.values())
    found: dict[str, object] = {
        cause: format_html("{} {}", subject_words(thing[0]), links[thing]) for cause, thing in things.items()
    }
    return found | {BY_STAFF: _("平台核实中")}


def _since(holds: list[CommissionHold], why: dict[str, object], now: datetime) -> tuple[object, ...]:
    """Every cause in a line of its own, and the first one's time."""
    if not holds:
        return ("—", "—", "—")
    since = holds[0].placed_at
    reasons = format_html_join(mark_safe("<br>"), "{}", ((why[hold.cause],) for hold in holds))
    return reasons, when(since), days((now - since).days)


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
            messages.success(request, _("{month} 已关账").format(month=local_time(month, "month")))
            return redirect("staff:closing")
        except DomainError as error:
            problem, status = sentence_of(error), error.status
    context = {
        **admin.site.each_context(request),
        "title": _("月末关账"),
        "head": Head(_("月末关账")),
        "month": month,
        "is_over": month is not None and clock.now() >= clock.month_bounds(month)[1],
        "is_ready": month is not None and _is_ready(month),
        "problem": problem,
        "main": [_checklist(month), _closed()],
    }
    return TemplateResponse(request, "admin/desks/closing.html", context, status=status)


def _is_ready(month: date) -> bool:
    """Whether nothing speaks against closing the month now."""
    run = last_run()
    compared = run is not None and run.day >= _last_day(month)
    return compared and not (open_total() or proposed_total() or waiting_in_clearing(month))


def _checklist(month: date | None) -> Table:
    """What should be done before a month is closed, and where to do it."""
    if month is None:
        return Table(_("关账前检查"), (), (), empty=_("还没有入过账，没有可以关账的月份"))
    run, waiting, accounts = last_run(), waiting_in_clearing(month), platform_accounts()
    _start, end = clock.month_bounds(month)
    compared = run is not None and run.day >= _last_day(month)
    name = local_time(month, "month")
    pages = {
        "runs": reverse("admin:reconciliation_run_changelist"),
        "differences": reverse("admin:reconciliation_difference_changelist"),
        "manuals": reverse("admin:reconciliation_manualjournal_changelist") + "?status__exact=proposed",
    }
    reached = _("对账到 {day}").format(day=local_time(run.day)) if run else _("还没有对过账")
    rows = [
        _check(
            _("月份已结束"),
            clock.now() >= end,
            _("{month}结束于 {end}").format(month=name, end=local_time(end)),
            "",
        ),
        _check(_("已对账到月末"), compared, reached, link(pages["runs"], _("每晚对账"))),
        _check(
            _("没有未处理的对账差异"),
            not open_total(),
            open_total(),
            link(pages["differences"], _("对账差异")),
        ),
        _check(
            _("没有待复核的手工分录"),
            not proposed_total(),
            proposed_total(),
            link(pages["manuals"], _("手工分录")),
        ),
        *(_cleared(kind, waiting.get(kind, 0), accounts.get(kind)) for kind in CLEARING_KINDS),
    ]
    heads = (_("检查"), _("结果"), _("现状"), _("处理"))
    note = _("月份没有结束，或月末前的金额还在清算科目里，不能关账；其余由经办人判断。")
    return Table(_("{month} 关账前检查").format(month=name), heads, rows, note=note)


def _check(words: object, is_done: bool, found: object, where: object) -> tuple[object, ...]:
    verdict = pill("ok", _("已满足"), "good") if is_done else pill("open", _("未满足"), "bad")
    return words, verdict, found, "" if is_done else where


def _cleared(kind: AccountKind, fen: int, account: Account | None) -> tuple[object, ...]:
    page = reverse("admin:ledger_account_statement", args=[account.pk]) if account else ""
    words = _("{account}：月末前的金额都已离开").format(account=kind.label)
    return _check(words, not fen, money(fen), link(page, _("对账单")) if page else "")


def _closed() -> Table:
    rows = [
        (
            local_time(c.month, "month"),
            c.journals,
            c.transfers,
            money(c.total_fen),
            name_of(c.closed_by),
            when(c.closed_at),
            c.note or "—",
            link(reverse("admin:ledger_account_trial") + f"?day={_last_day(c.month)}", _("试算平衡")),
        )
        for c in closings()
    ]
    heads = (
        _("月份"), _("日记账"), _("分录"), _("借方合计"), _("经办人"), _("关账时间"), _("备注"), _("月末余额"),
    )  # fmt: skip
    return Table(_("已关账的月份"), heads, rows, frozenset({1, 2, 3}), empty=_("还没有关过账"))


def _last_day(month: date) -> date:
    return clock.next_month(month) - timedelta(days=1)


urlpatterns = [
    path("holds/", admin.site.admin_view(holds_page), name="holds"),
    path("closing/", admin.site.admin_view(closing_page), name="closing"),
    re_path(r"^orders/(?P<number>[0-9]{16})/money/$", admin.site.admin_view(order_page), name="order-money"),
]
