"""Staff's page of an order: all parties, lines, parcels, payments, and where the money went."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commissions.selectors import lines_of_order
from ledger.models import JournalKind
from ledger.selectors import journals_of_events
from orders import selectors, services
from orders.models import Compensation, Order
from orders.staff_blocks import contract_blocks, delivery_facts, money_tables, proof_blocks
from orders.states import (
    COMPENSATIONS,
    NEVER_PAID,
    ORDERS,
    CompensationReason,
    CompensationStatus,
    OrderStatus,
)
from payments.selectors import charges_of_trade, refunds_of_order, transfers_of
from payments.states import TransferCause
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import own_name


def _read_compensation(entry: AuditEntry) -> str:
    """What the supplier promised and did not keep is noted by its key."""
    known = entry.reason in CompensationReason.values
    return str(CompensationReason(entry.reason).label) if known else entry.reason


teach_subject("order", _("订单"), ORDERS, find=rows_by(Order, "number"))
teach_subject(
    "compensation", _("赔付"), COMPENSATIONS, reason=_read_compensation, find=rows_by(Compensation, "number")
)
teach_subject("overdue", _("逾期未发货"), find=rows_by(Order, "number"))


def _reveal(row: Order, actor: Actor, at: datetime, answers: dict[str, Any]) -> dict[str, Any]:
    delivery = services.reveal_delivery(order=row, actor=actor, at=at, reason=answers["reason"])
    return {"delivery": delivery}


class CompensateForm(StaffForm):
    """Which of the order's goods, and which promise was broken."""

    line = forms.ChoiceField(label=_("商品"))
    reason = forms.ChoiceField(label=_("原因"), choices=CompensationReason)

    def offer(self, row: Order) -> None:
        choices = [(line.ref, f"{line.title} × {line.quantity}") for line in row.lines.order_by("pk")]
        cast(forms.ChoiceField, self.fields["line"]).choices = choices


def _compensate(row: Order, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    line = row.lines.select_related("order").get(ref=answers["line"])
    services.compensate_buyer(line=line, reason=CompensationReason(answers["reason"]), actor=actor, at=at)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders with everything that belongs to them."""

    chip_field = "status"
    search_fields = ("number", "trade__number", "parcels__tracking_number", "supplier__name", "shop__name")
    search_help_text = _("按订单号、交易号、运单号、供应商或小铺查找")
    list_filter = ("is_late",)
    list_display = columns(
        Order,
        column(_("订单号"), lambda row: code(row.number), "number"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        column(_("小铺"), lambda row: link_to(row.shop, row.shop.name) if row.shop else _("平台")),
        column(_("实付"), lambda row: money(row.paid_fen), num=True),
        "status",
        column(_("逾期"), lambda row: pill("bad", _("逾期发货"), "bad") if row.is_late else ""),
        "placed_at",
        "paid_at",
    )
    acts = (
        Act(
            "reveal", _("显示收货信息"), _reveal, asks=ReasonForm, icon="visibility",
            warns=_("姓名、电话与地址属于个人信息，查看人与原因会写入操作记录。"),
        ),
        Act(
            "compensate", _("赔付买家"), _compensate, frozenset(set(OrderStatus) - set(NEVER_PAID)), CompensateForm,
            "danger", "volunteer_activism",
            _("金额按规则计算，依次从供应商货款、类目保证金、保证金扣除，退到买家的原付款账户；同一商品同一原因只赔一次。"),
            _("已赔付"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Order]":
        return selectors.all_orders()

    def head(self, row: Order) -> Head:
        return Head(
            gettext("订单 {number}").format(number=row.number), pill(row.status, row.get_status_display()),
            gettext("交易 {number}").format(number=row.trade.number),
        )  # fmt: skip

    def main(self, request: HttpRequest, row: Order) -> list[Any]:
        revealed = getattr(request, "staff_shown", {}).get("delivery")
        parties = Facts(
            _("各方"),
            [
                Fact(_("供应商"), link_to(row.supplier)),
                Fact(_("小铺"), link_to(row.shop) if row.shop else _("平台页面，无佣金")),
                Fact(_("掌柜"), link_to(row.owner)),
                *(facts_of(row, "attribution", "evidence") if row.owner else []),
                Fact(_("分享链接"), code(row.click.link.code) if row.click else "—"),
            ],
        )
        return [
            parties,
            delivery_facts(row, revealed),
            self._lines(row),
            *contract_blocks(row),
            *money_tables(row),
            *self._payments(row),
            self._compensations(row),
            self._commissions(row),
            *proof_blocks(row),
        ]

    def side(self, request: HttpRequest, row: Order) -> list[Any]:
        amounts = [Fact(_("实付"), money(row.paid_fen)), *facts_of(row, "goods_fen", "freight_fen")]
        times = facts_of(
            row, "placed_at", "paid_at", "ship_by", "shipped_at", "confirm_by", "completed_at", "final_by",
            "finalised_at", "closed_at",
        )  # fmt: skip
        parcels = [
            Fact(p.get_carrier_display(), code(p.tracking_number), hint=when(p.shipped_at))
            for p in row.parcels.all()
        ]
        search = f"?order__id__exact={row.pk}"
        more = [
            Fact(_("资金去向"), link(reverse("staff:order-money", args=[row.number]), _("查看"))),
            Fact(_("售后单"), link(reverse("admin:disputes_case_changelist") + search, _("查看"))),
            Fact(_("争议"), link(reverse("admin:disputes_dispute_changelist") + search, _("查看"))),
        ]
        return [
            Facts(_("金额"), amounts),
            Facts(_("包裹"), parcels or [Fact(_("状态"), _("尚未发货"))]),
            Facts(_("资金与售后"), more),
            Facts(_("时间"), [fact for fact in times if "—" not in str(fact.value)]),
            self._trail(row),
        ]

    def _trail(self, row: Order) -> Block:
        return trail("order", row.number)

    def _lines(self, row: Order) -> Table:
        rows = [
            (
                link_to(line.good, line.title),
                own_name(line.sku_name),
                line.quantity,
                money(line.unit_price_fen),
                money(line.paid_fen),
                money(line.refunded_fen),
            )
            for line in row.lines.select_related("good").order_by("pk")
        ]
        heads = (_("商品"), _("规格"), _("数量"), _("单价"), _("实付"), _("已退"))
        return Table(_("商品"), heads, rows, frozenset({2, 3, 4, 5}))

    def _payments(self, row: Order) -> list[Table]:
        charges = [
            (
                link_to(c),
                money(c.amount_fen),
                pill(c.status, c.get_status_display()),
                when(c.created_at),
                when(c.paid_at),
            )
            for c in charges_of_trade(row.trade.number)
        ]
        refunds = [
            (link_to(r), money(r.amount_fen), pill(r.status, r.get_status_display()), when(r.requested_at),
             when(r.succeeded_at))
            for r in refunds_of_order(row.number)
        ]  # fmt: skip
        paid = (_("支付单"), _("金额"), _("状态"), _("创建时间"), _("付款时间"))
        back = (_("退款单"), _("金额"), _("状态"), _("申请时间"), _("到账时间"))
        return [
            Table(_("付款（整笔交易）"), paid, charges, frozenset({1})),
            Table(_("退款"), back, refunds, frozenset({1})),
        ]

    def _compensations(self, row: Order) -> Table:
        rows = [
            (link_to(c), c.get_reason_display(), c.line.title, money(c.amount_fen),
             pill(c.status, c.get_status_display()), when(c.asked_at), when(c.ended_at))
            for c in selectors.compensations_of(row)
        ]  # fmt: skip
        heads = (_("赔付单"), _("原因"), _("商品"), _("金额"), _("状态"), _("赔付时间"), _("完结时间"))
        return Table(_("赔付"), heads, rows, frozenset({3}), empty=_("本单没有赔付"))

    def _commissions(self, row: Order) -> Table:
        rows = [
            (link_to(line), line.title, money(line.base_fen), money(line.gross_fen), money(line.owner_fen),
             pill(line.status, line.get_status_display()))
            for line in lines_of_order(row.number)
        ]  # fmt: skip
        heads = (_("订单行"), _("商品"), _("计佣金额"), _("佣金"), _("掌柜所得"), _("状态"))
        return Table(_("佣金"), heads, rows, frozenset({2, 3, 4}), empty=_("本单没有佣金"))


def _again(row: Compensation, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.compensate_again(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _stands(row: Compensation) -> SafeString:
    tones = {CompensationStatus.PAID: "good", CompensationStatus.RETURNED: "bad"}
    return pill(row.status, row.get_status_display(), tones.get(CompensationStatus(row.status), ""))


@admin.register(Compensation)
class CompensationAdmin(ReadOnlyAdmin):
    """What suppliers paid buyers for broken promises."""

    empty = _("在订单页面赔付买家后，列在这里")
    chip_field = "status"
    search_fields = ("number", "order__number", "order__supplier__name")
    search_help_text = _("按赔付单号、订单号或供应商查找")
    ordering = ("-id",)
    list_select_related = ("order__supplier", "line")
    list_display = columns(
        Compensation,
        column(_("赔付单号"), lambda row: code(row.number), "number"),
        column(_("订单号"), lambda row: link_to(row.order), "order__number"),
        column(_("供应商"), lambda row: link_to(row.order.supplier), "order__supplier__name"),
        "reason",
        "amount_fen",
        column(_("状态"), _stands, "status"),
        column(_("赔付时间"), lambda row: when(row.asked_at, "short"), "asked_at"),
        column(_("完结时间"), lambda row: when(row.ended_at, "short"), "ended_at"),
    )
    acts = (
        Act(
            "again", _("重新付款"), _again, frozenset({CompensationStatus.RETURNED}), ReasonForm, "primary", "replay",
            _("退回的赔付再付一次到原付款账户。"), _("已重新付款"),
        ),
    )  # fmt: skip

    def head(self, row: Compensation) -> Head:
        return Head(money(row.amount_fen), _stands(row), code(row.number))

    def main(self, request: HttpRequest, row: Compensation) -> list[Any]:
        facts = [
            Fact(_("订单"), link_to(row.order)),
            Fact(_("供应商"), link_to(row.order.supplier)),
            Fact(_("商品"), row.line.title),
            *facts_of(row, "reason", "amount_fen", "sent", "asked_at", "ended_at"),
        ]
        sent = [
            (link_to(t), money(t.amount_fen), pill(t.status, t.get_status_display()), when(t.requested_at, "short"),
             when(t.paid_at, "short"), when(t.returned_at, "short"))
            for t in transfers_of(TransferCause.COMPENSATION, row.number)
        ]  # fmt: skip
        heads = (_("打款单"), _("金额"), _("状态"), _("申请时间"), _("到账时间"), _("退回时间"))
        return [Facts(_("赔付"), facts), Table(_("付款"), heads, sent, frozenset({1}))]

    def side(self, request: HttpRequest, row: Compensation) -> list[Any]:
        booked = journals_of_events(JournalKind.COMPENSATION, "compensation", {row.number})
        books = [Fact(_("日记账"), link_to(booked.get(row.number)))]
        return [Facts(_("账本"), books), trail("compensation", row.number)]
