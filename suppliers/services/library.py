"""The code library: barcodes and what they were first listed as (docs/rules.md §1.3 rule 37)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from suppliers.models import BarcodeEntry, Category, Good, Sku
from suppliers.states import GoodStatus
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows


def learn_barcodes(good: Good, *, at: datetime) -> None:
    """Keep the barcodes of a good that is listed; a code that is known stays what it was."""
    if good.status != GoodStatus.LISTED:
        return
    codes = Sku.objects.filter(good=good, is_on=True).exclude(barcode="").values_list("barcode", flat=True)
    BarcodeEntry.objects.bulk_create(
        [
            BarcodeEntry(
                code=code,
                title=good.title,
                brand=good.brand,
                category=good.category,
                attributes=good.attributes,
                good=good,
                created_at=at,
            )
            for code in sorted(set(codes))
        ],
        ignore_conflicts=True,
    )


def correct_barcode(
    *, entry: BarcodeEntry, title: str, brand: str, category_code: str, actor: Actor, at: datetime
) -> BarcodeEntry:
    """Staff corrects what a code stands for; goods stay as they are. Raises BadInput, NotFound."""
    category = Category.objects.filter(code=category_code).first()
    if category is None or not 1 <= len(title.strip()) <= 120 or len(brand.strip()) > 40:
        raise BadInput(what=_("请填写标题（120 字内）、品牌（40 字内）和类目"))
    with transaction.atomic():
        rows = lock_rows(BarcodeEntry.objects.filter(pk=entry.pk))
        if not rows:
            raise NotFound
        row = rows[0]
        if row.category != category:
            row.attributes = {}
        row.title, row.brand, row.category = title.strip(), brand.strip(), category
        row.save()
        audit.record(
            actor=actor,
            subject_type="good",
            subject_ref=row.good.public_id,
            event="barcode",
            at=at,
            reason=row.code,
        )
    return row
