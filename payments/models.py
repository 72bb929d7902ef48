"""Charges, refunds, transfers, raw notices and the sandbox provider's own book."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.states import (
    PAYER,
    ChargeStatus,
    PayeeKind,
    Purpose,
    RefundStatus,
    TransferCause,
    TransferStatus,
    WrongStatus,
)
from taoxiaopu.kernel.personal import EncryptedTextField


class Charge(models.Model):
    """A request for one amount at one provider, for a trade, for a supplier's deposit or for a category bond.

    ``trade_number`` names the trade, ``reference`` the supplier who pays a deposit or bond; both are references, not keys.
    """

    number = models.CharField(_("支付单号"), max_length=20, unique=True)
    purpose = models.CharField(
        _("用途"), max_length=8, choices=Purpose, default=Purpose.TRADE, db_default=Purpose.TRADE
    )
    trade_number = models.CharField(_("交易号"), max_length=20, db_index=True, blank=True)
    reference = models.CharField(_("付款主体"), max_length=16, blank=True, default="", db_default="")
    provider = models.CharField(_("渠道"), max_length=12)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    title = models.CharField(_("标题"), max_length=60)
    status = models.CharField(_("状态"), max_length=8, choices=ChargeStatus, default=ChargeStatus.OPEN)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("截止时间"))
    paid_at = models.DateTimeField(_("付款时间"), null=True)
    provider_number = models.CharField(_("渠道流水号"), max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("支付单")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="charge_amount"),
            models.CheckConstraint(
                condition=models.Q(purpose=Purpose.TRADE, trade_number__gt="", reference="")
                | models.Q(purpose__in=[Purpose.DEPOSIT, Purpose.BOND], trade_number="", reference__gt=""),
                name="charge_reference_by_purpose",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(purpose=Purpose.DEPOSIT, status=ChargeStatus.OPEN),
                name="charge_one_open_deposit",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(purpose=Purpose.BOND, status=ChargeStatus.OPEN),
                name="charge_one_open_bond",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="charge_open", condition=models.Q(status="open"))]

    def __str__(self) -> str:
        return self.number


class WrongPayment(models.Model):
    """One payment at a provider that is not what its charge asked for: another amount, currency or app id.

    ``amount_fen``, ``currency`` and ``app_id`` are the notice's. It goes back whole, once, by the act of one or two
    people of the staff.
    """

    number = models.CharField(_("编号"), max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="wrong_payments")
    provider_number = models.CharField(_("渠道流水号"), max_length=40, unique=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    currency = models.CharField(_("币种"), max_length=40)
    app_id = models.CharField(_("应用"), max_length=40)
    heard_at = models.DateTimeField(_("得知时间"))
    status = models.CharField(_("状态"), max_length=10, choices=WrongStatus, default=WrongStatus.HELD)
    endorsed_by = models.CharField(_("一审"), max_length=64, blank=True)
    returned_at = models.DateTimeField(_("退回时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("不符款项")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="wrong_payment_amount"),
            models.CheckConstraint(
                condition=models.Q(status=WrongStatus.RETURNED, returned_at__isnull=False)
                | models.Q(status=WrongStatus.HELD, returned_at=None),
                name="wrong_payment_returned_at",
            ),
        ]

    def __str__(self) -> str:
        return self.provider_number


class Refund(models.Model):
    """Money back to the payer of a charge. ``(cause, cause_ref)`` is unique: one cause, one refund."""

    number = models.CharField(_("退款单号"), max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(_("原因类型"), max_length=16)
    cause_ref = models.CharField(_("原因编号"), max_length=40)
    order_number = models.CharField(_("订单号"), max_length=20, blank=True)
    provider_number = models.CharField(_("渠道流水号"), max_length=40)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    status = models.CharField(_("状态"), max_length=10, choices=RefundStatus, default=RefundStatus.REQUESTED)
    requested_at = models.DateTimeField(_("申请时间"))
    succeeded_at = models.DateTimeField(_("到账时间"), null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道退款")
        constraints = [
            models.UniqueConstraint(fields=["cause", "cause_ref"], name="refund_cause_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="refund_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class Transfer(models.Model):
    """Money out to a payee. ``(cause, cause_ref)`` is unique: one cause, one transfer, however often it is asked.

    ``amount_fen`` is what the payee gets, ``withheld_fen`` the tax that was kept back from the same payment.
    """

    number = models.CharField(_("打款单号"), max_length=20, unique=True)
    cause = models.CharField(_("用途"), max_length=16, choices=TransferCause)
    cause_ref = models.CharField(_("原因编号"), max_length=40)
    provider = models.CharField(_("渠道"), max_length=12)
    payee_kind = models.CharField(
        _("账户类型"), max_length=8, choices=[*PayeeKind.choices, (PAYER, _("原付款账户"))]
    )
    payee_name = EncryptedTextField(_("户名"))
    payee_account = EncryptedTextField(_("账号"))
    payee_last4 = models.CharField(_("账号尾号"), max_length=4)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    withheld_fen = models.BigIntegerField(_("代扣税款（分）"), default=0, db_default=0)
    status = models.CharField(
        _("状态"), max_length=10, choices=TransferStatus, default=TransferStatus.REQUESTED
    )
    requested_at = models.DateTimeField(_("申请时间"))
    paid_at = models.DateTimeField(_("到账时间"), null=True)
    returned_at = models.DateTimeField(_("退回时间"), null=True)
    provider_number = models.CharField(_("渠道流水号"), max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(_("已发送次数"), default=0)
    next_try_at = models.DateTimeField(_("下次发送"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("打款单")
        constraints = [
            models.UniqueConstraint(fields=["cause", "cause_ref"], name="transfer_cause_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payout_amount"),
            models.CheckConstraint(condition=models.Q(withheld_fen__gte=0), name="payout_withheld"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="transfer_due", condition=models.Q(status="requested"))
        ]

    def __str__(self) -> str:
        return self.number


class NoticeOutcome(models.TextChoices):
    """What became of a stored notice."""

    APPLIED = "applied", _("已处理")
    REPEATED = "repeated", _("重复")
    STRAY = "stray", _("多付或迟付，已退回")
    MISMATCH = "mismatch", _("金额不符")
    ORPHAN = "orphan", _("找不到单号")


class Notice(models.Model):
    """A provider's signed message as it came, stored once by its event id before it is applied (trust §3)."""

    provider = models.CharField(_("渠道"), max_length=12)
    event_id = models.CharField(_("通知号"), max_length=64)
    payload_hash = models.CharField(max_length=64)
    payload = models.JSONField(_("内容"))
    outcome = models.CharField(_("处理结果"), max_length=10, choices=NoticeOutcome, blank=True)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("渠道通知")
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class SandboxMessage(models.Model):
    """The sandbox provider's outbox: signed notices that it will send over HTTP when they are due."""

    event_id = models.CharField(max_length=64, unique=True)
    body = models.TextField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="sandbox_due", condition=models.Q(sent_at__isnull=True))
        ]


class SandboxPayment(models.Model):
    """The sandbox provider's own book of what it took and gave back, as a real provider has one."""

    charge_number = models.CharField(max_length=20, db_index=True)
    provider_number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=[("pay", "pay"), ("refund", "refund")])
    amount_fen = models.BigIntegerField()
    refund_number = models.CharField(max_length=20, unique=True, null=True)
    at = models.DateTimeField()


class SandboxTransfer(models.Model):
    """The sandbox provider's own book of what it was told to pay out, and what it will make of it.

    What was returned at once never left; what was paid may come back at ``back_at``.
    """

    transfer_number = models.CharField(max_length=20, unique=True)
    provider_number = models.CharField(max_length=40, unique=True)
    amount_fen = models.BigIntegerField()
    fate = models.CharField(max_length=8, choices=[("paid", "paid"), ("returned", "returned")])
    at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)
