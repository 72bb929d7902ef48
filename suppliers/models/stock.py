"""What happened to the stock: one row for each change, never changed itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.goods import Sku
from suppliers.states import MovementKind
from taoxiaopu.kernel.actors import ActorKind


class StockMovement(models.Model):
    """One change of one SKU's stock. PostgreSQL refuses to change or remove it.

    ``quantity`` is what was added to ``available`` where the kind also changes ``received`` (it may be negative then), and
    how many moved between the columns where it does not; ``balance`` is what could be sold afterwards. ``ref`` is the order,
    the import or the good that it happened for.
    """

    sku = models.ForeignKey(
        Sku, on_delete=models.PROTECT, related_name="movements", verbose_name=_("规格"), db_index=False
    )
    kind = models.CharField(_("原因"), max_length=8, choices=MovementKind)
    quantity = models.BigIntegerField(_("数量"))
    balance = models.BigIntegerField(_("之后可售"))
    ref = models.CharField(_("单号"), max_length=20)
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor_ref = models.CharField(max_length=64)
    person = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("库存流水")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0)
                | (models.Q(quantity__lt=0) & models.Q(kind__in=("set", "import", "undo"))),
                name="movement_quantity",
            ),
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="movement_balance"),
        ]
        indexes = [models.Index(fields=["sku", "-id"], name="movement_of_sku")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
