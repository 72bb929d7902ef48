"""Staff's pages of charges, refunds and the providers' stored notices."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.models import Charge, Notice, Refund
from payments.selectors import notices_of_charge, refunds_of_charge
from payments.states import CHARGES
from taoxiaopu.kernel.staff import (
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    facts_of,
    link_to,
    money,
    pill,
    trail,
    when,
)


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    """Requests for money from buyers; those in review need a person."""

    chip_field = "status"
    search_fields = ("number", "trade_number", "provider_number")
    search_help_text = _("按支付单号、交易号或渠道流水号查找")
    ordering = ("-id",)
    list_display = columns(
        Charge,
        column(_("支付单号"), lambda row: code(row.number), "number"),
        column(_("交易号"), lambda row: code(row.trade_number)),
        "amount_fen",
        "status",
        "provider",
        "created_at",
        "paid_at",
    )

    def main(self, request: HttpRequest, row: Charge) -> list[Any]:
        items = facts_of(
            row, "trade_number", "amount_fen", "provider", "provider_number", "title", "created_at", "expires_at",
            "paid_at",
        )  # fmt: skip
        refunds = [
            (link_to(r), money(r.amount_fen), pill(r.status, r.get_status_display()), when(r.requested_at))
            for r in refunds_of_charge(row)
        ]
        notices = [
            (link_to(n, n.event_id), pill(n.outcome, n.get_outcome_display()), when(n.received_at))
            for n in notices_of_charge(row)
        ]
        return [
            Facts(_("支付单"), items),
            Table(_("退款"), (_("退款单号"), _("金额"), _("状态"), _("申请时间")), refunds, frozenset({1})),
            Table(_("渠道通知"), (_("通知号"), _("处理结果"), _("收到时间")), notices),
        ]

    def side(self, request: HttpRequest, row: Charge) -> list[Block]:
        return [trail("charge", row.number, CHARGES)]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money on its way back."""

    chip_field = "status"
    search_fields = ("number", "order_number", "cause_ref")
    search_help_text = _("按退款单号、订单号或原因编号查找")
    ordering = ("-id",)
    list_select_related = ("charge",)
    list_display = columns(
        Refund,
        column(_("退款单号"), lambda row: code(row.number), "number"),
        column(_("订单号"), lambda row: code(row.order_number)),
        "amount_fen",
        "status",
        "cause",
        "attempts",
        "requested_at",
        "succeeded_at",
    )

    def main(self, request: HttpRequest, row: Refund) -> list[Any]:
        items = facts_of(
            row, "order_number", "amount_fen", "cause", "cause_ref", "provider_number", "attempts",
            "requested_at", "next_try_at", "succeeded_at",
        )  # fmt: skip
        items.insert(0, Fact(_("支付单"), link_to(row.charge)))
        return [Facts(_("退款"), items)]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What the providers told us, as it came."""

    chip_field = "outcome"
    search_fields = ("event_id",)
    ordering = ("-id",)
    list_display = columns(
        Notice,
        column(_("通知号"), lambda row: code(row.event_id)),
        "provider",
        column(_("内容"), lambda row: row.payload.get("kind", "")),
        column(_("金额"), lambda row: money(row.payload.get("amount_fen"))),
        "outcome",
        "received_at",
    )

    def head(self, row: Notice) -> Head:
        return Head(row.event_id, pill(row.outcome, row.get_outcome_display()) if row.outcome else "")

    def main(self, request: HttpRequest, row: Notice) -> list[Any]:
        rows = [(code(key), str(value)) for key, value in sorted(row.payload.items())]
        return [
            Facts(_("通知"), facts_of(row, "provider", "received_at")),
            Table(_("内容（原样保存）"), (_("字段"), _("值")), rows),
        ]
