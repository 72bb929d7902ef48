"""Where the money of owners and suppliers goes, and each time it went."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commissions.states import (
    OPEN_DEPOSIT_RETURNS,
    OPEN_SUPPLIER_PAYOUTS,
    OPEN_WITHDRAWALS,
    DepositReturnStatus,
    SupplierPayoutStatus,
    WithdrawalStatus,
)
from payments.states import PayeeKind
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.personal import EncryptedTextField


class BankAccount(models.Model):
    """Where money goes, encrypted but for the last digits. One of a payee's is in use; a replaced one stays."""

    name = EncryptedTextField(_("户名"))
    account = EncryptedTextField(_("账号"))
    account_index = models.CharField(max_length=64, db_index=True, editable=False)
    last4 = models.CharField(_("账号尾号"), max_length=4)
    added_at = models.DateTimeField(_("添加时间"))
    replaced_at = models.DateTimeField(_("更换时间"), null=True)

    class Meta:
        abstract = True


class PaidOut(models.Model):
    """What withdrawals and payouts have in common: an amount, who approved it first, and how it ended."""

    amount_fen = models.BigIntegerField(_("金额（分）"))
    ended_at = models.DateTimeField(_("完结时间"), null=True)
    endorsed_by = models.CharField(_("一审"), max_length=16, blank=True)
    decision_note = models.CharField(_("审核意见"), max_length=500, blank=True)

    class Meta:
        abstract = True


class PayoutAccount(BankAccount):
    """Where an owner's money goes. One is in use; a replaced one stays for the withdrawals that went there."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="payout_accounts", verbose_name=_("掌柜")
    )
    kind = models.CharField(_("账户类型"), max_length=8, choices=PayeeKind)

    class Meta:
        verbose_name = verbose_name_plural = _("收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(replaced_at__isnull=True), name="payout_account_in_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ****{self.last4}"


class Withdrawal(PaidOut):
    """An owner's request to be paid out. One a day, one open at a time: the database holds both."""

    number = models.CharField(_("提现单号"), max_length=20, unique=True)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="withdrawals", verbose_name=_("掌柜")
    )
    account = models.ForeignKey(
        PayoutAccount, on_delete=models.PROTECT, related_name="withdrawals", verbose_name=_("收款账户")
    )
    status = models.CharField(
        _("状态"), max_length=12, choices=WithdrawalStatus, default=WithdrawalStatus.REQUESTED
    )
    invoice_number = models.CharField(_("发票号码"), max_length=20, blank=True, default="", db_default="")
    day = models.DateField(_("申请日"))
    requested_at = models.DateTimeField(_("申请时间"))

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


class SupplierAccount(BankAccount):
    """Where a supplier's money goes: an account of the company. One is in use, replaced ones stay."""

    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="payout_accounts", verbose_name=_("供应商")
    )

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


class SupplierPayout(PaidOut):
    """What a supplier is paid for one week, named by its Tuesday. One a week, one open at a time."""

    number = models.CharField(_("结算单号"), max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="payouts", verbose_name=_("供应商")
    )
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="payouts", verbose_name=_("收款账户")
    )
    week = models.DateField(_("结算日"))
    status = models.CharField(
        _("状态"), max_length=12, choices=SupplierPayoutStatus, default=SupplierPayoutStatus.REQUESTED
    )
    requested_at = models.DateTimeField(_("结算时间"))

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


class DepositReturn(PaidOut):
    """What a supplier gets back when it leaves: what is left of its payable, its bonds and its deposit. One open at a time."""

    number = models.CharField(_("退还单号"), max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="deposit_returns", verbose_name=_("供应商")
    )
    account = models.ForeignKey(
        SupplierAccount,
        on_delete=models.PROTECT,
        related_name="deposit_returns",
        verbose_name=_("收款账户"),
    )
    payable_fen = models.BigIntegerField(_("货款（分）"))
    bond_fen = models.BigIntegerField(_("类目保证金（分）"))
    deposit_fen = models.BigIntegerField(_("保证金（分）"))
    status = models.CharField(
        _("状态"), max_length=12, choices=DepositReturnStatus, default=DepositReturnStatus.REQUESTED
    )
    requested_at = models.DateTimeField(_("核对时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("保证金退还")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount_fen=F("payable_fen") + F("bond_fen") + F("deposit_fen"),
                    amount_fen__gt=0,
                    payable_fen__gte=0,
                    bond_fen__gte=0,
                    deposit_fen__gte=0,
                ),
                name="deposit_return_amount",
            ),
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(status__in=OPEN_DEPOSIT_RETURNS),
                name="deposit_return_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.number
