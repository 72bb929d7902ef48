"""States of a commission line (docs/rules.md §6.2) and kinds of orders (§6.5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM
from taoxiaopu.kernel.transitions import StateTable, move


class CommissionStatus(models.TextChoices):
    """Where the commission of one order line stands."""

    ESTIMATED = "estimated", _("预估")  # paid, the order is on its way
    LOCKED = "locked", _("售后期中")  # received, the after-sales window runs
    CONFIRMED = "confirmed", _("已确认")  # finalised, waits for the 20th
    WITHDRAWABLE = "withdrawable", _("可提现")
    FROZEN = "frozen", _("冻结")  # a case or dispute is open
    VOID = "void", _("已失效")


S = CommissionStatus
COMMISSIONS = StateTable(
    "commission",
    CommissionStatus,
    (
        move("M2", [S.ESTIMATED, S.LOCKED, S.FROZEN], "void", SYSTEM, S.VOID),
        move("M4", S.ESTIMATED, "complete", SYSTEM, S.LOCKED),
        move("M5", [S.LOCKED, S.ESTIMATED], "finalise", SYSTEM, S.CONFIRMED),
        move("M6", [S.ESTIMATED, S.LOCKED, S.CONFIRMED], "freeze", SYSTEM, S.FROZEN),
        move("M7", S.FROZEN, "unfreeze", SYSTEM, S.ESTIMATED),
        move("M7", S.FROZEN, "unfreeze", SYSTEM, S.LOCKED),
        move("M7", S.FROZEN, "unfreeze", SYSTEM, S.CONFIRMED),
        move("M8", S.CONFIRMED, "settle", SYSTEM, S.WITHDRAWABLE),
    ),
)


class AttributionKind(models.TextChoices):
    """Kinds of attributed orders (docs/rules.md §6.5)."""

    SHARED = "shared", _("分享购买")
    SELF = "self", _("自购")
    OWN_GOODS = "own_goods", _("自营货品")


class Outcome(models.TextChoices):
    """How an attributed order ended, as tiers count it."""

    OPEN = "open", _("进行中")
    FINALISED = "finalised", _("已结清")
    REFUNDED = "refunded", _("已全额退款")
