"""Statuses of charges, refunds and transfers.

They are facts learned from a provider: the state is the furthest one known.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import StateTable, move


class ChargeStatus(models.TextChoices):
    """A request for money from a buyer."""

    OPEN = "open", _("等待付款")
    PAID = "paid", _("已付款")
    CLOSED = "closed", _("已关闭")
    REVIEW = "review", _("待人工核对")  # a signed notice with another amount, currency or app id


class WrongStatus(models.TextChoices):
    """Money that came in otherwise than it was asked for: nothing is fulfilled with it, it goes back whole."""

    HELD = "held", _("待退回")
    RETURNED = "returned", _("已整笔退回")


class Purpose(models.TextChoices):
    """What a charge is for."""

    TRADE = "trade", _("订单货款")
    DEPOSIT = "deposit", _("供应商保证金")
    BOND = "bond", _("类目保证金")


class PayeeKind(models.TextChoices):
    """Where a transfer goes."""

    BANK = "bank", _("银行卡")
    ALIPAY = "alipay", _("支付宝")


class TransferCause(models.TextChoices):
    """What a transfer pays; its ``cause_ref`` is the number of that."""

    WITHDRAWAL = "withdrawal", _("掌柜提现")
    SUPPLIER_PAYOUT = "supplier_payout", _("供应商货款")
    COMPENSATION = "compensation", _("赔付买家")
    DEPOSIT_RETURN = "deposit_return", _("退还保证金")


PAYER = "payer"  # whoever paid a charge, by the way it was paid: the account is the charge's number


class TransferStatus(models.TextChoices):
    """Money on its way out to a payee. A bank may return what it reported as paid: the return is the last word."""

    REQUESTED = "requested", _("打款中")
    PAID = "paid", _("已到账")
    RETURNED = "returned", _("已退回")


class RefundStatus(models.TextChoices):
    """Money on its way back through the provider."""

    REQUESTED = "requested", _("退款中")
    SUCCEEDED = "succeeded", _("退款成功")


CHARGES = StateTable(
    "charge",
    ChargeStatus,
    (
        move("O4", ChargeStatus.OPEN, "paid", SYSTEM, ChargeStatus.PAID),
        move("O6", ChargeStatus.CLOSED, "paid_late", SYSTEM, ChargeStatus.PAID),
        move("O5", ChargeStatus.OPEN, "close", SYSTEM, ChargeStatus.CLOSED),
        move("T3", [ChargeStatus.OPEN, ChargeStatus.CLOSED], "mismatch", SYSTEM, ChargeStatus.REVIEW),
        move("T6", ChargeStatus.REVIEW, "sent_back", ActorKind.STAFF, ChargeStatus.CLOSED),
    ),
    {
        "paid": _("付款"),
        "paid_late": _("迟到付款"),
        "close": _("关闭"),
        "mismatch": _("金额不符"),
        "sent_back": _("不符款项已整笔退回"),
    },
)

WRONG_PAYMENTS = StateTable(
    "wrong_payment",
    WrongStatus,
    (
        move("T4", WrongStatus.HELD, "endorse", ActorKind.STAFF, WrongStatus.HELD),
        move("T5", WrongStatus.HELD, "send_back", ActorKind.STAFF, WrongStatus.RETURNED),
    ),
    {"endorse": _("一审通过，待另一人复核"), "send_back": _("整笔退回")},
)

TRANSFERS = StateTable(
    "transfer",
    TransferStatus,
    (
        move("X1", TransferStatus.REQUESTED, "paid", SYSTEM, TransferStatus.PAID),
        move(
            "X2",
            [TransferStatus.REQUESTED, TransferStatus.PAID],
            "returned",
            SYSTEM,
            TransferStatus.RETURNED,
        ),
    ),
    {"paid": _("到账"), "returned": _("退回")},
)
