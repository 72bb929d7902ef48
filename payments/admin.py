"""Staff's pages of charges, refunds, transfers and the providers' stored notices."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.models import Charge, Notice, Refund, Transfer
from payments.selectors import notices_of_charge, notices_of_transfer, refunds_of_charge
from payments.states import CHARGES, TRANSFERS, TransferStatus
from taoxiaopu.kernel.personal import mask_name
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
    name_of,
    pill,
    trail,
    when,
)


def _stands(row: Transfer) -> SafeString:
    return pill(row.status, row.get_status_display(), "good" if row.status == TransferStatus.PAID else "")


def _for_what(row: Charge) -> object:
    return code(row.trade_number) if row.trade_number else name_of(row.reference)


def _payee(row: Transfer) -> str:
    """The payee without what identifies it: kind, first character of the name, last four of the number."""
    return f"{row.get_payee_kind_display()} {mask_name(row.payee_name)} ****{row.payee_last4}"


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    """Requests for money from buyers and for suppliers' deposits; those in review need a person."""

    chip_field = "status"
    list_filter = ("purpose",)
    search_fields = ("number", "trade_number", "reference", "provider_number")
    search_help_text = _("按支付单号、交易号、供应商编号或渠道流水号查找")
    ordering = ("-id",)
    list_display = columns(
        Charge,
        column(_("支付单号"), lambda row: code(row.number), "number"),
        "purpose",
        column(_("交易号或付款主体"), _for_what),
        "amount_fen",
        "status",
        "provider",
        "created_at",
        "paid_at",
    )

    def main(self, request: HttpRequest, row: Charge) -> list[Any]:
        items = facts_of(
            row, "purpose", "trade_number", "amount_fen", "provider", "provider_number", "title", "created_at",
            "expires_at", "paid_at",
        )  # fmt: skip
        if row.reference:
            items[1] = Fact(_("付款主体"), name_of(row.reference))
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


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Money on its way out. Names and numbers of accounts are not shown whole."""

    chip_field = "status"
    search_fields = ("number", "cause_ref", "provider_number", "payee_last4")
    search_help_text = _("按打款单号、原因编号、渠道流水号或账号尾号查找")
    ordering = ("-id",)
    list_display = columns(
        Transfer,
        column(_("打款单号"), lambda row: code(row.number), "number"),
        "cause",
        column(_("原因编号"), lambda row: code(row.cause_ref)),
        column(_("收款账户"), _payee),
        "amount_fen",
        column(_("状态"), _stands, "status"),
        "attempts",
        "requested_at",
        "paid_at",
        "returned_at",
    )

    def head(self, row: Transfer) -> Head:
        return Head(row.number, _stands(row))

    def main(self, request: HttpRequest, row: Transfer) -> list[Any]:
        items = facts_of(
            row, "cause", "cause_ref", "amount_fen", "withheld_fen", "provider", "provider_number", "attempts",
            "requested_at", "next_try_at", "paid_at", "returned_at",
        )  # fmt: skip
        items.insert(2, Fact(_("收款账户"), _payee(row)))
        notices = [
            (link_to(n, n.event_id), pill(n.outcome, n.get_outcome_display()), when(n.received_at))
            for n in notices_of_transfer(row)
        ]
        return [
            Facts(_("打款单"), items),
            Table(_("渠道通知"), (_("通知号"), _("处理结果"), _("收到时间")), notices),
        ]

    def side(self, request: HttpRequest, row: Transfer) -> list[Block]:
        return [trail("transfer", row.number, TRANSFERS)]


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
