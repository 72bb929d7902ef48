"""Commission lines, reversals, and the monthly statements that settle them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commissions.states import (
    AttributionKind,
    CommissionStatus,
    DeductionKind,
)
from storefronts.models import Owner, Shop
from taoxiaopu.kernel.templatetags.kernel_format import local_time

DECISION = "decision "  # how the cause of a reversal by a decision begins


class Statement(models.Model):
    """An owner's settlement of one month. Never changed once written: the database refuses it."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="statements", verbose_name=_("掌柜")
    )
    month = models.DateField(_("月份"))
    lines = models.PositiveIntegerField(_("笔数"))
    commission_fen = models.BigIntegerField(_("佣金（分）"))
    bonus_fen = models.BigIntegerField(_("等级奖励（分）"))
    taken_back_fen = models.BigIntegerField(_("扣回与抵欠（分）"))
    net_fen = models.BigIntegerField(_("入账（分）"))
    settled_at = models.DateTimeField(_("结算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("月结单")
        constraints = [
            models.UniqueConstraint(fields=["owner", "month"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(net_fen=F("commission_fen") + F("bonus_fen") - F("taken_back_fen")),
                name="statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {local_time(self.month, 'month')}"

    @property
    def number(self) -> str:
        """The reference under which its journal is booked and its files are named."""
        return f"{self.owner.public_id}-{self.month:%Y%m}"


class CommissionLine(models.Model):
    """What one order line earns one owner. Rate, fee and bonus are frozen when the order is placed.

    ``base_fen`` shrinks with refunds; ``gross, fee, bonus`` are always recomputed from it. ``in_confirmed_fen`` is
    the part of this line that still lies in OWNER_CONFIRMED.
    """

    line_ref = models.CharField(_("订单行"), max_length=24, unique=True)
    order_number = models.CharField(_("订单号"), max_length=20, db_index=True)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="commissions", verbose_name=_("掌柜")
    )
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, related_name="commissions", verbose_name=_("小铺")
    )
    supplier = models.CharField(
        _("供应商"), max_length=16, db_default=""
    )  # who paid it, by public id; once confirmed
    title = models.CharField(_("商品"), max_length=120)
    kind = models.CharField(_("归因"), max_length=10, choices=AttributionKind)
    rate_bp = models.PositiveIntegerField(_("佣金率（bp）"))
    fee_bp = models.PositiveIntegerField()
    bonus_bp = models.PositiveIntegerField()
    base_fen = models.BigIntegerField(_("计佣金额（分）"))
    gross_fen = models.BigIntegerField(_("佣金（分）"))
    fee_fen = models.BigIntegerField(_("服务费（分）"))
    bonus_fen = models.BigIntegerField(_("奖励（分）"))
    in_confirmed_fen = models.BigIntegerField(default=0)
    status = models.CharField(
        _("状态"), max_length=12, choices=CommissionStatus, default=CommissionStatus.ESTIMATED
    )
    frozen_from = models.CharField(max_length=12, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, db_default="")  # of a decision (M10)
    created_at = models.DateTimeField(_("产生时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="commission_lines"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("佣金明细")
        constraints = [
            models.CheckConstraint(
                condition=Q(base_fen__gte=0, fee_fen__gte=0, bonus_fen__gte=0, in_confirmed_fen__gte=0)
                & Q(bonus_fen__lte=F("fee_fen"), fee_fen__lte=F("gross_fen"), gross_fen__lte=F("base_fen")),
                name="commission_within_what_was_paid",
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="commission_of_owner"),
            models.Index(
                fields=["confirmed_at"], name="commission_to_settle", condition=Q(status="confirmed")
            ),
            models.Index(fields=["owner"], name="commission_unsettled_of", condition=Q(status="confirmed")),
            models.Index(
                fields=["supplier", "confirmed_at"],
                include=["gross_fen"],
                name="commission_paid_by",
                condition=~Q(supplier="") & ~Q(status="void"),
            ),
        ]

    def __str__(self) -> str:
        return self.line_ref

    @property
    def number(self) -> str:
        """The reference under which moves are recorded."""
        return self.line_ref

    @property
    def owner_fen(self) -> int:
        """What the owner gets: gross minus fee plus bonus."""
        return self.gross_fen - self.fee_fen + self.bonus_fen


class Reversal(models.Model):
    """A claw-back after the line was confirmed: a new entry, never an edit (M9)."""

    line = models.ForeignKey(CommissionLine, on_delete=models.PROTECT, related_name="reversals")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="reversals")
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="reversals", editable=False
    )  # the one that lists it: the owner's next one after it happened
    line_settled = models.BooleanField(default=False)  # the line was in a statement already when it happened
    cause = models.CharField(_("原因"), max_length=40)
    owner_fen = models.BigIntegerField(_("扣回掌柜（分）"))
    fee_fen = models.BigIntegerField(_("退回服务费（分）"))
    bonus_fen = models.BigIntegerField(_("退回奖励（分）"))
    from_confirmed_fen = models.BigIntegerField(default=0)
    from_withdrawable_fen = models.BigIntegerField(default=0)
    to_debt_fen = models.BigIntegerField(default=0)
    base_fen = models.BigIntegerField(_("减少的计佣金额（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("佣金扣回")
        constraints = [
            models.UniqueConstraint(fields=["line", "cause"], name="reversal_once"),
            models.CheckConstraint(
                condition=Q(
                    owner_fen=F("from_confirmed_fen") + F("from_withdrawable_fen") + F("to_debt_fen")
                ),
                name="reversal_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], include=["line", "base_fen"], name="reversal_of_month"),
            models.Index(fields=["owner"], name="reversal_unlisted_of", condition=Q(statement__isnull=True)),
        ]

    @property
    def is_by_decision(self) -> bool:
        """Whether staff voided the commission (M10); otherwise something was refunded."""
        return self.cause.startswith(DECISION)


class CommissionHold(models.Model):
    """One reason why a commission waits: a case, a dispute, or staff. It waits while one is open."""

    line = models.ForeignKey(CommissionLine, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(_("原因"), max_length=40)
    placed_at = models.DateTimeField(_("开始时间"))
    lifted_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("佣金冻结")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "cause"], condition=Q(lifted_at__isnull=True), name="commission_hold_once"
            )
        ]


class Deduction(models.Model):
    """What a confirmed line bears for something else: another line's claw-back, or a debt. Never changed.

    Of an unsettled line ``in_confirmed_fen`` is what it earned less its deductions. A negative amount gives back what an
    earlier deduction took, when the line itself is refunded and others bear it from then on.
    """

    line = models.ForeignKey(CommissionLine, on_delete=models.PROTECT, related_name="deductions")
    kind = models.CharField(_("原因"), max_length=8, choices=DeductionKind)
    reversal = models.ForeignKey(
        Reversal, on_delete=models.PROTECT, null=True, related_name="deductions", verbose_name=_("扣回")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("扣回与抵欠")
        constraints = [
            models.UniqueConstraint(fields=["line", "reversal"], name="deduction_once"),
            models.CheckConstraint(
                condition=(Q(kind=DeductionKind.REVERSAL) & Q(reversal__isnull=False) & ~Q(amount_fen=0))
                | (~Q(kind=DeductionKind.REVERSAL) & Q(reversal__isnull=True, amount_fen__gt=0)),
                name="deduction_says_why",
            ),
        ]


class StatementItem(models.Model):
    """One line of a statement, as it stood when it was settled. A line is settled once. Never changed."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="items")
    line = models.OneToOneField(CommissionLine, on_delete=models.PROTECT, related_name="settled")
    base_fen = models.BigIntegerField(_("计佣金额（分）"))
    gross_fen = models.BigIntegerField(_("佣金（分）"))
    fee_fen = models.BigIntegerField(_("服务费（分）"))
    bonus_fen = models.BigIntegerField(_("奖励（分）"))
    taken_fen = models.BigIntegerField(_("扣回与抵欠（分）"))
    net_fen = models.BigIntegerField(_("入账（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("月结明细")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    net_fen=F("gross_fen") - F("fee_fen") + F("bonus_fen") - F("taken_fen"),
                    net_fen__gte=0,
                    taken_fen__gte=0,
                ),
                name="statement_item_adds_up",
            )
        ]

    @property
    def owner_fen(self) -> int:
        """What the line earned: gross minus fee plus bonus."""
        return self.gross_fen - self.fee_fen + self.bonus_fen
