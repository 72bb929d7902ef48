"""What an import remembers beside its report: how a supplier's columns are called, and what it changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier
from suppliers.models.goods import CatalogueImport, Good, Sku


class ColumnMapping(models.Model):
    """Which column is which in files with this header, as the supplier said once."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="column_mappings")
    header_hash = models.CharField(max_length=64)
    columns = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "header_hash"], name="column_mapping_once")
        ]


class ImportChange(models.Model):
    """What an import did to one SKU and its good: ``before`` and ``after`` of each field that it changed; a SKU that it
    created has no ``before``. ``kept`` says why it was not undone.
    """

    catalogue = models.ForeignKey(CatalogueImport, on_delete=models.PROTECT, related_name="changes")
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="import_changes")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="import_changes")
    is_new_good = models.BooleanField()
    before = models.JSONField(null=True)
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    kept = models.CharField(_("未撤销的原因"), max_length=100, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["catalogue", "sku"], name="import_change_once")]
        indexes = [models.Index(fields=["catalogue", "good"], name="import_change_by_good")]
