"""Undoing an import: what nobody touched goes back, what somebody did is kept with the reason; once, also after kill -9."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from orders import services as orders
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import CatalogueImport, Good, ImportChange, Sku, StockMovement, Supplier
from suppliers.services import ImportDefaults, undoing
from suppliers.states import ImportStatus
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.models import Job, JobStatus
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

ROOT = Path(__file__).resolve().parents[2]
NOW = story.noon(2026, 10, 5)
LATER = NOW + timedelta(hours=24)
DEFAULTS = ImportDefaults("beauty", 200, 2000)
HEADER = "商品编号,标题,规格,价格,库存,商品描述"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company() -> Supplier:
    return story.supplier(NOW)


def imported(company: Supplier, *lines: str) -> CatalogueImport:
    raw = "".join(f"{line}\n" for line in (HEADER, *lines)).encode()
    made = suppliers.preview_import(
        supplier=company, person="tests", filename="a.csv", raw=raw, defaults=DEFAULTS, at=NOW
    )
    list(suppliers.run_import_now(catalogue=made, now=lambda: NOW))
    made.refresh_from_db()
    return made


def undo(catalogue: CatalogueImport, at=LATER) -> CatalogueImport:
    actor = story.supplier_actor(catalogue.supplier)
    suppliers.undo_import(catalogue=catalogue, actor=actor, at=at)
    assert jobs.work_off(undoing.UNDO_IMPORT, at=at, work=suppliers.run_undo) == 1
    catalogue.refresh_from_db()
    return catalogue


def kept(catalogue: CatalogueImport) -> dict[str, str]:
    found = ImportChange.objects.filter(catalogue=catalogue).exclude(kept="")
    return dict(found.values_list("good__source_id", "kept"))


def buy(good: Good, at=NOW):
    sku = Sku.objects.get(good=good)
    return orders.place_trade(
        items=[orders.Item(sku.pk, 1, None, sku.price_fen)],
        delivery=orders.Delivery("李青禾", "13911112222", "浙江省杭州市西湖区文三路 1 号"),
        visitor="v1",
        at=at,
    )


def test_new_goods_leave_the_shelf_and_old_ones_are_as_they_were(company):
    imported(company, "A1,面霜,50g,99,7,滋润")
    before = Good.objects.values("title", "description", "price_from_fen", "status").get()
    second = imported(
        company, "A1,面霜 新,50g,89,9,清爽", "A2,乳液,,59,3,", "A3,精华,小,159,3,", "A3,精华,大,259,3,"
    )
    undone = undo(second)
    assert (undone.status, undone.undone, undone.kept, kept(undone)) == (ImportStatus.UNDONE, 4, 0, {})
    old = Good.objects.get(source_id="A1")
    assert Good.objects.values("title", "description", "price_from_fen", "status").get(pk=old.pk) == before
    assert (old.version, Sku.objects.get(good=old).available) == (3, 7)
    new = Good.objects.exclude(pk=old.pk)
    assert set(new.values_list("status", "source_id")) == {("delisted", "")}
    assert set(Sku.objects.filter(good__in=new).values_list("received", "available")) == {(0, 0)}
    undos = StockMovement.objects.filter(kind="undo")
    assert sorted(undos.values_list("quantity", "balance")) == [(-3, 0), (-3, 0), (-3, 0), (-2, 7)]
    assert set(undos.values_list("ref", "actor_kind", "person")) == {(second.public_id, "supplier", "tests")}
    assert [entry.event for entry in history("import", second.public_id)] == ["undo"]
    assert [entry.event for entry in history("good", new[0].public_id)] == ["delist"]
    assert verify().bad_rows == 0


def test_the_same_file_can_be_imported_anew(company):
    first = undo(imported(company, "A1,面霜,,99,7,"))
    again = imported(company, "A1,面霜,,99,7,")
    assert (first.undone, again.to_create) == (1, 1)
    assert Good.objects.get(source_id="A1").status == "listed"


def test_what_somebody_touched_is_kept_and_says_why(company):
    imported(company, "U1,旧一,,10,5,", "U2,旧二,,10,5,", "U3,旧三,,10,0,")
    second = imported(
        company, "N1,面霜 1,,99,7,", "N2,面霜 2,,99,7,", "N3,面霜 3,,99,7,", "N4,特供面霜,,99,7,", "N5,面霜 5,,99,7,",
        "U1,新一,,11,5,", "U2,旧二,,11,5,", "U3,旧三,,10,1,",
    )  # fmt: skip
    good = {g.source_id: g for g in Good.objects.select_related("supplier")}
    actor = story.supplier_actor(company)
    buy(good["N1"])
    suppliers.change_terms(good=good["N2"], price_fen=8_800, actor=actor, at=NOW)
    suppliers.set_stock(good=good["N3"], available=8, actor=actor, at=NOW)
    suppliers.change_terms(good=good["U1"], price_fen=1_200, actor=actor, at=NOW)
    buy(good["U3"])
    undone = undo(second)
    assert kept(undone) == {
        "N1": "已有订单", "N2": "之后改过", "N3": "之后改过", "N4": "正在审核", "U1": "之后改过", "U3": "导入的库存已被占用或售出",
    }  # fmt: skip
    assert (undone.undone, undone.kept) == (2, 6)
    assert dict(Good.objects.filter(source_id__in=["U1", "U2"]).values_list("source_id", "price_from_fen")) == {
        "U1": 1_200, "U2": 1_000,
    }  # fmt: skip
    assert Good.objects.get(pk=good["N5"].pk).status == "delisted"
    assert set(Good.objects.filter(source_id__startswith="N").values_list("status", flat=True)) == {
        "listed",
        "held",
    }
    assert verify().bad_rows == 0


def test_an_import_on_top_keeps_the_one_below(company):
    first = imported(company, "A1,面霜,,99,7,")
    imported(company, "A1,面霜 新,,99,7,")
    assert kept(undo(first)) == {"A1": "之后改过"}


def test_a_sku_more_of_an_old_good_has_nothing_left_to_sell(company):
    imported(company, "A1,面霜,50g,99,7,")
    undone = undo(imported(company, "A1,面霜,100g,89,7,"))
    assert (undone.undone, undone.kept) == (1, 0)
    assert dict(Sku.objects.values_list("name", "available")) == {"50g": 7, "100g": 0}
    assert verify().bad_rows == 0


def test_until_the_last_moment_and_not_after_it(company):
    first, second = imported(company, "A1,面霜,,99,7,"), imported(company, "A2,乳液,,99,7,")
    before = picture()
    with pytest.raises(errors.UndoOver) as refused:
        suppliers.undo_import(
            catalogue=first, actor=story.supplier_actor(company), at=LATER + timedelta(microseconds=1)
        )
    assert refused.value.sentence == "只有完成后 24 小时内的导入可以撤销，且只能撤销一次"
    assert picture() == before
    assert undo(second, LATER).status == ImportStatus.UNDONE


def test_a_second_undo_changes_nothing(company):
    made = undo(imported(company, "A1,面霜,,99,7,"))
    before = picture()
    with pytest.raises(errors.UndoOver):
        suppliers.undo_import(catalogue=made, actor=story.supplier_actor(company), at=LATER)
    assert jobs.work_off(undoing.UNDO_IMPORT, at=LATER, work=suppliers.run_undo) == 0
    suppliers.run_undo(Job.objects.get(kind=undoing.UNDO_IMPORT))
    assert picture() == before | {"kernel_job": picture()["kernel_job"]}


def test_what_is_no_more_than_a_preview_is_not_undone(company):
    made = suppliers.preview_import(
        supplier=company, person="tests", filename="a.csv", raw=f"{HEADER}\nA1,面霜,,99,7,\n".encode(),
        defaults=DEFAULTS, at=NOW,
    )  # fmt: skip
    with pytest.raises(errors.UndoOver):
        suppliers.undo_import(catalogue=made, actor=story.supplier_actor(company), at=NOW)


def test_the_pages_of_an_undo():
    client, company = member(NOW)
    made = imported(company, "A1,面霜,,99,7,", "A2,特供乳液,,99,7,")
    CatalogueImport.objects.filter(pk=made.pk).update(finished_at=clock.now())
    address = reverse("supplier:import-detail", args=[made.public_id])
    assert "撤销这次导入" in client.get(address).text
    assert client.post(reverse("supplier:import-undo", args=[made.public_id])).status_code == 302
    assert "正在撤销" in client.get(address).text
    progress = client.get(reverse("supplier:import-progress", args=[made.public_id]))
    assert "hx-get" in progress.text
    assert "HX-Refresh" not in progress
    assert jobs.work_off(undoing.UNDO_IMPORT, at=clock.now(), work=suppliers.run_undo) == 1
    page = client.get(address).text
    assert "撤销了 1 项，1 项没有撤销。" in page
    assert "正在审核" in page
    assert client.get(reverse("supplier:import-progress", args=[made.public_id]))["HX-Refresh"] == "true"
    movements = client.get(
        reverse("supplier:good-movements", args=[Good.objects.get(source_id="").public_id])
    ).text
    assert "撤销导入" in movements
    assert "-7" in movements


# Undoes in chunks of 10 goods and is killed by itself, at once and without a word, at 20.
DOOMED = """
import os, signal, sys
import django
django.setup()
from suppliers import services as suppliers
from suppliers.services import undoing
from taoxiaopu.kernel import jobs
from datetime import datetime
undoing.GOODS_AT_ONCE = 10
progress = jobs.progress
def until_20(job, *, done, total, at):
    progress(job, done=done, total=total, at=at)
    if done >= 20:
        os.kill(os.getpid(), signal.SIGKILL)
jobs.progress = until_20
at = datetime.fromisoformat(sys.argv[2])
jobs.run_claimed(jobs.claim(int(sys.argv[1]), at=at), at=at, work=suppliers.run_undo)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_undo_goes_on_where_it_was(settings):
    company = story.supplier(NOW)
    made = imported(company, *(f"A{n},面霜 {n},,99,7," for n in range(35)))
    suppliers.undo_import(catalogue=made, actor=Actor(ActorKind.SUPPLIER, company.public_id, "tests"), at=NOW)
    job = Job.objects.get(kind=undoing.UNDO_IMPORT)
    there = connection.settings_dict
    address = (
        f"postgresql://{quote(there['USER'])}:{quote(there['PASSWORD'])}@{there['HOST']}:{there['PORT']}"
        f"/{there['NAME']}"
    )
    killed = subprocess.run(
        [sys.executable, "-c", DOOMED, str(job.pk), NOW.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_OWNER_URL": address, "DATA_DIR": str(settings.DATA_DIR)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    made.refresh_from_db()
    assert (made.status, made.undone, Good.objects.filter(status="delisted").count()) == ("undoing", 20, 20)
    job.refresh_from_db()
    after = job.lease_until + timedelta(seconds=1)
    assert jobs.work_off(undoing.UNDO_IMPORT, at=after, work=suppliers.run_undo) == 1
    made.refresh_from_db()
    job.refresh_from_db()
    assert (made.status, made.undone, made.kept, job.status) == ("undone", 35, 0, JobStatus.DONE)
    assert set(Sku.objects.values_list("available", flat=True)) == {0}
    assert StockMovement.objects.filter(kind="undo").count() == 35
    assert verify().bad_rows == 0
