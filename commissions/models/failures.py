"""Whom a run could not do, and why: staff see it, and the next run tries again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commissions.states import SupplierRun
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.templatetags.kernel_format import local_time


class RunFailure(models.Model):
    """What went wrong last, how often and since when; ``settled_at`` once a later run did it."""

    error = models.CharField(_("错误"), max_length=500)
    attempts = models.PositiveIntegerField(_("次数"), default=1)
    first_at = models.DateTimeField(_("首次失败"))
    last_at = models.DateTimeField(_("最近失败"))
    settled_at = models.DateTimeField(_("已结算"), null=True)

    class Meta:
        abstract = True


class SettlementFailure(RunFailure):
    """An owner whose month could not be settled."""

    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="settlement_failures", verbose_name=_("掌柜")
    )
    month = models.DateField(_("月份"))

    class Meta:
        verbose_name = verbose_name_plural = _("结算失败")
        constraints = [models.UniqueConstraint(fields=["owner", "month"], name="settlement_failure_once")]

    def __str__(self) -> str:
        return f"{self.owner} {local_time(self.month, 'month')}"


class SupplierFailure(RunFailure):
    """A supplier who could not be paid for a week, or told its month; ``period`` is the Tuesday, or the month's first day."""

    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="failures", verbose_name=_("供应商")
    )
    run = models.CharField(_("事项"), max_length=10, choices=SupplierRun)
    period = models.DateField(_("账期"))

    class Meta:
        verbose_name = verbose_name_plural = _("供应商结算失败")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "run", "period"], name="supplier_failure_once")
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.get_run_display()} {local_time(self.period, 'day')}"
