"""Changes of many goods at once, with what was there before, so that they can be taken back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier
from suppliers.models.goods import Good, Sku
from suppliers.states import BulkAction
from taoxiaopu.kernel.ids import public_id


class BulkEdit(models.Model):
    """One change of many goods. ``value``: fen for prices, units for stock, bp for rates and percentages, 0 for the shelf."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="bulk_edits")
    person = models.CharField(max_length=64)
    action = models.CharField(_("改动"), max_length=16, choices=BulkAction)
    value = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(_("改动数"))
    refused = models.PositiveIntegerField(_("未改动数"))
    made_at = models.DateTimeField(_("时间"))
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    restored = models.PositiveIntegerField(_("恢复数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("批量修改")
        indexes = [models.Index(fields=["supplier", "-id"], name="bulk_edit_of_supplier")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.changed}"


class BulkEditLine(models.Model):
    """What happened to one SKU (price, stock) or good (rate, shelf). ``mark`` is what must still be there to undo it: the
    price, the rate, the status's number, and of stock how much was ever received, which sales leave alone.
    """

    edit = models.ForeignKey(BulkEdit, on_delete=models.CASCADE, related_name="lines")
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+", null=True)
    old = models.BigIntegerField()
    new = models.BigIntegerField()
    mark = models.BigIntegerField()
    old_next = models.BigIntegerField(null=True)  # a lower rate that was waiting before
    is_restored = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edit", "good", "sku"], name="bulk_line_once", nulls_distinct=False
            )
        ]
