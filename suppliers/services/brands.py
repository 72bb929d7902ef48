"""Which brands are widely known, as staff say (docs/rules.md §1.3 rule 28)."""

from datetime import datetime

from django.db import transaction

from suppliers.models import Supplier, SupplierBrand
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound


def mark_brand(
    *, supplier: Supplier, name: str, is_known: bool, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """Say that a supplier's brand is widely known, or no longer; the same again changes nothing. Raises NotFound."""
    with transaction.atomic():
        brands = SupplierBrand.objects.filter(supplier=supplier, name=name)
        if not brands.exists():
            raise NotFound
        if not brands.exclude(is_known=is_known).update(is_known=is_known):
            return
        audit.record(
            actor=actor, subject_type="supplier", subject_ref=supplier.public_id, at=at,
            event="brand_known" if is_known else "brand_unknown", reason=f"{name} {reason}".strip(),
        )  # fmt: skip
