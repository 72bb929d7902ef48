"""The chart of accounts, journals and transfers (docs/rules.md §6.6, trust §1 L1-L11).

What no Django constraint can say is triggers: sealing, append-only, non-empty journals in ``migrations/0002_guards``;
days and months in ``0005_months``; balances and the sums of orders in ``0011_take_in``. The app's role reads these
tables and adds accounts, journals and transfers; all the rest is written by functions of the owner.
"""

from datetime import date

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """The chart of accounts. A party's own accounts carry its reference; the platform's have none."""

    CHANNEL_CLEARING = "channel_clearing", _("渠道清算")
    ESCROW = "escrow", _("交易担保款")
    SUPPLIER_PAYABLE = "supplier_payable", _("应付供应商")
    SUPPLIER_DEPOSIT = "supplier_deposit", _("供应商保证金")
    CATEGORY_BOND = "category_bond", _("类目保证金")
    OWNER_CONFIRMED = "owner_confirmed", _("掌柜已确认佣金")
    OWNER_WITHDRAWABLE = "owner_withdrawable", _("掌柜可提现")
    OWNER_DEBT = "owner_debt", _("掌柜欠款")
    PAYOUT_CLEARING = "payout_clearing", _("打款清算")
    TAX_PAYABLE = "tax_payable", _("代扣税款")
    PLATFORM_FEE = "platform_fee", _("平台技术服务费")
    PLATFORM_BONUS = "platform_bonus", _("平台等级奖励")
    REFUND_CLEARING = "refund_clearing", _("退款清算")
    COMPENSATION = "compensation", _("赔付清算")
    SUPPLIER_DEBT = "supplier_debt", _("供应商欠款")


# What the platform owns or has spent grows by debit; all the rest grows by credit.
DEBIT_NORMAL = frozenset(
    {
        AccountKind.CHANNEL_CLEARING,
        AccountKind.OWNER_DEBT,
        AccountKind.PLATFORM_BONUS,
        AccountKind.SUPPLIER_DEBT,
    }
)
PARTY_KINDS = frozenset(
    {
        AccountKind.SUPPLIER_PAYABLE,
        AccountKind.SUPPLIER_DEPOSIT,
        AccountKind.CATEGORY_BOND,
        AccountKind.SUPPLIER_DEBT,
        AccountKind.OWNER_CONFIRMED,
        AccountKind.OWNER_WITHDRAWABLE,
        AccountKind.OWNER_DEBT,
    }
)

SUPPLIER_KINDS = (
    AccountKind.SUPPLIER_PAYABLE,
    AccountKind.SUPPLIER_DEPOSIT,
    AccountKind.CATEGORY_BOND,
    AccountKind.SUPPLIER_DEBT,
)
# What passes through these leaves them again.
CLEARING_KINDS = (AccountKind.REFUND_CLEARING, AccountKind.PAYOUT_CLEARING, AccountKind.COMPENSATION)
OWNER_KINDS = (AccountKind.OWNER_CONFIRMED, AccountKind.OWNER_WITHDRAWABLE, AccountKind.OWNER_DEBT)


class Account(models.Model):
    """One account of one party, or of the platform when ``party`` is empty."""

    kind = models.CharField(_("科目"), max_length=20, choices=AccountKind)
    party = models.CharField(_("主体"), max_length=16, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("账户")
        constraints = [
            models.UniqueConstraint(fields=["kind", "party"], name="account_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=sorted(PARTY_KINDS), party__gt="")
                | (~models.Q(kind__in=sorted(PARTY_KINDS)) & models.Q(party="")),
                name="account_party_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.party}".strip()


class JournalKind(models.TextChoices):
    """Business events that post."""

    PAYMENT = "payment", _("收款")
    FINALISE = "finalise", _("订单结清")
    SETTLE = "settle", _("月度结算")
    REFUND = "refund", _("退款")
    REFUND_PAID = "refund_paid", _("退款到账")
    STRAY_PAYMENT = "stray_payment", _("异常收款退回")
    DEBT_REPAID = "debt_repaid", _("抵还欠款")
    DEPOSIT = "deposit", _("缴纳保证金")
    BOND = "bond", _("缴纳类目保证金")
    WITHDRAW = "withdraw", _("提现申请")
    WITHDRAW_BACK = "withdraw_back", _("提现退回")
    PAYOUT_PAID = "payout_paid", _("打款到账")
    PAYOUT_RETURNED = "payout_returned", _("打款退票")
    SUPPLIER_PAYOUT = "supplier_payout", _("供应商结算")
    SUPPLIER_PAYOUT_BACK = "supplier_payout_back", _("供应商结算退回")
    MANUAL = "manual", _("手工分录")
    COMMISSION_VOID = "commission_void", _("佣金作废")
    COMPENSATION = "compensation", _("赔付买家")
    COMPENSATION_PAID = "compensation_paid", _("赔付到账")
    COMPENSATION_BACK = "compensation_back", _("赔付退回")
    DEPOSIT_RETURN = "deposit_return", _("退还保证金")
    DEPOSIT_RETURN_BACK = "deposit_return_back", _("退还保证金退回")


class Journal(models.Model):
    """One business event. ``(kind, ref_type, ref_id, seq)`` is unique: an event is booked once (L5)."""

    kind = models.CharField(_("事件"), max_length=20, choices=JournalKind)
    ref_type = models.CharField(_("来源"), max_length=16)
    ref_id = models.CharField(_("来源编号"), max_length=40)
    seq = models.PositiveSmallIntegerField(default=0)
    order_number = models.CharField(_("订单号"), max_length=20, blank=True)
    inputs_hash = models.CharField(max_length=64)
    occurred_at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField(_("入账时间"), db_default=TransactionNow(), editable=False)
    xid = models.BigIntegerField(db_default=0, editable=False)  # set by the guard, whatever the writer says
    # The day of the books: when it happened, or the first day that was open when it was booked (decision 16).
    posted_on = models.DateField(_("记账日"), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("日记账")
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref_type", "ref_id", "seq"], name="journal_event_once")
        ]
        indexes = [models.Index(fields=["order_number", "id"], name="journal_order")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_kind_display()}"

    @property
    def posted_month(self) -> date:
        """First day of the month that it was booked in."""
        return self.posted_on.replace(day=1)


class Transfer(models.Model):
    """One movement: debits one account and credits another by the same amount, so it balances by its shape (L1).

    In PostgreSQL the table is partitioned by the month of ``posted_on`` and its key is (id, posted_on). References are
    checked by the trigger that takes transfers in, once a statement, not by foreign keys that lock the accounts
    which all orders share.
    """

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="transfers", db_constraint=False
    )
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="debits", db_constraint=False, verbose_name=_("借")
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="credits", db_constraint=False, verbose_name=_("贷")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    line_ref = models.CharField(_("订单行"), max_length=24, blank=True)
    posted_on = models.DateField(_("记账日"), editable=False)  # the journal's

    class Meta:
        verbose_name = verbose_name_plural = _("分录")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, amount_fen__lte=100_000_000_000), name="transfer_amount"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="transfer_two_accounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit} → {self.credit} {self.amount_fen}"


class Balance(models.Model):
    """What an owner's or supplier's account holds, on its own side; never below zero (L8). The sum of its transfers (L9).

    Written by PostgreSQL alone, as transfers come in. The platform's accounts have no row: all orders would share it.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    balance_fen = models.BigIntegerField(_("余额（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("余额")
        constraints = [models.CheckConstraint(condition=models.Q(balance_fen__gte=0), name="balance_floor")]


class MonthClosing(models.Model):
    """A month that nothing is booked into any more (L10). In order, without gaps, never undone."""

    month = models.DateField(_("月份"), primary_key=True)
    closed_by = models.CharField(_("操作人"), max_length=64)
    closed_at = models.DateTimeField(_("关账时间"))
    journals = models.BigIntegerField(_("日记账数"))
    transfers = models.BigIntegerField(_("分录数"))
    total_fen = models.BigIntegerField(_("借方合计（分）"))  # of the month; its credits are the same
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("关账")
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="closing_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ClosingBalance(models.Model):
    """A kind of account at the end of a closed month: everything ever debited and credited, in fen."""

    closing = models.ForeignKey(MonthClosing, on_delete=models.PROTECT, related_name="balances")
    kind = models.CharField(_("科目"), max_length=20, choices=AccountKind)
    debit_fen = models.BigIntegerField(_("借方合计（分）"))
    credit_fen = models.BigIntegerField(_("贷方合计（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("月末余额")
        constraints = [models.UniqueConstraint(fields=["closing", "kind"], name="closing_balance_once")]


class Digest(models.Model):
    """The seal of a day: a hash over the seal before it and all journals booked since (``ledger.chain``).

    Keep the last one outside as well (``manage.py verify --head``): whoever rewrites the whole chain cannot rewrite that.
    """

    day = models.DateField(_("日期"), primary_key=True)
    previous = models.CharField(_("前一摘要"), max_length=64)
    digest = models.CharField(_("摘要"), max_length=64)
    after_id = models.BigIntegerField(_("起（不含）"))
    through_id = models.BigIntegerField(_("止"))
    journals = models.BigIntegerField(_("日记账数"))
    written_at = models.DateTimeField(_("写入时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("每日摘要")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.digest}"


class Checkpoint(models.Model):
    """One of the platform's accounts up to a digest: everything ever debited and credited, in fen."""

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="checkpoints")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    debit_fen = models.BigIntegerField(_("借方合计（分）"))
    credit_fen = models.BigIntegerField(_("贷方合计（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("余额检查点")
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="checkpoint_once")]
