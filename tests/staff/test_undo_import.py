"""Staff look at a supplier's import, column by column and line by line, and undo it within its hours, with a reason."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import CatalogueImport, Good, StockMovement, Supplier
from suppliers.services import ImportDefaults, undoing
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import BadInput
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company() -> Supplier:
    return story.supplier(clock.now() - timedelta(days=2))


def imported(company: Supplier, *lines: str) -> CatalogueImport:
    at = clock.now()
    raw = "".join(f"{line}\n" for line in ("商品编号,标题,价格,库存,仓位", *lines)).encode()
    made = suppliers.preview_import(
        supplier=company, person="tests", filename="秋款.csv", raw=raw,
        defaults=ImportDefaults("beauty", 200, 2000), at=at,
    )  # fmt: skip
    made = suppliers.map_columns(catalogue=made, columns=["source_id", "title", "price", "stock", "-"], at=at)
    list(suppliers.run_import_now(catalogue=made, now=lambda: at))
    made.refresh_from_db()
    return made


def test_the_page_shows_columns_and_changes_and_undoes(judge: User, desk: Client, company: Supplier) -> None:
    imported(company, "A1,滋润面霜,39.00,5,甲")
    made = imported(company, "A1,滋润面霜,41.00,9,甲", "A2,护手霜,19.00,5,乙")
    address = reverse("admin:suppliers_catalogueimport_change", args=[made.pk])
    page = desk.get(address).content.decode()
    for words in ("仓位", "不导入", "售价 ¥39.00 → ¥41.00", "库存 +4", "新建商品", "撤销导入"):
        assert words in page, words
    act = reverse("admin:suppliers_catalogueimport_act", args=[made.pk, "undo"])
    assert desk.post(act, {"reason": ""}).status_code == 400
    assert desk.post(act, {"reason": "供应商来电，传错了文件"}).status_code == 302
    assert jobs.work_off(undoing.UNDO_IMPORT, at=clock.now(), work=suppliers.run_undo) == 1
    made.refresh_from_db()
    assert (made.status, made.undone, made.undone_by) == ("undone", 2, judge.public_id)
    assert Good.objects.get(source_id="A1").price_from_fen == 3_900
    assert not Good.objects.filter(source_id="A2").exists()
    entry = history("import", made.public_id).get()
    assert (entry.event, entry.actor_kind, entry.actor_ref, entry.reason) == (
        "undo", "staff", judge.public_id, "供应商来电，传错了文件",
    )  # fmt: skip
    assert set(StockMovement.objects.filter(kind="undo").values_list("actor_kind", flat=True)) == {"staff"}
    letter = company.members.get().user.letters.get(kind="import_undone")
    assert letter.facts == {"filename": "秋款.csv", "reason": "供应商来电，传错了文件"}
    page = desk.get(address).content.decode()
    assert ("act/undo/" in page, "已撤销" in page) == (False, True)


def test_only_within_its_hours_and_with_a_reason(desk: Client, company: Supplier) -> None:
    made = imported(company, "A1,滋润面霜,39.00,5,甲")
    staff = Actor(ActorKind.STAFF, "anna", "anna")
    end = made.finished_at + timedelta(hours=24)
    before = picture()
    with pytest.raises(BadInput):
        suppliers.undo_import(catalogue=made, actor=staff, at=end, reason=" x ")
    with pytest.raises(errors.UndoOver):
        suppliers.undo_import(catalogue=made, actor=staff, at=end + timedelta(seconds=1), reason="传错了")
    assert picture() == before
    suppliers.undo_import(catalogue=made, actor=staff, at=end, reason="传错了")
    made.refresh_from_db()
    assert made.status == "undoing"
