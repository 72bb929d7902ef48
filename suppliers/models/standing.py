"""What disputes know of a supplier's violations, written down here by them (docs/rules.md §4)."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier


class SupplierStanding(models.Model):
    """Violation points of ``points_year`` and what they do. A supplier without a row has none."""

    supplier = models.OneToOneField(Supplier, on_delete=models.CASCADE, related_name="standing")
    points = models.PositiveSmallIntegerField(_("违规分"), default=0)
    points_year = models.PositiveSmallIntegerField(default=0)
    stopped_until = models.DateTimeField(_("停止上新至"), null=True)
    hidden_until = models.DateTimeField(_("商品隐藏至"), null=True)
    doubles_deposit = models.BooleanField(_("保证金加倍"), default=False)
    is_closed = models.BooleanField(_("已清退"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("供应商状况")
        indexes = [
            models.Index(
                fields=["points_year"], name="supplier_with_points", condition=models.Q(points__gt=0)
            )
        ]

    def stops_listing(self, at: datetime) -> bool:
        """Whether violation points stop new goods (docs/rules.md §4)."""
        return self.is_closed or (self.stopped_until is not None and at < self.stopped_until)
