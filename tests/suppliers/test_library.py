"""Publishing by barcode: the library grows from listed goods, the first one stays, a hit fills the form."""

from dataclasses import replace

import pytest
from django.urls import reverse

from suppliers import services as suppliers
from suppliers.models import BarcodeEntry
from suppliers.services import GoodDraft
from suppliers.services.library import correct_barcode
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
CODE = "6901234567892"
DRAFT = GoodDraft(
    "棉质短袖", "apparel", "山茶花", "", 9_900, 5, 2000, barcode=CODE, attributes={"fabric": "纯棉"}
)


def test_the_library_grows_from_listed_goods_and_the_first_stays() -> None:
    supplier = story.supplier(AT)
    actor = story.supplier_actor(supplier)
    held = suppliers.create_good(
        supplier=supplier, draft=replace(DRAFT, title="特供短袖"), actor=actor, at=AT
    )
    assert not BarcodeEntry.objects.exists()
    suppliers.create_good(supplier=supplier, draft=DRAFT, actor=actor, at=AT)
    suppliers.approve_good(public_id=held.public_id, actor=story.SYSTEM_STAFF, at=AT)
    entry = BarcodeEntry.objects.get()
    assert (entry.code, entry.title, entry.brand, entry.category.code, entry.attributes) == (
        CODE, "棉质短袖", "山茶花", "apparel", {"fabric": "纯棉"},
    )  # fmt: skip
    refused = suppliers.create_good(
        supplier=supplier, draft=replace(DRAFT, title="特供", barcode="96385074"), actor=actor, at=AT
    )
    suppliers.approve_good(public_id=refused.public_id, actor=story.SYSTEM_STAFF, at=AT)
    assert BarcodeEntry.objects.get(code="96385074").title == "特供"


def test_staff_correct_an_entry() -> None:
    story.good(story.supplier(AT), AT, barcode=CODE)
    entry = BarcodeEntry.objects.get()
    with pytest.raises(BadInput):
        correct_barcode(
            entry=entry, title=" ", brand="", category_code="food", actor=story.SYSTEM_STAFF, at=AT
        )
    row = correct_barcode(
        entry=entry, title="乌龙茶", brand="", category_code="food", actor=story.SYSTEM_STAFF, at=AT
    )
    assert (row.title, row.brand, row.category.code, row.good.title) == ("乌龙茶", "", "food", "滋润面霜 50g")


def test_a_scan_opens_the_form_filled_or_empty() -> None:
    client, supplier = member(clock.now())
    suppliers.create_good(
        supplier=supplier, draft=DRAFT, actor=story.supplier_actor(supplier), at=clock.now()
    )
    scan, new = reverse("supplier:good-scan"), reverse("supplier:good-new")
    assert client.get(scan).status_code == 200
    hit = client.get(scan, {"code": "６９０１２３４５６７８９２"})
    assert hit["Location"] == f"{new}?barcode={CODE}"
    form = client.get(hit["Location"]).context["form"]
    assert form.initial == {"barcode": CODE, "title": "棉质短袖", "brand": "山茶花", "category": "apparel"}
    assert form.attributes.initial == {"fabric": "纯棉"}
    miss = client.get(new, {"barcode": "96385074"})
    assert miss.context["form"].initial == {"barcode": "96385074"}
    assert "条码库中没有 96385074" in miss.text
    for wrong, words in (("6901234567893", "校验位正确"), ("6.9E+12", "科学计数法")):
        refused = client.get(scan, {"code": wrong})
        assert (refused.status_code, words in refused.text) == (422, True)
    assert client.get(new, {"barcode": "x"}).context["form"].initial == {}


def test_another_suppliers_brand_is_not_filled_in() -> None:
    story.good(story.supplier(AT, 7, brands=("海棠", "山茶花")), AT, barcode=CODE)
    client, supplier = member(clock.now())
    supplier.brands.all().delete()
    form = client.get(reverse("supplier:good-new"), {"barcode": CODE}).context["form"]
    assert (form.initial["title"], form.initial["brand"]) == ("滋润面霜 50g", "")
