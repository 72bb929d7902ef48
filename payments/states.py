"""Statuses of charges and refunds. They are facts learned from a provider: the state is the furthest one known."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM
from taoxiaopu.kernel.transitions import StateTable, move


class ChargeStatus(models.TextChoices):
    """A request for money from a buyer."""

    OPEN = "open", _("等待付款")
    PAID = "paid", _("已付款")
    CLOSED = "closed", _("已关闭")
    REVIEW = "review", _("待人工核对")  # a signed notice with another amount, currency or app id


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
    ),
    {"paid": _("付款"), "paid_late": _("迟到付款"), "close": _("关闭"), "mismatch": _("金额不符")},
)
