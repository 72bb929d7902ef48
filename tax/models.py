"""Owners' tax information, other deductions, what was withheld, alarms about VAT; invoices for suppliers' commission."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.personal import EncryptedTextField
from tax.states import Identity, InvoiceStatus, TaxMethod


class TaxProfile(models.Model):
    """Who an owner is to the tax office. One is in use; a replaced one stays for the payments made under it.

    A natural person's name and number are those of the real-name evidence; a business has its own.
    """

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="tax_profiles", verbose_name=_("掌柜")
    )
    identity = models.CharField(_("身份类型"), max_length=8, choices=Identity)
    name = EncryptedTextField(_("名称"), blank=True)
    number = EncryptedTextField(_("统一社会信用代码"), blank=True)
    valid_until = models.DateField(_("证件有效期至"), null=True)  # none: without end
    consented_at = models.DateTimeField(_("同意时间"))
    given_at = models.DateTimeField(_("填写时间"))
    replaced_at = models.DateTimeField(_("更换时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("税务信息")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(replaced_at__isnull=True), name="tax_profile_in_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.get_identity_display()}"


class Deduction(models.Model):
    """Further lawful deductions of an owner in a year, written down by staff from the owner's papers."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="tax_deductions", verbose_name=_("掌柜")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("依据"), max_length=200)
    noted_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("其他扣除")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="deduction_amount")]


class Withholding(models.Model):
    """One payment's income and tax: computed when the transfer is made, checked again when it is paid.

    ``before_*``, ``months`` and ``other_fen`` are what it was computed with. ``month`` is the month of payment and
    ``due_fen`` what the tables say on that day; both are unknown until then. A payment that came back counts no more
    from ``voided_at`` on.
    """

    ref = models.CharField(_("提现单号"), max_length=20, unique=True)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="withholdings", verbose_name=_("掌柜")
    )
    profile = models.ForeignKey(TaxProfile, on_delete=models.PROTECT, verbose_name=_("税务信息"))
    method = models.CharField(_("计算方法"), max_length=10, choices=TaxMethod)
    income_fen = models.BigIntegerField(_("收入（分）"))
    tax_fen = models.BigIntegerField(_("扣缴税款（分）"))
    before_income_fen = models.BigIntegerField(_("此前收入（分）"))
    before_tax_fen = models.BigIntegerField(_("此前已扣（分）"))
    months = models.PositiveSmallIntegerField(_("月数"))
    other_fen = models.BigIntegerField(_("其他扣除（分）"))
    planned_at = models.DateTimeField(_("计算时间"))
    month = models.DateField(_("所属月份"), null=True)
    due_fen = models.BigIntegerField(_("应扣税款（分）"), null=True)
    paid_at = models.DateTimeField(_("支付时间"), null=True)
    voided_at = models.DateTimeField(_("退回时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("扣缴记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(income_fen__gt=0, tax_fen__gte=0, tax_fen__lt=F("income_fen")),
                name="withholding_within_income",
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None, month=None, due_fen=None)
                | Q(paid_at__isnull=False, month__isnull=False, due_fen__gte=0),
                name="withholding_paid_whole",
            ),
        ]
        indexes = [models.Index(fields=["owner", "month"], name="withholding_of_owner")]
        permissions = [("export_income", _("导出身份与收入报送文件"))]

    def __str__(self) -> str:
        return self.ref

    @property
    def net_fen(self) -> int:
        """What the payee gets."""
        return self.income_fen - self.tax_fen


class VatAlarm(models.Model):
    """An owner's income of a month reached a share of the limit below which a natural person pays no VAT."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="vat_alarms", verbose_name=_("掌柜")
    )
    month = models.DateField(_("月份"))
    percent = models.PositiveSmallIntegerField(_("达到免税额的 %"))
    income_fen = models.BigIntegerField(_("当月收入（分）"))
    raised_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("增值税提醒")
        constraints = [models.UniqueConstraint(fields=["owner", "month", "percent"], name="vat_alarm_once")]


class CommissionInvoice(models.Model):
    """The platform's invoice to a supplier for a month's gross commission, VAT included; red (negative) when more was
    given back than taken. Amounts never change; only once does it become issued: the database refuses the rest.

    ``number`` names it from the draft on, ``serial`` counts issued ones without a gap, ``tax_number`` is the tax bureau's.
    """

    number = models.CharField(_("编号"), max_length=24, unique=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="commission_invoices", verbose_name=_("供应商")
    )
    month = models.DateField(_("月份"))
    buyer_name = models.CharField(_("购买方名称"), max_length=60)
    buyer_code = models.CharField(_("购买方税号"), max_length=18)
    rate_bp = models.PositiveIntegerField(_("税率（bp）"))
    net_fen = models.BigIntegerField(_("不含税金额（分）"))
    vat_fen = models.BigIntegerField(_("税额（分）"))
    total_fen = models.BigIntegerField(_("价税合计（分）"))
    status = models.CharField(_("状态"), max_length=8, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    serial = models.PositiveIntegerField(_("开票序号"), null=True, unique=True)
    tax_number = models.CharField(_("发票号码"), max_length=20, blank=True)
    drafted_at = models.DateTimeField(_("拟好时间"))
    issued_at = models.DateTimeField(_("开具时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("佣金发票")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "month"], name="commission_invoice_once"),
            models.CheckConstraint(
                condition=Q(total_fen=F("net_fen") + F("vat_fen")) & ~Q(total_fen=0),
                name="commission_invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(status=InvoiceStatus.DRAFT, serial=None, issued_at=None, tax_number="")
                | (
                    Q(status=InvoiceStatus.ISSUED, serial__gte=1, issued_at__isnull=False) & ~Q(tax_number="")
                ),
                name="commission_invoice_issued_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["month"], name="commission_invoice_drafts", condition=Q(status=InvoiceStatus.DRAFT)
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_red(self) -> bool:
        """Whether it gives back (红字发票)."""
        return self.total_fen < 0
