"""What can differ, how a difference is dealt with, and how a manual journal is approved (docs/rules.md §6.8)."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

STAFF, SYSTEM = ActorKind.STAFF, ActorKind.SYSTEM
# A notice may be as late as a cashier's page is open, and sent again after that.
NOTICE_GRACE = timedelta(hours=2)
# Longer than this in a clearing account is stuck: refunds take days, withdrawals at most three working days.
STUCK_AFTER = {
    "refund_clearing": timedelta(days=3),
    "payout_clearing": timedelta(days=7),
    "compensation": timedelta(days=3),
}
AGES = (1, 3, 7)  # days; the steps of the age report


class DifferenceKind(models.TextChoices):
    """What does not agree."""

    CHARGE_UNBOOKED = "charge_unbooked", _("已付的支付单没有入账")
    JOURNAL_UNCHARGED = "journal_uncharged", _("入账没有对应的支付单")
    PAYMENT_UNKNOWN = "payment_unknown", _("渠道账单有收款，我方没有")
    CHARGE_NOT_IN_BILL = "charge_not_in_bill", _("我方已收款，渠道账单没有")
    REFUND_UNKNOWN = "refund_unknown", _("渠道账单有退款，我方没有")
    REFUND_NOT_IN_BILL = "refund_not_in_bill", _("我方已退款，渠道账单没有")
    TRANSFER_UNKNOWN = "transfer_unknown", _("渠道账单有打款，我方没有")
    TRANSFER_NOT_IN_BILL = "transfer_not_in_bill", _("我方已打款，渠道账单没有")
    RETURN_UNKNOWN = "return_unknown", _("渠道账单有打款退回，我方没有")
    RETURN_NOT_IN_BILL = "return_not_in_bill", _("我方已记打款退回，渠道账单没有")
    AMOUNT = "amount", _("金额不同")
    ESCROW = "escrow", _("担保款与订单不符")
    REFUND_STUCK = "refund_stuck", _("退款久未到账")
    TRANSFER_STUCK = "transfer_stuck", _("打款久未到账")
    COMPENSATION_STUCK = "compensation_stuck", _("赔付久未付出")
    STOCK = "stock", _("库存不符")
    BALANCE = "balance", _("余额不符，没有单据可以解释")


class DifferenceStatus(models.TextChoices):
    """Where a difference stands."""

    OPEN = "open", _("待处理")
    ASSIGNED = "assigned", _("处理中")
    EXPLAINED = "explained", _("已说明")
    CLOSED = "closed", _("已消除")


class ManualStatus(models.TextChoices):
    """Where a manual journal stands."""

    PROPOSED = "proposed", _("待复核")
    POSTED = "posted", _("已入账")
    REJECTED = "rejected", _("已驳回")


S, M = DifferenceStatus, ManualStatus
STANDING = (S.OPEN, S.ASSIGNED, S.EXPLAINED)
DIFFERENCES = StateTable(
    "difference",
    DifferenceStatus,
    (
        move("R1", [S.OPEN, S.ASSIGNED], "assign", STAFF, S.ASSIGNED),
        move("R2", [S.OPEN, S.ASSIGNED], "explain", STAFF, S.EXPLAINED),
        move("R3", S.EXPLAINED, "reopen", STAFF, S.ASSIGNED),
        move("R4", S.EXPLAINED, "changed", SYSTEM, S.OPEN),
        move("R5", STANDING, "gone", SYSTEM, S.CLOSED),
    ),
    {
        "found": _("发现"),
        "assign": _("指派"),
        "explain": _("说明"),
        "reopen": _("重新处理"),
        "changed": _("金额有变"),
        "gone": _("不再出现"),
    },
)
MANUALS = StateTable(
    "manual",
    ManualStatus,
    (
        move("J1", M.PROPOSED, "approve", STAFF, M.POSTED),
        move("J2", M.PROPOSED, "reject", STAFF, M.REJECTED),
    ),
    {"propose": _("提出"), "approve": _("复核入账"), "reject": _("驳回")},
)
