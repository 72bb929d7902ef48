"""The facts that tiers rest on, and what they came to each month."""

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from commissions.states import (
    Outcome,
)
from storefronts.models import Owner
from storefronts.states import Tier
from taoxiaopu.kernel.templatetags.kernel_format import local_time


class OrderFact(models.Model):
    """One attributed order line as tiers count it; written by orders and disputes through this app's services."""

    line_ref = models.CharField(max_length=24, unique=True)
    order_number = models.CharField(max_length=20)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="facts")
    buyer = models.CharField(max_length=64)
    base_fen = models.BigIntegerField()
    counted = models.BooleanField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    outcome_at = models.DateTimeField(null=True)
    outcome_month = models.GeneratedField(
        expression=Func(
            F("outcome_at"),
            template="date_trunc('month', %(expressions)s AT TIME ZONE 'Asia/Shanghai')::date",
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    owner_side_refund = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # The whole month end reads this one, in owner order and without touching the table.
            models.Index(
                fields=["outcome_month", "owner", "order_number"],
                include=["buyer", "base_fen", "outcome", "owner_side_refund"],
                condition=Q(counted=True, outcome_month__isnull=False),
                name="fact_of_month",
            ),
            models.Index(fields=["order_number"], name="fact_of_order"),
        ]


class LiabilityFact(models.Model):
    """A dispute that closed with the owner liable."""

    dispute_number = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="liabilities")
    closed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["closed_at"], name="liability_by_month")]


class OwnerTier(models.Model):
    """An owner's level now, and how many months in a row the target was missed (docs/rules.md §7.3)."""

    owner = models.OneToOneField(Owner, on_delete=models.CASCADE, related_name="tier")
    level = models.PositiveSmallIntegerField(_("等级"), choices=Tier, default=Tier.ROOKIE)
    misses = models.PositiveSmallIntegerField(_("未达标次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("掌柜等级")


class TierOverride(models.Model):
    """A level that staff gave an owner by hand, until the next run (docs/rules.md §7.3 rule 8).

    ``OwnerTier`` keeps the judged level, so that the next run goes on from there; only ``OwnerStanding.tier``, which
    decides bonus and shops, is the given one meanwhile.
    """

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="tier_overrides", verbose_name=_("掌柜")
    )
    level = models.PositiveSmallIntegerField(_("指定等级"), choices=Tier)
    reason = models.CharField(_("原因"), max_length=500)
    given_by = models.CharField(_("操作人"), max_length=64)
    given_at = models.DateTimeField(_("指定时间"))
    ended_at = models.DateTimeField(_("失效时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("等级人工调整")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(ended_at__isnull=True), name="tier_override_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="tier_override_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.get_level_display()}"


class TierRun(models.Model):
    """The month end of one month: by which numbers, how far, with what result. Its chunks are judged one by one."""

    month = models.DateField(_("月份"), unique=True)
    rules = models.JSONField(_("评定标准"))
    began_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    judged = models.PositiveIntegerField(_("已评定"), default=0)
    rose = models.PositiveIntegerField(_("升级"), default=0)
    fell = models.PositiveIntegerField(_("降级"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("月度评级")

    def __str__(self) -> str:
        return local_time(self.month, "month")

    @property
    def number(self) -> str:
        """The reference under which it is recorded."""
        return f"{self.month:%Y-%m}"


class TierChunk(models.Model):
    """A range of owners of one run. Whoever judges it holds its row: the row is the lock, and ``done_at`` the memory."""

    run = models.ForeignKey(TierRun, on_delete=models.PROTECT, related_name="chunks")
    first_owner = models.BigIntegerField()
    last_owner = models.BigIntegerField()
    judged = models.PositiveIntegerField(default=0)
    rose = models.PositiveIntegerField(default=0)
    fell = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "first_owner"], name="tier_chunk_once"),
            models.CheckConstraint(condition=Q(first_owner__lte=F("last_owner")), name="tier_chunk_range"),
        ]


class TierMonth(models.Model):
    """The judgement of one owner for one month with its six figures. One row each, never rewritten (L13): a trigger
    refuses every change.
    """

    owner = models.ForeignKey(
        Owner,
        on_delete=models.PROTECT,
        related_name="tier_months",
        verbose_name=_("掌柜"),
        db_index=False,  # the unique key begins with it
    )
    month = models.DateField(_("月份"))
    sales_fen = models.BigIntegerField(_("结算销售额（分）"))
    orders = models.PositiveIntegerField(_("订单数"))
    buyers = models.PositiveIntegerField(_("买家数"))
    refunded = models.PositiveIntegerField(_("退款订单"))
    ended = models.PositiveIntegerField(_("完结订单"))
    disputes = models.PositiveIntegerField(_("判责纠纷"))
    points = models.PositiveSmallIntegerField(_("违规分"))
    target = models.PositiveSmallIntegerField(_("达标等级"), choices=Tier)
    level_before = models.PositiveSmallIntegerField(_("原等级"), choices=Tier)
    level_after = models.PositiveSmallIntegerField(_("新等级"), choices=Tier)
    misses_before = models.PositiveSmallIntegerField(_("原未达标次数"), default=0)
    misses_after = models.PositiveSmallIntegerField(_("未达标次数"))
    judged_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("等级记录")
        constraints = [models.UniqueConstraint(fields=["owner", "month"], name="tier_month_once")]

    def __str__(self) -> str:
        return f"{self.owner} {local_time(self.month, 'month')}"
