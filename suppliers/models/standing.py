"""What upper apps know and write down here: violations of a supplier (docs/rules.md §4), what became of a good's orders."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier
from suppliers.models.goods import Good


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


class GoodRecord(models.Model):
    """What became of the order lines of a good that were paid in the last GOOD_RECORD_D days, counted every night by orders.

    A good without a row had none.
    """

    good = models.OneToOneField(Good, on_delete=models.CASCADE, primary_key=True, related_name="record")
    ordered = models.PositiveIntegerField()
    refunded = models.PositiveIntegerField()
    shipped = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    refunded__lte=models.F("ordered"),
                    shipped__lte=models.F("ordered"),
                    late__lte=models.F("ordered"),
                ),
                name="good_record_within_orders",
            )
        ]
