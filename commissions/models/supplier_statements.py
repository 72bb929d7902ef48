"""A supplier's month as the sealed books tell it (docs/rules.md §6.3, decision 19)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Journal, JournalKind
from suppliers.models import Supplier
from taoxiaopu.kernel.templatetags.kernel_format import local_time


class Amounts(models.Model):
    """What came to a supplier and what left it, in fen: of one journal, or of a month.

    ``commission_fen`` is gross, less what was given back with refunds; ``paid_fen`` what was paid out, less what came
    back; ``corrected_fen`` what people booked by hand. The deposit holds the category bond, too.
    """

    goods_fen = models.BigIntegerField(_("商品货款（分）"))
    freight_fen = models.BigIntegerField(_("运费（分）"))
    commission_fen = models.BigIntegerField(_("佣金（分）"))
    refunded_fen = models.BigIntegerField(_("结清后退款（分）"))
    compensated_fen = models.BigIntegerField(_("赔付（分）"))
    paid_fen = models.BigIntegerField(_("打款（分）"))
    deposited_fen = models.BigIntegerField(_("缴保证金（分）"))
    corrected_fen = models.BigIntegerField(_("更正（分）"))

    class Meta:
        abstract = True

    @property
    def sold_fen(self) -> int:
        """Goods and freight."""
        return self.goods_fen + self.freight_fen


CHANGE = (
    F("goods_fen") + F("freight_fen") - F("commission_fen") - F("refunded_fen") - F("compensated_fen")
    - F("paid_fen") + F("deposited_fen") + F("corrected_fen")
)  # fmt: skip


class SupplierStatement(Amounts):
    """A supplier's month. Never changed once written: the database refuses it.

    It tells the journals that were sealed by ``through_id`` and are on no earlier one: those of the month, and those that
    were booked late into a month before it. Each statement opens with the balances that the one before closes with.
    """

    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="statements", verbose_name=_("供应商")
    )
    month = models.DateField(_("月份"))
    through_id = models.BigIntegerField(_("截至日记账"))
    lines = models.PositiveIntegerField(_("笔数"))
    opening_payable_fen = models.BigIntegerField(_("期初应付货款（分）"))
    closing_payable_fen = models.BigIntegerField(_("期末应付货款（分）"))
    opening_deposit_fen = models.BigIntegerField(_("期初保证金（分）"))
    closing_deposit_fen = models.BigIntegerField(_("期末保证金（分）"))
    opening_debt_fen = models.BigIntegerField(_("期初欠款（分）"))
    closing_debt_fen = models.BigIntegerField(_("期末欠款（分）"))
    made_at = models.DateTimeField(_("出单时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("货款月结单")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "month"], name="supplier_statement_once"),
            models.CheckConstraint(
                condition=Q(
                    closing_payable_fen=F("opening_payable_fen")
                    + F("opening_deposit_fen")
                    - F("opening_debt_fen")
                    + CHANGE
                    - F("closing_deposit_fen")
                    + F("closing_debt_fen")
                ),
                name="supplier_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(closing_payable_fen__gte=0, closing_deposit_fen__gte=0, closing_debt_fen__gte=0),
                name="supplier_statement_balances",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {local_time(self.month, 'month')}"

    @property
    def earned_fen(self) -> int:
        """What the month's orders, refunds and corrections left: everything but payouts and deposits."""
        taken = self.commission_fen + self.refunded_fen + self.compensated_fen
        return self.sold_fen - taken + self.corrected_fen

    @property
    def number(self) -> str:
        """What it is called, and its files."""
        return f"{self.supplier.public_id}-{self.month:%Y%m}"


class SupplierStatementLine(Amounts):
    """One journal on a statement: its parts, and what it changed in the supplier's accounts, each on its own side."""

    statement = models.ForeignKey(SupplierStatement, on_delete=models.PROTECT, related_name="items")
    # Without a constraint in the database, which would lock each journal once more: verify looks.
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=20)  # the journal's
    payable_fen = models.BigIntegerField(_("应付货款变动（分）"))
    deposit_fen = models.BigIntegerField(_("保证金变动（分）"))
    debt_fen = models.BigIntegerField(_("欠款变动（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("货款月结明细")
        constraints = [
            models.UniqueConstraint(fields=["statement", "journal"], name="supplier_statement_line_once"),
            models.CheckConstraint(
                condition=Q(payable_fen=CHANGE - F("deposit_fen") + F("debt_fen")),
                name="supplier_statement_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(corrected_fen=0) | Q(kind=JournalKind.MANUAL),
                name="supplier_statement_line_explained",
            ),
        ]

    @property
    def label(self) -> str:
        """What happened, in words."""
        return str(JournalKind(self.kind).label)
