"""States of a commission line (docs/rules.md §6.2), kinds of orders (§6.5), states of a withdrawal (§6.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import Move, StateTable, move


class CommissionStatus(models.TextChoices):
    """Where the commission of one order line stands."""

    ESTIMATED = "estimated", _("预估")  # paid, the order is on its way
    LOCKED = "locked", _("售后期中")  # received, the after-sales window runs
    CONFIRMED = "confirmed", _("已确认")  # finalised, waits for the 20th
    WITHDRAWABLE = "withdrawable", _("可提现")
    FROZEN = "frozen", _("冻结")  # a case or dispute is open, or staff suspect it
    VOID = "void", _("已失效")


S = CommissionStatus
BY_STAFF = "staff"  # the cause of a hold when staff suspect something: one at a time
HOLDERS = (ActorKind.SYSTEM, ActorKind.STAFF)
COMMISSIONS = StateTable(
    "commission",
    CommissionStatus,
    (
        move("M2", [S.ESTIMATED, S.LOCKED, S.FROZEN], "void", SYSTEM, S.VOID),
        move("M4", S.ESTIMATED, "complete", SYSTEM, S.LOCKED),
        move("M5", [S.LOCKED, S.ESTIMATED], "finalise", SYSTEM, S.CONFIRMED),
        move("M5", S.FROZEN, "finalise", SYSTEM, S.FROZEN),
        move("M6", [S.ESTIMATED, S.LOCKED, S.CONFIRMED], "freeze", HOLDERS, S.FROZEN),
        move("M7", S.FROZEN, "unfreeze", HOLDERS, S.ESTIMATED),
        move("M7", S.FROZEN, "unfreeze", HOLDERS, S.LOCKED),
        move("M7", S.FROZEN, "unfreeze", HOLDERS, S.CONFIRMED),
        move("M8", S.CONFIRMED, "settle", SYSTEM, S.WITHDRAWABLE),
        move(
            "M10",
            [S.ESTIMATED, S.LOCKED, S.FROZEN, S.CONFIRMED, S.WITHDRAWABLE],
            "void_by_decision",
            ActorKind.STAFF,
            S.VOID,
        ),
    ),
)


class AttributionKind(models.TextChoices):
    """Kinds of attributed orders (docs/rules.md §6.5)."""

    SHARED = "shared", _("分享购买")
    SELF = "self", _("自购")
    ON_BEHALF = "on_behalf", _("代下单")
    OWN_GOODS = "own_goods", _("自营货品")


# Kinds that bring the tier's bonus and count in its figures.
FULL_KINDS = (AttributionKind.SHARED, AttributionKind.ON_BEHALF)


class DeductionKind(models.TextChoices):
    """Why a confirmed line bears less than it earned."""

    REVERSAL = "reversal", _("退款扣回")
    DEBT = "debt", _("抵还欠款")
    EARLIER = "earlier", _("早期扣回")  # before causes were written down line by line


class Outcome(models.TextChoices):
    """How an attributed order ended, as tiers count it."""

    OPEN = "open", _("进行中")
    FINALISED = "finalised", _("已结清")
    REFUNDED = "refunded", _("已全额退款")


class WithdrawalStatus(models.TextChoices):
    """Where an owner's withdrawal stands. The money left OWNER_WITHDRAWABLE with the request."""

    REQUESTED = "requested", _("已申请")
    REVIEWING = "reviewing", _("审核中")
    PROCESSING = "processing", _("打款中")
    PAID = "paid", _("已到账")
    FAILED = "failed", _("打款失败，已退回")  # the bank returned it; the money is back in the balance
    REJECTED = "rejected", _("未通过，已退回")  # staff refused it; the money is back in the balance


def _outflow(rule: str, to: type[models.TextChoices]) -> tuple[Move, ...]:
    """The moves of money that leaves the platform, numbered ``rule`` 1 to 7."""
    requested, reviewing, processing, paid, failed, rejected = to
    return (
        move(f"{rule}1", requested, "review", SYSTEM, reviewing),
        move(f"{rule}2", requested, "process", SYSTEM, processing),
        move(f"{rule}3", reviewing, "endorse", ActorKind.STAFF, reviewing),
        move(f"{rule}4", reviewing, "approve", ActorKind.STAFF, processing),
        move(f"{rule}5", reviewing, "reject", ActorKind.STAFF, rejected),
        move(f"{rule}6", processing, "paid", SYSTEM, paid),
        move(f"{rule}7", [processing, paid], "returned", SYSTEM, failed),
    )


W = WithdrawalStatus
OPEN_WITHDRAWALS = (W.REQUESTED, W.REVIEWING, W.PROCESSING)
GIVEN_BACK = (W.FAILED, W.REJECTED)
WITHDRAWALS = StateTable(
    "withdrawal",
    WithdrawalStatus,
    _outflow("W", WithdrawalStatus),
    {
        "request": _("申请提现"),
        "review": _("转人工审核"),
        "process": _("提交打款"),
        "endorse": _("一审通过，待另一人复核"),
        "approve": _("审核通过，提交打款"),
        "reject": _("审核未通过，金额退回"),
        "paid": _("已到账"),
        "returned": _("银行退回，金额退回"),
    },
)


class SupplierPayoutStatus(models.TextChoices):
    """Where a supplier's weekly payout stands. The money left SUPPLIER_PAYABLE with the run."""

    REQUESTED = "requested", _("待打款")
    REVIEWING = "reviewing", _("审核中")
    PROCESSING = "processing", _("打款中")
    PAID = "paid", _("已到账")
    FAILED = "failed", _("打款失败，转下周")  # the bank returned it; the money is due again
    REJECTED = "rejected", _("暂缓，转下周")  # staff held it back; the money is due again


P = SupplierPayoutStatus
OPEN_SUPPLIER_PAYOUTS = (P.REQUESTED, P.REVIEWING, P.PROCESSING)
SUPPLIER_PAYOUTS = StateTable(
    "supplier_payout",
    SupplierPayoutStatus,
    _outflow("Y", SupplierPayoutStatus),
    {
        "request": _("每周结算"),
        "review": _("转人工审核"),
        "process": _("提交打款"),
        "endorse": _("一审通过，待另一人复核"),
        "approve": _("审核通过，提交打款"),
        "reject": _("暂缓，转下周"),
        "paid": _("已到账"),
        "returned": _("银行退回，转下周"),
    },
)


class DepositReturnStatus(models.TextChoices):
    """Where the money of a supplier that leaves stands. It left the supplier's accounts with the request."""

    REQUESTED = "requested", _("待退还")
    REVIEWING = "reviewing", _("审核中")
    PROCESSING = "processing", _("打款中")
    PAID = "paid", _("已到账")
    FAILED = (
        "failed",
        _("打款失败，已退回账户"),
    )  # the bank returned it; it is on the supplier's accounts again
    REJECTED = "rejected", _("未通过，已退回账户")  # staff refused it; as above


R = DepositReturnStatus
OPEN_DEPOSIT_RETURNS = (R.REQUESTED, R.REVIEWING, R.PROCESSING)
DEPOSIT_RETURNS = StateTable(
    "deposit_return",
    DepositReturnStatus,
    _outflow("Z", DepositReturnStatus),
    {
        "request": _("核对款项"),
        "review": _("转人工审核"),
        "process": _("提交打款"),
        "endorse": _("一审通过，待另一人复核"),
        "approve": _("审核通过，提交打款"),
        "reject": _("审核未通过，金额退回账户"),
        "paid": _("已到账"),
        "returned": _("银行退回，金额退回账户"),
    },
)


class SupplierRun(models.TextChoices):
    """What is done for every supplier by the calendar."""

    PAYOUT = "payout", _("每周打款")
    STATEMENT = "statement", _("货款月结单")
