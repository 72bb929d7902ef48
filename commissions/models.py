"""Commission lines, reversals, statements, withdrawals, the facts that tiers rest on, and tiers."""

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from commissions.states import (
    OPEN_SUPPLIER_PAYOUTS,
    OPEN_WITHDRAWALS,
    AttributionKind,
    CommissionStatus,
    DeductionKind,
    Outcome,
    SupplierPayoutStatus,
    WithdrawalStatus,
)
from payments.states import PayeeKind
from storefronts.models import Owner, Shop
from storefronts.states import Tier
from suppliers.models import Supplier
from taoxiaopu.kernel.personal import EncryptedTextField
from taoxiaopu.kernel.templatetags.kernel_format import local_time


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


class SettlementFailure(models.Model):
    """An owner whose month could not be settled, and why; the next run tries again and marks it settled."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="settlement_failures", verbose_name=_("掌柜")
    )
    month = models.DateField(_("月份"))
    error = models.CharField(_("错误"), max_length=500)
    attempts = models.PositiveIntegerField(_("次数"), default=1)
    first_at = models.DateTimeField(_("首次失败"))
    last_at = models.DateTimeField(_("最近失败"))
    settled_at = models.DateTimeField(_("已结算"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("结算失败")
        constraints = [models.UniqueConstraint(fields=["owner", "month"], name="settlement_failure_once")]

    def __str__(self) -> str:
        return f"{self.owner} {local_time(self.month, 'month')}"


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


class PayoutAccount(models.Model):
    """Where an owner's money goes. One is in use; a replaced one stays for the withdrawals that went there."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="payout_accounts", verbose_name=_("掌柜")
    )
    kind = models.CharField(_("账户类型"), max_length=8, choices=PayeeKind)
    name = EncryptedTextField(_("户名"))
    account = EncryptedTextField(_("账号"))
    account_index = models.CharField(max_length=64, db_index=True, editable=False)
    last4 = models.CharField(_("账号尾号"), max_length=4)
    added_at = models.DateTimeField(_("添加时间"))
    replaced_at = models.DateTimeField(_("更换时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(replaced_at__isnull=True), name="payout_account_in_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ****{self.last4}"


class Withdrawal(models.Model):
    """An owner's request to be paid out. One a day, one open at a time: the database holds both."""

    number = models.CharField(_("提现单号"), max_length=20, unique=True)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="withdrawals", verbose_name=_("掌柜")
    )
    account = models.ForeignKey(
        PayoutAccount, on_delete=models.PROTECT, related_name="withdrawals", verbose_name=_("收款账户")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    status = models.CharField(
        _("状态"), max_length=12, choices=WithdrawalStatus, default=WithdrawalStatus.REQUESTED
    )
    invoice_number = models.CharField(_("发票号码"), max_length=20, blank=True, default="", db_default="")
    day = models.DateField(_("申请日"))
    requested_at = models.DateTimeField(_("申请时间"))
    ended_at = models.DateTimeField(_("完结时间"), null=True)
    endorsed_by = models.CharField(_("一审"), max_length=16, blank=True)
    decision_note = models.CharField(_("审核意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("提现单")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="withdrawal_amount"),
            models.UniqueConstraint(fields=["owner", "day"], name="withdrawal_once_a_day"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(status__in=OPEN_WITHDRAWALS), name="withdrawal_one_open"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="withdrawal_of_owner")]

    def __str__(self) -> str:
        return self.number


class SupplierAccount(models.Model):
    """Where a supplier's money goes: an account of the company. One is in use, replaced ones stay."""

    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="payout_accounts", verbose_name=_("供应商")
    )
    name = EncryptedTextField(_("户名"))
    account = EncryptedTextField(_("账号"))
    account_index = models.CharField(max_length=64, db_index=True, editable=False)
    last4 = models.CharField(_("账号尾号"), max_length=4)
    added_at = models.DateTimeField(_("添加时间"))
    replaced_at = models.DateTimeField(_("更换时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("供应商收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(replaced_at__isnull=True),
                name="supplier_account_in_use_once",
            )
        ]

    def __str__(self) -> str:
        return f"****{self.last4}"


class SupplierPayout(models.Model):
    """What a supplier is paid for one week, named by its Tuesday. One a week, one open at a time."""

    number = models.CharField(_("结算单号"), max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="payouts", verbose_name=_("供应商")
    )
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="payouts", verbose_name=_("收款账户")
    )
    week = models.DateField(_("结算日"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    status = models.CharField(
        _("状态"), max_length=12, choices=SupplierPayoutStatus, default=SupplierPayoutStatus.REQUESTED
    )
    requested_at = models.DateTimeField(_("结算时间"))
    ended_at = models.DateTimeField(_("完结时间"), null=True)
    endorsed_by = models.CharField(_("一审"), max_length=16, blank=True)
    decision_note = models.CharField(_("审核意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("供应商结算")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="supplier_payout_amount"),
            models.UniqueConstraint(fields=["supplier", "week"], name="supplier_payout_once_a_week"),
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(status__in=OPEN_SUPPLIER_PAYOUTS),
                name="supplier_payout_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number
