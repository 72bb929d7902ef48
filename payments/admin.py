"""Staff's pages of charges, refunds, transfers and the providers' stored notices."""

import re
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments import services
from payments.models import Charge, Notice, Refund, Transfer, WrongPayment
from payments.selectors import (
    notices_of_charge,
    notices_of_transfer,
    refund_of_wrong_payment,
    refunds_of_charge,
    wrong_payments_of,
)
from payments.states import CHARGES, TRANSFERS, WRONG_PAYMENTS, TransferStatus, WrongStatus
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.personal import mask_name
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link_to,
    money,
    name_of,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import yuan_sign


def _read_charge(entry: AuditEntry) -> str:
    """A payment of a wrong amount is noted as fen and currency."""
    found = re.fullmatch(r"(\d+) CNY", entry.reason)
    return yuan_sign(found[1]) if found else entry.reason


teach_subject(
    "charge",
    _("支付单"),
    CHARGES,
    reason=_read_charge,
    find=rows_by(Charge, "number"),
)
teach_subject("transfer", _("打款单"), TRANSFERS, find=rows_by(Transfer, "number"))
teach_subject("refund", _("渠道退款"), find=rows_by(Refund, "number"))
teach_subject("wrong_payment", _("不符款项"), WRONG_PAYMENTS, find=rows_by(WrongPayment, "number"))
teach_subject("payment", _("渠道收款"), find=rows_by(Charge, "provider_number"))


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
        wrong = [(link_to(w), _sum_of(w), _wrong_pill(w), when(w.heard_at)) for w in wrong_payments_of(row)]
        heads = (_("渠道流水号"), _("金额"), _("状态"), _("得知时间"))
        return [
            Facts(_("支付单"), items),
            *([Table(_("不符款项"), heads, wrong, frozenset({1}))] if wrong else []),
            Table(_("退款"), (_("退款单号"), _("金额"), _("状态"), _("申请时间")), refunds, frozenset({1})),
            Table(_("渠道通知"), (_("通知号"), _("处理结果"), _("收到时间")), notices),
        ]

    def side(self, request: HttpRequest, row: Charge) -> list[Block]:
        return [trail("charge", row.number)]


def _sum_of(row: WrongPayment) -> object:
    """The notice's amount; only yuan are shown as money."""
    return money(row.amount_fen) if row.currency == "CNY" else code(f"{row.amount_fen} {row.currency}")


def _wrong_pill(row: WrongPayment) -> SafeString:
    if row.status == WrongStatus.HELD and row.endorsed_by:
        return pill("second_approval", _("待第二人复核"))
    return pill(row.status, row.get_status_display(), "wait" if row.status == WrongStatus.HELD else "good")


def _send_back(row: WrongPayment, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.return_wrong_payment(number=row.number, reason=answers["reason"], actor=actor, at=at)


@admin.register(WrongPayment)
class WrongPaymentAdmin(ReadOnlyAdmin):
    """Money that came in otherwise than it was asked for; it goes back whole."""

    empty = _("收到金额、币种或应用不符的款项时，列在这里")
    chip_field = "status"
    search_fields = ("provider_number", "charge__number", "charge__trade_number")
    search_help_text = _("按渠道流水号、支付单号或交易号查找")
    ordering = ("-id",)
    list_select_related = ("charge",)
    list_display = columns(
        WrongPayment,
        column(_("渠道流水号"), lambda row: code(row.provider_number), "provider_number"),
        column(_("支付单"), lambda row: code(row.charge.number)),
        column(_("应收"), lambda row: money(row.charge.amount_fen), num=True),
        column(_("实收"), _sum_of, "amount_fen", num=True),
        column(_("状态"), _wrong_pill, "status"),
        "heard_at",
        "returned_at",
    )
    acts = (
        Act(
            "send_back", _("整笔退回"), _send_back, frozenset({WrongStatus.HELD}), asks=ReasonForm, tone="primary",
            icon="undo", warns=_("按渠道通知的金额入账，并沿原渠道流水号整笔退回付款人；不能撤销。"),
        ),
    )  # fmt: skip

    def hint(self, request: HttpRequest) -> object:
        limit = yuan_sign(rules_at(self.moment()).FOUR_EYES_PAYOUT_FEN)
        return _(
            "金额、币种或应用与支付单不符的款项不能用来履约。超过 {limit}、非人民币或付给其他应用的，须由两位同事办理。"
        ).format(limit=limit)

    def head(self, row: WrongPayment) -> Head:
        return Head(row.provider_number, _wrong_pill(row))

    def main(self, request: HttpRequest, row: WrongPayment) -> list[Any]:
        asked = row.charge
        is_off = (row.amount_fen, row.currency) != (asked.amount_fen, "CNY")
        items = [
            Fact(_("支付单"), link_to(asked)),
            Fact(_("应收"), money(asked.amount_fen)),
            Fact(_("实收"), _sum_of(row), "bad" if is_off else ""),
            Fact(_("办理"), _("两位同事") if services.needs_two(row) else _("一位同事")),
            Fact(_("一审"), name_of(row.endorsed_by) or "—"),
            *facts_of(row, "currency", "app_id", "heard_at", "returned_at"),
            Fact(_("退款单号"), link_to(refund_of_wrong_payment(row))),
        ]
        return [Facts(_("不符款项"), items)]

    def side(self, request: HttpRequest, row: WrongPayment) -> list[Block]:
        return [trail("wrong_payment", row.number)]


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
        return [trail("transfer", row.number)]


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
        column(_("金额"), lambda row: money(row.payload.get("amount_fen")), num=True),
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
