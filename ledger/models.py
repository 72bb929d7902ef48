"""The chart of accounts, journals and transfers (docs/rules.md §6.6, trust §1 L1-L7).

The constraints that no Django constraint can say (sealing, append-only, non-empty journals) are triggers in
``migrations/0002_guards``.
"""

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
    WITHDRAW = "withdraw", _("提现申请")
    WITHDRAW_BACK = "withdraw_back", _("提现退回")
    PAYOUT_PAID = "payout_paid", _("打款到账")
    PAYOUT_RETURNED = "payout_returned", _("打款退票")


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

    class Meta:
        verbose_name = verbose_name_plural = _("日记账")
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref_type", "ref_id", "seq"], name="journal_event_once")
        ]
        indexes = [models.Index(fields=["order_number", "id"], name="journal_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref_type} {self.ref_id}"


class Transfer(models.Model):
    """One movement: debits one account and credits another by the same amount, so it balances by its shape (L1)."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="transfers")
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits", verbose_name=_("借"))
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="credits", verbose_name=_("贷")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    line_ref = models.CharField(_("订单行"), max_length=24, blank=True)

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
