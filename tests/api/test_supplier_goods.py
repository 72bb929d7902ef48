"""Goods over the API as at the desk: edits under review, pictures, shelf, stock, bulk changes, imports, files."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from suppliers.models import BulkEdit, CatalogueImport, Good, GoodChange, MarketReference, Sku
from suppliers.services import run_import_now
from suppliers.services.undoing import UNDO_IMPORT, run_undo
from taoxiaopu.kernel import clock, jobs
from tests.factories import story
from tests.factories.pictures import png

TITLE = "滋润面霜 50g"
CSV = "商品编号,标题,品牌,价格,库存\nA1,润手霜,山茶花,12.50,5\nA2,身体乳,山茶花,abc,5\nA3,香皂,别家,9.90,1\n"
DEFAULTS = {"category": "beauty", "stock": 7, "rate_bp": 2_000}


def whole(**changes) -> dict:
    good = {
        "title": TITLE, "category": "beauty", "brand": "山茶花", "description": "清爽不油腻", "price_fen": 10_000,
        "stock": 50, "rate_bp": 2_000,
    }  # fmt: skip
    return good | changes


def picture(name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png("teal"), "image/png")


def catalogue(text: str = CSV) -> SimpleUploadedFile:
    return SimpleUploadedFile("goods.csv", text.encode(), "text/csv")


class TestEditing:
    def test_price_and_stock_count_at_once_and_a_new_title_waits(self, world):
        path = f"supplier/goods/{world.good.public_id}/"
        plain = world.seller.send("put", path, whole(price_fen=9_900, stock=7))
        assert (plain.status_code, plain.json()["change"], plain.json()["price_fen"]) == (200, None, 9_900)
        body = world.seller.send("put", path, whole(title="特供面霜")).json()
        assert (body["title"], body["change"]["title"], body["change"]["held_words"]) == (
            TITLE,
            "特供面霜",
            "特供",
        )
        assert body["change"]["status"] == "open"
        listed = world.seller.send("get", f"{path}changes/").json()
        assert (listed["next"], [row["title"] for row in listed["results"]]) == (None, ["特供面霜"])
        back = world.seller.send("post", f"{path}changes/withdrawal/")
        assert (back.status_code, GoodChange.objects.get().status) == (200, "withdrawn")
        again = world.seller.send("post", f"{path}changes/withdrawal/")
        assert again.status_code in (404, 409)

    def test_several_skus_by_their_ids(self, world):
        path = f"supplier/goods/{world.good.public_id}/"
        sku = world.good.skus.get().pk
        skus = [
            {"sku_id": sku, "values": ["小"], "price_fen": 900, "stock": 3},
            {"values": ["大"], "price_fen": 1_900, "stock": 4, "is_on": True},
        ]
        body = world.seller.send("put", path, whole(options=["容量"], skus=skus)).json()
        assert [(s["name"], s["price_fen"], s["available"]) for s in body["skus"]] == [
            ("小", 900, 3),
            ("大", 1_900, 4),
        ]
        assert body["skus"][0]["id"] == sku
        foreign = story.good(world.supplier, clock.now(), title="别的").skus.get().pk
        refused = world.seller.send(
            "put", path, whole(options=["容量"], skus=[{**skus[0], "sku_id": foreign}])
        )
        assert refused.status_code in (400, 404)
        assert Sku.objects.get(pk=foreign).good_id != world.good.pk

    def test_pictures_come_beside_the_json(self, world):
        made = world.seller.upload("supplier/goods/", whole(title="有图面霜"), picture=picture(), key="p1")
        good = Good.objects.get(title="有图面霜")
        assert (made.status_code, len(good.picture)) == (201, 64)
        again = world.seller.upload("supplier/goods/", whole(title="有图面霜"), picture=picture(), key="p1")
        assert (again.json(), Good.objects.filter(title="有图面霜").count()) == (made.json(), 1)
        other = SimpleUploadedFile("a.png", png("red"), "image/png")
        reused = world.seller.upload("supplier/goods/", whole(title="有图面霜"), picture=other, key="p1")
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
        shown = world.seller.get(
            f"/api/v1/supplier/uploads/{good.picture}/160.webp", headers={"accept": "image/webp"}
        )
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
        assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
        text = SimpleUploadedFile("a.png", b"no picture", "image/png")
        refused = world.seller.upload(
            f"supplier/goods/{good.public_id}/", whole(), picture=text, method="put"
        )
        assert refused.status_code == 400
        assert refused.json()["field"] in (None, "picture")

    def test_hostile_parts_are_bad_requests(self, world):
        for data in ("{", '{"a": 1, "a": 2}', "[" * 5_000):
            parts = {"data": data, "picture": picture()}
            answer = world.seller.post(
                "/api/v1/supplier/goods/", parts, format="multipart", headers={"Idempotency-Key": "h"}
            )
            assert answer.status_code == 400, data[:20]
        assert world.seller.upload("supplier/goods/", {}, picture=picture()).json()["errors"].keys() >= {
            "title"
        }
        assert Good.objects.count() == 1

    def test_a_market_reference_with_its_screenshot(self, world):
        path = f"supplier/goods/{world.good.public_id}/market/"
        seen = {
            "platform": "淘宝",
            "address": "https://item.example.com/1",
            "seen_on": "2026-01-05",
            "rate_bp": 1_000,
        }
        assert world.seller.upload(path, seen, screenshot=picture()).status_code == 201
        assert len(MarketReference.objects.get().screenshot) == 64


class TestShelf:
    def test_off_sale_and_on_again(self, world):
        path = f"supplier/goods/{world.good.public_id}/"
        off = world.seller.send("post", f"{path}delisting/", key="d")
        assert (off.status_code, off.json()["status"], off.json()["on_sale"]) == (200, "delisted", False)
        assert world.seller.send("post", f"{path}delisting/", key="d").json() == off.json()
        refused = world.seller.send("post", f"{path}delisting/")
        assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")
        assert world.seller.send("post", f"{path}listing/").json()["status"] == "listed"

    def test_stock_movements_page_behind_page(self, world):
        path = f"supplier/goods/{world.good.public_id}/"
        for stock in (7, 9, 4):
            world.seller.send("patch", path, {"stock": stock})
        first = world.seller.send("get", f"{path}movements/?page_size=2").json()
        assert [(row["kind"], row["quantity"], row["balance"]) for row in first["results"]] == [
            ("set", -5, 4),
            ("set", 2, 9),
        ]
        rest = world.seller.get(first["next"]).json()
        assert [row["balance"] for row in rest["results"]] == [7, 50]
        assert rest["next"] is None
        assert world.seller.send("get", f"{path}movements/?sku=1").status_code == 404
        assert world.seller.send("get", f"{path}movements/?after=x").status_code == 400

    def test_what_a_sale_gives(self, world):
        body = world.seller.send("get", "supplier/earning/?price_fen=10000&rate_bp=2000").json()
        assert body == {
            "commission_fen": 2_000,
            "platform_fen": 200,
            "owner_fen": 1_800,
            "supplier_fen": 8_000,
        }
        assert (
            world.seller.send("get", "supplier/earning/?price_fen=1&rate_bp=99").json()["code"]
            == "rate_out_of_range"
        )

    def test_freight(self, world):
        terms = {"freight_fen": 800, "free_from_fen": 9_900}
        assert world.seller.send("put", "supplier/freight/", terms).json() == terms
        assert world.seller.send("get", "supplier/freight/").json() == terms
        assert (
            world.seller.send("put", "supplier/freight/", terms | {"freight_fen": 10_001}).status_code == 400
        )
        assert world.seller.send("get", "supplier/freight/").json() == terms

    def test_categories_with_their_questions_and_the_code_library(self, world):
        codes = [row["code"] for row in world.seller.send("get", "supplier/categories/").json()]
        assert {"beauty", "beauty/care"} <= set(codes)
        one = world.seller.send("get", "supplier/categories/apparel/").json()
        assert "fabric" in [row["code"] for row in one["questions"]]
        assert world.seller.send("get", "supplier/categories/none/").status_code == 404
        assert world.seller.send("get", "supplier/barcodes/6901234567892/").status_code == 404
        story.good(world.supplier, clock.now(), title="有码", barcode="6901234567892")
        found = world.seller.send("get", "supplier/barcodes/6901234567892/").json()
        assert (found["title"], found["category"]) == ("有码", "beauty")
        assert world.seller.send("get", "supplier/barcodes/123/").json()["code"] == "bad_barcode"


class TestBulk:
    def test_looked_at_made_and_taken_back(self, world):
        asked = {"action": "price_percent", "value": -1_000, "filter": {"q": "面霜"}}
        plan = world.seller.send("post", "supplier/bulk-edits/preview/", asked).json()
        assert (plan["changes"], plan["refusals"]) == (1, 0)
        assert [(line["old"], line["new"]) for line in plan["lines"]] == [(10_000, 9_000)]
        assert Sku.objects.get(good=world.good).price_fen == 10_000
        wrong = world.seller.send("post", "supplier/bulk-edits/", asked | {"seen": 2})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "selection_changed")
        made = world.seller.send("post", "supplier/bulk-edits/", asked | {"seen": 1}, key="b")
        again = world.seller.send("post", "supplier/bulk-edits/", asked | {"seen": 1}, key="b")
        assert (made.status_code, again.json()) == (201, made.json())
        assert Sku.objects.get(good=world.good).price_fen == 9_000
        (listed,) = world.seller.send("get", "supplier/bulk-edits/").json()["results"]
        assert (listed["id"], listed["changed"]) == (made.json()["id"], 1)
        back = world.seller.send("post", f"supplier/bulk-edits/{listed['id']}/undoing/").json()
        assert (back["restored"], Sku.objects.get(good=world.good).price_fen) == (1, 10_000)

    @pytest.mark.parametrize("extra", [{}, {"goods": ["a"], "filter": {}}])
    def test_goods_or_a_filter(self, world, extra):
        answer = world.seller.send("post", "supplier/bulk-edits/preview/", {"action": "delist"} | extra)
        assert (answer.status_code, answer.json()["field"]) == (400, "goods")

    def test_foreign_goods_are_not_among_them(self, world):
        asked = {"action": "delist", "goods": [world.good.public_id]}
        plan = world.other_seller.send("post", "supplier/bulk-edits/preview/", asked).json()
        assert plan["changes"] == 0
        refused = world.other_seller.send("post", "supplier/bulk-edits/", asked | {"seen": 0})
        assert refused.status_code == 400
        assert (Good.objects.get(pk=world.good.pk).status, BulkEdit.objects.count()) == ("listed", 0)


class TestImports:
    @pytest.fixture(autouse=True)
    def _folder(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path

    def test_from_the_upload_to_the_undo(self, world):
        made = world.seller.upload("supplier/imports/", DEFAULTS, file=catalogue(), key="i")
        body = made.json()
        assert (made.status_code, body["status"], body["to_create"]) == (201, "preview", 1)
        assert (body["failed_lines"], body["foreign_brand"], Good.objects.count()) == (1, 1, 1)
        again = world.seller.upload("supplier/imports/", DEFAULTS, file=catalogue(), key="i")
        assert (again.json()["id"], CatalogueImport.objects.count()) == (body["id"], 1)
        path = f"supplier/imports/{body['id']}/"
        report = world.seller.send("get", f"{path}report/").json()["results"]
        assert [(row["line"], row["outcome"]) for row in report] == [(3, "error"), (4, "foreign")]
        only = world.seller.send("get", f"{path}report/?outcome=foreign").json()["results"]
        assert [row["source_id"] for row in only] == ["A3"]
        table = b"".join(world.seller.get(f"/api/v1/{path}failed-lines/", headers={"accept": "text/csv"}))
        rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
        assert [row[0] for row in rows] == ["商品编号", "A2", "A3"]
        started = world.seller.send("post", f"{path}start/").json()
        assert started["status"] == "running"
        assert world.seller.send("post", f"{path}start/").json()["code"] == "import_over"
        list(run_import_now(catalogue=CatalogueImport.objects.get()))
        done = world.seller.send("get", path).json()
        assert (done["status"], done["percent"], done["may_undo"]) == ("done", 100, True)
        assert Good.objects.get(source_id="A1").title == "润手霜"
        assert world.seller.send("post", f"{path}undoing/").json()["status"] == "undoing"
        assert jobs.work_off(UNDO_IMPORT, at=clock.now(), work=run_undo) == 1
        over = world.seller.send("get", path).json()
        assert (over["status"], over["undone"]) == ("undone", 1)
        assert world.seller.send("get", f"{path}kept/").json()["results"] == []

    def test_columns_that_nobody_knows_are_named(self, world):
        text = "编码,叫什么,多少钱\nB1,护唇膏,3.50\n"
        body = world.seller.upload("supplier/imports/", DEFAULTS, file=catalogue(text)).json()
        assert body["status"] == "mapping"
        path = f"supplier/imports/{body['id']}/columns/"
        asked = world.seller.send("get", path).json()
        assert next((c["header"], c["samples"]) for c in asked["columns"]) == ("编码", ["B1"])
        assert "title" in [choice["column"] for choice in asked["choices"]]
        assert world.seller.send("put", path, {"columns": ["x"]}).status_code == 400
        mapped = world.seller.send("put", path, {"columns": ["source_id", "title", "price"]}).json()
        assert (mapped["status"], mapped["to_create"]) == ("preview", 1)

    def test_a_file_is_needed_and_has_to_be_one(self, world):
        answer = world.seller.upload("supplier/imports/", DEFAULTS)
        assert (answer.status_code, answer.json()["field"]) == (400, "file")
        wrong = SimpleUploadedFile("a.csv", b"\x00\x01\x02" * 50)
        assert world.seller.upload("supplier/imports/", DEFAULTS, file=wrong).status_code == 400
        assert CatalogueImport.objects.count() == 0

    def test_files_of_goods(self, world):
        for path in ("supplier/exports/goods/", "supplier/imports/template/"):
            for form, kind in (("csv", "text/csv"), ("xlsx", "application/vnd")):
                answer = world.seller.get(
                    f"/api/v1/{path}?form={form}", headers={"accept": "application/pdf"}
                )
                assert (answer.status_code, answer["Content-Type"].startswith(kind)) == (200, True)
            assert world.seller.send("get", f"{path}?form=pdf").status_code == 400
        table = b"".join(world.seller.send("get", "supplier/exports/goods/")).decode()
        assert world.good.public_id in table
