"""Imports of catalogues: exact figures, idempotence, a killed worker, brands of one's own, bad files."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from suppliers import errors
from suppliers import services as suppliers
from suppliers.catalogue_file import NotText, TooManyRows, WrongColumns, WrongEncoding
from suppliers.models import CatalogueImport, Good, ImportLine, Sku, Supplier, SupplierBrand
from suppliers.services import ImportDefaults
from suppliers.services import imports as services
from suppliers.states import ImportStatus
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.models import Job, JobStatus
from tests.factories import story

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "suppliers" / "samples" / "catalogue_gbk.csv"
REAL_FILE = ROOT.parent / "shared" / "data" / "taobao_beauty_2016_gbk.csv"
NOW = story.noon(2026, 10, 5)
HEADER = "update_time,id,title,price,sale_count,comment_count,店名\n"
DEFAULTS = ImportDefaults("beauty", 200, 2000)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    ensure_reference()


def preview(raw: bytes, supplier: Supplier | None = None, **changes) -> CatalogueImport:
    arguments = {"person": "tests", "filename": "catalogue.csv", "defaults": DEFAULTS, "at": NOW} | changes
    return suppliers.preview_import(supplier=supplier, raw=raw, **arguments)


def run(catalogue: CatalogueImport) -> list[tuple[int, int]]:
    steps = list(suppliers.run_import_now(catalogue=catalogue, now=lambda: NOW))
    catalogue.refresh_from_db()
    return steps


def rows_of(*tables) -> list[list[dict]]:
    return [list(table.objects.order_by("pk").values()) for table in tables]


def csv(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def figures(row: CatalogueImport) -> dict[str, int]:
    names = (
        *("lines", "goods", "to_create", "to_update", "unchanged", "held", "repeats", "superseded"),
        *("foreign_brand", "errors", "done_rows"),
    )
    return {name: getattr(row, name) for name in names}


def test_the_sample_gives_exact_figures():
    catalogue = preview(SAMPLE.read_bytes())
    expected = {
        "lines": 120, "goods": 42, "to_create": 42, "to_update": 0, "unchanged": 0, "held": 6,
        "repeats": 5, "superseded": 66, "foreign_brand": 0, "errors": 7, "done_rows": 0,
    }  # fmt: skip
    assert figures(catalogue) == expected
    assert (catalogue.encoding, catalogue.status) == ("gb18030", ImportStatus.PREVIEW)
    assert Good.objects.count() == 0
    assert run(catalogue) == [(42, 42)]
    assert figures(catalogue) == expected | {"done_rows": 42}
    assert (catalogue.status, catalogue.percent, catalogue.finished_at) == (ImportStatus.DONE, 100, NOW)
    assert dict(Counter(Good.objects.values_list("brand", flat=True))) == dict.fromkeys(
        ("云岭拾穗", "潮间食集", "栀白研", "豆丁芽", "木屿居", "棉里川"), 7
    )
    assert Supplier.objects.count() == 6
    assert dict(Counter(Good.objects.values_list("status", flat=True))) == {"listed": 36, "held": 6}
    tea = Good.objects.select_related("supplier", "category").get(source_id="M710009559320")
    assert (tea.title, tea.price_from_fen, tea.market_sales, tea.market_comments, str(tea.market_seen_on)) == (
        "高山白茶饼 300g 阳光萎凋 耐泡礼盒", 12_800, 8668, 750, "2026-09-15",
    )  # fmt: skip
    assert (tea.supplier.name, tea.category.code, tea.rate_bp, tea.status) == (
        "云岭拾穗", "beauty", 2000, "listed",
    )  # fmt: skip
    sku = Sku.objects.get(good=tea)
    assert (sku.price_fen, sku.received, sku.available, sku.reserved, sku.sold) == (12_800, 200, 200, 0, 0)
    assert verify().bad_rows == 0


def test_the_report_names_each_line_and_reason():
    catalogue = preview(SAMPLE.read_bytes())
    report = ImportLine.objects.filter(catalogue=catalogue)
    assert dict(Counter(report.values_list("outcome", flat=True))) == {"held": 6, "error": 7, "repeat": 5}
    numbers = list(report.order_by("id").values_list("line_no", flat=True))
    assert numbers == sorted(numbers)
    bad_price = report.get(source_id="M990000000001")
    assert bad_price.reason == ("价格“1e3”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数")
    held = report.get(outcome="held", source_id="M710076574244")
    assert held.reason == "标题含须审核的词：祛斑"


def test_a_second_import_changes_nothing():
    run(preview(SAMPLE.read_bytes()))
    before = rows_of(Good, Sku, Supplier, SupplierBrand)
    again = preview(SAMPLE.read_bytes())
    assert (again.to_create, again.to_update, again.unchanged) == (0, 0, 42)
    run(again)
    assert rows_of(Good, Sku, Supplier, SupplierBrand) == before


def test_a_newer_snapshot_updates_and_an_older_one_does_not():
    run(preview(csv("2026-09-15,A1,面霜 50g,99,10,1,花田")))
    newer = preview(csv("2026-09-16,A1,面霜 50g 新装,89.5,12,2,花田"))
    assert (newer.to_create, newer.to_update, newer.unchanged) == (0, 1, 0)
    run(newer)
    good = Good.objects.get()
    assert (good.title, good.price_from_fen, good.version, good.market_sales) == (
        "面霜 50g 新装",
        8_950,
        2,
        12,
    )
    assert Sku.objects.get().price_fen == 8_950
    before = rows_of(Good, Sku)
    older = preview(csv("2026-09-14,A1,面霜 旧装,79,1,1,花田"))
    assert (older.to_update, older.unchanged) == (0, 1)
    run(older)
    assert rows_of(Good, Sku) == before


def test_a_title_that_becomes_doubtful_is_held_and_one_that_becomes_clean_is_listed():
    run(preview(csv("2026-09-15,A1,面霜 50g,99,,,花田", "2026-09-15,A2,特供面霜,99,,,花田")))
    assert dict(Good.objects.values_list("source_id", "status")) == {"A1": "listed", "A2": "held"}
    run(preview(csv("2026-09-16,A1,祛斑面霜 50g,99,,,花田", "2026-09-16,A2,面霜,99,,,花田")))
    assert dict(Good.objects.values_list("source_id", "status")) == {"A1": "held", "A2": "listed"}
    assert dict(Good.objects.values_list("source_id", "held_words")) == {"A1": "祛斑", "A2": ""}


def test_a_supplier_imports_its_own_brand_only():
    company = story.supplier(NOW)
    raw = csv("2026-09-15,A1,山茶花面霜,99,,,山茶花", "2026-09-15,B1,别家面霜,88,,,别家")
    catalogue = preview(raw, company)
    assert (catalogue.goods, catalogue.to_create, catalogue.foreign_brand) == (1, 1, 1)
    line = ImportLine.objects.get(catalogue=catalogue)
    assert (line.line_no, line.outcome, line.source_id) == (3, "foreign", "B1")
    assert line.reason == "品牌“别家”不在您的授权品牌中"
    run(catalogue)
    assert list(Good.objects.values_list("supplier_id", "source_id")) == [(company.pk, "A1")]
    assert Supplier.objects.count() == 1


def test_the_same_source_id_of_two_suppliers_are_two_goods():
    first, second = story.supplier(NOW), story.supplier(NOW, 2)
    raw = csv("2026-09-15,A1,山茶花面霜,99,,,山茶花")
    run(preview(raw, first))
    run(preview(raw, second))
    assert set(Good.objects.values_list("supplier_id", "source_id")) == {(first.pk, "A1"), (second.pk, "A1")}


def test_a_confirmed_import_is_done_by_a_job_once():
    catalogue = preview(csv("2026-09-15,A1,面霜,99,,,花田"))
    suppliers.start_import(catalogue=catalogue, at=NOW)
    with pytest.raises(errors.ImportOver):
        suppliers.start_import(catalogue=catalogue, at=NOW)
    assert jobs.work_off(services.RUN_IMPORT, at=NOW, work=suppliers.run_import) == 1
    assert jobs.work_off(services.RUN_IMPORT, at=NOW, work=suppliers.run_import) == 0
    catalogue.refresh_from_db()
    assert (catalogue.status, Good.objects.count()) == (ImportStatus.DONE, 1)
    assert Job.objects.get().status == JobStatus.DONE


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"PK\x03\x04xlsx", NotText),
        ("时间,id\n1,2\n".encode(), WrongColumns),
        (HEADER.encode() + b"2026-09-15,A1,\xff\xfe" + "面霜,99,,,花田\n".encode() * 40, WrongEncoding),
        ((HEADER + "2026-09-15,A1,面霜,99,,,花田\n" * (services.STAFF_ROWS + 1)).encode(), TooManyRows),
    ],
)
def test_a_bad_file_imports_nothing(raw, error):
    with pytest.raises(error):
        preview(raw)
    assert CatalogueImport.objects.count() == 0


@pytest.mark.parametrize("price", ["1e3", "0", "-1", "NaN", "12.345", "1_000", "99999999", "免费"])
def test_a_bad_price_is_one_line_of_the_report(price):
    catalogue = preview(csv(f"2026-09-15,A1,面霜,{price},,,花田", "2026-09-15,A2,乳液,99,,,花田"))
    assert (catalogue.errors, catalogue.goods) == (1, 1)
    line = ImportLine.objects.get(catalogue=catalogue)
    assert (line.line_no, line.source_id) == (2, "A1")
    assert line.reason.startswith(f"价格“{price}”无法识别")


@pytest.mark.parametrize(
    ("defaults", "error"),
    [
        (ImportDefaults("beauty", 200, 99), errors.RateOutOfRange),
        (ImportDefaults("beauty", 200, 5001), errors.RateOutOfRange),
        (ImportDefaults("beauty", -1, 2000), errors.BadStock),
        (ImportDefaults("beauty", 10_000_000, 2000), errors.BadStock),
        (ImportDefaults("nowhere", 200, 2000), BadInput),
    ],
)
def test_bad_defaults_are_refused(defaults, error):
    with pytest.raises(error):
        preview(SAMPLE.read_bytes(), defaults=defaults)
    assert CatalogueImport.objects.count() == 0


@pytest.mark.parametrize("rate_bp", [100, 5000])
def test_rates_at_both_ends_are_taken(rate_bp):
    assert preview(SAMPLE.read_bytes(), defaults=ImportDefaults("beauty", 0, rate_bp)).rate_bp == rate_bp


def test_a_supplier_that_was_not_let_in_imports_nothing():
    company = story.hand_in(story.user(1), NOW)
    with pytest.raises(errors.NotActive):
        preview(SAMPLE.read_bytes(), company)


def test_the_command_prints_its_closing_table(tmp_path):
    out = StringIO()
    call_command("import_goods", str(SAMPLE), "--brands-as-suppliers", "--rate=1500", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["商品", "42"] in lines
    assert ["标题待审核", "6"] in lines
    assert ["完全重复的行", "5"] in lines
    assert set(Good.objects.values_list("rate_bp", flat=True)) == {1500}


def test_the_command_says_what_is_wrong(tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError, match="CSV"):
        call_command("import_goods", str(broken), "--brands-as-suppliers")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_goods", str(tmp_path / "none.csv"), "--brands-as-suppliers")


# Works a claimed import off in chunks of 10 and is killed by itself, at once and without a word, at 20.
DOOMED = """
import os, signal, sys
import django
django.setup()
from suppliers import services as suppliers
from suppliers.services import imports
from taoxiaopu.kernel import jobs
from datetime import datetime
imports.CHUNK = 10
progress = jobs.progress
def until_20(job, *, done, total, at):
    progress(job, done=done, total=total, at=at)
    if done >= 20:
        os.kill(os.getpid(), signal.SIGKILL)
jobs.progress = until_20
at = datetime.fromisoformat(sys.argv[2])
jobs.run_claimed(jobs.claim(int(sys.argv[1]), at=at), at=at, work=suppliers.run_import)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_another_goes_on(settings, monkeypatch):
    catalogue = preview(SAMPLE.read_bytes())
    suppliers.start_import(catalogue=catalogue, at=NOW)
    job = Job.objects.get()
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
    catalogue.refresh_from_db()
    assert (catalogue.status, catalogue.done_rows, Good.objects.count()) == (ImportStatus.RUNNING, 20, 20)
    first = rows_of(Good)[0]

    job.refresh_from_db()
    lease = job.lease_until
    assert jobs.work_off(services.RUN_IMPORT, at=lease, work=suppliers.run_import) == 0  # still leased
    monkeypatch.setattr(services, "CHUNK", 10)
    steps: list[int] = []
    monkeypatch.setattr(jobs, "progress", lambda _job, done, total, at: steps.append(done))
    after = lease + timedelta(seconds=1)
    assert jobs.work_off(services.RUN_IMPORT, at=after, work=suppliers.run_import) == 1
    assert steps == [30, 40, 42]
    catalogue.refresh_from_db()
    assert (catalogue.status, catalogue.done_rows, Good.objects.count()) == (ImportStatus.DONE, 42, 42)
    assert rows_of(Good)[0][:20] == first
    assert dict(Counter(Good.objects.values_list("status", flat=True))) == {"listed": 36, "held": 6}
    assert verify().bad_rows == 0


if REAL_FILE.exists():

    def test_the_real_file():
        raw = REAL_FILE.read_bytes()
        catalogue = preview(raw)
        assert figures(catalogue) == {
            "lines": 27_598, "goods": 3_497, "to_create": 3_497, "to_update": 0, "unchanged": 0, "held": 76,
            "repeats": 86, "superseded": 24_015, "foreign_brand": 0, "errors": 0, "done_rows": 0,
        }  # fmt: skip
        run(catalogue)
        assert Supplier.objects.count() == 22
        assert dict(Counter(Good.objects.values_list("status", flat=True))) == {"listed": 3_421, "held": 76}
        words = Counter(
            word for words in Good.objects.exclude(held_words="").values_list("held_words", flat=True)
            for word in words.split("、")
        )  # fmt: skip
        assert (words["特供"], words["祛斑"]) == (43, 24)
        report = ImportLine.objects.filter(catalogue=catalogue)
        assert dict(Counter(report.values_list("outcome", flat=True))) == {"held": 76, "repeat": 86}
        before = rows_of(Good, Sku, Supplier)
        again = preview(raw)
        assert (again.to_create, again.to_update, again.unchanged) == (0, 0, 3_497)
        run(again)
        assert rows_of(Good, Sku, Supplier) == before


def _import_one(supplier: Supplier | None, brand: str, title: str, day: str) -> None:
    raw = f"{HEADER}{day},A1,{title},100,1,1,{brand}\n".encode()
    catalogue = suppliers.preview_import(
        supplier=supplier, person="tests", filename="a.csv", raw=raw,
        defaults=ImportDefaults("beauty", 9, 2000), at=story.noon(2026, 6, 3),
    )  # fmt: skip
    list(suppliers.run_import_now(catalogue=catalogue, now=lambda: story.noon(2026, 6, 3)))


@pytest.mark.django_db
def test_a_good_held_for_its_description_stays_held_when_its_title_is_imported_anew() -> None:
    at = story.noon(2026, 6, 3)
    supplier = story.supplier(at)
    _import_one(supplier, "山茶花", "特供面霜", "2026/06/01")
    draft = suppliers.GoodDraft(
        title="面霜", category_code="beauty", brand="山茶花", description="特供",
        price_fen=10_000, stock=9, rate_bp=2000,
    )  # fmt: skip
    suppliers.edit_good(good=Good.objects.get(), draft=draft, actor=story.supplier_actor(supplier), at=at)
    _import_one(supplier, "山茶花", "面霜 新", "2026/06/02")
    assert Good.objects.get().status == "held"


@pytest.mark.django_db
def test_an_applicant_who_names_a_brand_does_not_get_its_goods() -> None:
    story.supplier(story.noon(2026, 6, 3))
    applicant = story.hand_in(story.user(5), story.noon(2026, 6, 3), 5, brands=("欧莱雅",))
    _import_one(None, "欧莱雅", "面霜", "2026/06/01")
    good = Good.objects.get()
    assert good.supplier_id != applicant.pk
    assert (good.supplier.name, good.supplier.status) == ("欧莱雅", "active")
