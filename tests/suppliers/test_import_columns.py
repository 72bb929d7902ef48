"""Imports beyond the snapshot: XLSX, columns that are told by hand, SKUs, stocks, rates, barcodes, lines that come back."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from suppliers import errors
from suppliers import services as suppliers
from suppliers.catalogue_columns import Given, WrongColumns
from suppliers.catalogue_file import NotText, TooManyRows, read_catalogue
from suppliers.models import (
    CatalogueImport,
    ColumnMapping,
    Good,
    ImportChange,
    ImportLine,
    Sku,
    StockMovement,
    Supplier,
)
from suppliers.services import ImportDefaults
from suppliers.services.imports import SUPPLIER_ROWS
from suppliers.states import ImportStatus
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.exports import xlsx_chunks
from taoxiaopu.kernel.workbooks import WorkbookTooLarge, sheet_rows
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

NOW = story.noon(2026, 10, 5)
DEFAULTS = ImportDefaults("beauty", 200, 2000)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company() -> Supplier:
    return story.supplier(NOW)


def table(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def workbook(*rows: tuple[object, ...]) -> bytes:
    return b"".join(xlsx_chunks(rows[0], rows[1:]))


def preview(company: Supplier | None, raw: bytes, at=NOW) -> CatalogueImport:
    return suppliers.preview_import(
        supplier=company, person="tests", filename="a.xlsx", raw=raw, defaults=DEFAULTS, at=at
    )


def run(catalogue: CatalogueImport, at=NOW) -> CatalogueImport:
    list(suppliers.run_import_now(catalogue=catalogue, now=lambda: at))
    catalogue.refresh_from_db()
    return catalogue


def counts(catalogue: CatalogueImport) -> tuple[int, int, int, int]:
    return catalogue.to_create, catalogue.to_update, catalogue.unchanged, catalogue.errors


def reasons(catalogue: CatalogueImport) -> list[tuple[int, str]]:
    return list(
        ImportLine.objects.filter(catalogue=catalogue).order_by("line_no").values_list("line_no", "reason")
    )


FULL = "商品编号,标题,规格,价格,库存,佣金率,条码,类目,商品描述"


def test_a_supplier_names_neither_day_nor_its_only_brand(company):
    catalogue = run(preview(company, table("商品编号,标题,价格", "A1,面霜,99")))
    good = Good.objects.get()
    assert (good.brand, good.market_seen_on, good.price_from_fen, good.rate_bp) == (
        "山茶花",
        None,
        9_900,
        2_000,
    )
    assert (Sku.objects.get().name, Sku.objects.get().available) == ("默认", 200)
    assert catalogue.status == ImportStatus.DONE
    with pytest.raises(WrongColumns):  # staff have no supplier
        preview(None, table("商品编号,标题,价格", "A1,面霜,99"))


@pytest.mark.parametrize("as_workbook", [False, True])
def test_every_column_is_written(company, as_workbook):
    lines = (
        FULL,
        "A1,面霜,50g,99,7,20%,6901234567892,food,滋润",
        "A1,面霜,100g,189.5,0,20,,food,滋润",
        "A2,乳液,,59,,,,,",
    )
    raw = workbook(*(tuple(line.split(",")) for line in lines)) if as_workbook else table(*lines)
    catalogue = preview(company, raw)
    assert (counts(catalogue), catalogue.encoding) == ((3, 0, 0, 0), "xlsx" if as_workbook else "utf-8")
    run(catalogue)
    first = Good.objects.select_related("category").get(source_id="A1")
    assert (first.price_from_fen, first.rate_bp, first.category.code, first.description) == (
        9_900,
        2_000,
        "food",
        "滋润",
    )
    assert list(Sku.objects.filter(good=first).order_by("id").values_list("name", "price_fen", "available")) == [
        ("50g", 9_900, 7), ("100g", 18_950, 0),
    ]  # fmt: skip
    second = Good.objects.select_related("category").get(source_id="A2")
    assert (second.category.code, second.description) == ("beauty", "")
    assert list(StockMovement.objects.order_by("id").values_list("kind", "quantity", "ref")) == [
        ("import", 7, catalogue.public_id), ("import", 200, catalogue.public_id),
    ]  # fmt: skip
    assert verify().bad_rows == 0
    again = preview(company, raw)
    assert counts(again) == (0, 0, 3, 0)


def test_what_a_file_says_changes_and_what_it_does_not_say_stays(company):
    run(preview(company, table(FULL, "A1,面霜,50g,99,7,20,,food,滋润", "A1,面霜,100g,189,7,20,,food,滋润")))
    update = preview(
        company,
        table("商品编号,标题,规格,价格,库存,佣金率", "A1,面霜 新,50g,89,9,25", "A1,面霜 新,200g,299,1,25"),
    )
    assert counts(update) == (0, 2, 0, 0)
    run(update)
    good = Good.objects.select_related("category").get()
    assert (good.title, good.description, good.category.code, good.price_from_fen, good.rate_bp, good.version) == (
        "面霜 新", "滋润", "food", 8_900, 2_500, 3,
    )  # fmt: skip
    assert dict(Sku.objects.values_list("name", "available")) == {"50g": 9, "100g": 7, "200g": 1}
    assert verify().bad_rows == 0


def test_a_lower_rate_waits_for_the_midnight_that_is_a_day_away(company):
    run(preview(company, table("商品编号,标题,价格,佣金率", "A1,面霜,99,20")))
    run(preview(company, table("商品编号,标题,价格,佣金率", "A1,面霜,99,10")))
    good = Good.objects.get()
    assert (good.rate_bp, good.next_rate_bp) == (2_000, 1_000)
    assert good.next_rate_at == story.noon(2026, 10, 7) - (NOW - NOW.replace(hour=0))
    assert counts(preview(company, table("商品编号,标题,价格,佣金率", "A1,面霜,99,10"))) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("库存", "-1", "库存“-1”无法识别：请填写 0 到 9999999 的整数"),
        ("库存", "10000000", "库存“10000000”无法识别：请填写 0 到 9999999 的整数"),
        ("库存", "1.5", "库存“1.5”无法识别：请填写 0 到 9999999 的整数"),
        ("佣金率", "0.99", "佣金率“0.99”无法识别：请填写 1 到 50 之间的百分数"),
        ("佣金率", "50.01", "佣金率“50.01”无法识别：请填写 1 到 50 之间的百分数"),
        ("佣金率", "1e1", "佣金率“1e1”无法识别：请填写 1 到 50 之间的百分数"),
        ("条码", "6901234567890", "条码“6901234567890”不对：请核对 EAN 或 UPC 的位数和校验位"),
        ("条码", "6.9E+12", "条码“6.9E+12”已被表格软件改成科学计数：请把这一列设为文本后重填"),
        ("类目", "星空", "没有类目“星空”"),
        ("规格", "x" * 61, "规格超过 60 个字符"),
        ("商品描述", "x" * 5001, "商品描述超过 5000 个字符"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_a_line_of_the_report(company, column, cell, reason):
    """B8 and its kind."""
    catalogue = preview(company, table(f"商品编号,标题,价格,{column}", f"A1,面霜,99,{cell}", "A2,乳液,59,"))
    assert (counts(catalogue), reasons(catalogue)) == ((1, 0, 0, 1), [(2, reason)])


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("库存", "9999999", "stock", 9_999_999), ("库存", "0", "stock", 0), ("库存", "７", "stock", 7), ("库存", " ", "stock", None),
        ("佣金率", "1", "rate_bp", 100), ("佣金率", "50%", "rate_bp", 5_000), ("佣金率", "１２.５", "rate_bp", 1_250),
        ("条码", "６９０１２３４５６７８９２", "barcode", "6901234567892"), ("条码", "036000291452", "barcode", "036000291452"),
        ("条码", "6901234567892.0", "barcode", "6901234567892"), ("条码", "", "barcode", ""),
        ("类目", "Food", "category", "food"), ("规格", "x" * 60, "sku", "x" * 60),
    ],
)  # fmt: skip
def test_a_cell_that_can_be_read(column, cell, field, value):
    given = Given(is_dated=False, brand="山茶花", categories={"Food": "food"})
    file = read_catalogue(
        table(f"商品编号,标题,价格,{column}", f"A1,面霜,99,{cell}"), max_rows=9, given=given
    )
    assert getattr(file.rows[0], field) == value


@pytest.mark.parametrize("rows", [SUPPLIER_ROWS, SUPPLIER_ROWS + 1])
def test_the_last_row_that_fits_and_one_more(rows):
    """B1."""
    raw = table("商品编号,标题,价格", *(f"A{n},面霜,99" for n in range(rows)))
    given = Given(is_dated=False, brand="山茶花")
    if rows > SUPPLIER_ROWS:
        with pytest.raises(TooManyRows) as refused:
            read_catalogue(raw, max_rows=SUPPLIER_ROWS, given=given)
        assert refused.value.params == {"most": 20_000, "row": 20_001}
    else:
        assert len(read_catalogue(raw, max_rows=SUPPLIER_ROWS, given=given).rows) == rows


def test_an_archive_that_is_no_workbook_and_one_that_is_a_bomb(company):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/other.xml", "0")
    with pytest.raises(NotText):
        preview(company, out.getvalue())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "0" * 20_000_000)
    with pytest.raises(WorkbookTooLarge):
        preview(company, out.getvalue())
    assert CatalogueImport.objects.count() == 0


# --- Columns that are told by hand -------------------------------------------------------------------------

STRANGE = table("编码,品名,价格,价格,颜色", "A1,面霜,99,89,红", "A2,乳液,59,49,白")
MEANT = ["source_id", "title", "-", "price", "-"]


def test_a_header_that_is_not_clear_waits_and_is_remembered(company):
    """B7."""
    waiting = preview(company, STRANGE)
    assert (waiting.status, waiting.lines, Good.objects.count()) == (ImportStatus.MAPPING, 0, 0)
    with pytest.raises(errors.ImportOver):
        suppliers.start_import(catalogue=waiting, at=NOW)
    lines, guessed = suppliers.columns_to_map(waiting)
    assert lines[1] == ["A1", "面霜", "99", "89", "红"]
    assert guessed == ["", "", "price", "price", ""]
    told = suppliers.map_columns(catalogue=waiting, columns=MEANT, at=NOW)
    assert (told.status, counts(told)) == (ImportStatus.PREVIEW, (2, 0, 0, 0))
    run(told)
    assert dict(Good.objects.values_list("source_id", "price_from_fen")) == {"A1": 8_900, "A2": 4_900}
    again = preview(company, STRANGE.replace("编码".encode(), " 编码".encode()))
    assert (again.status, counts(again)) == (ImportStatus.PREVIEW, (0, 0, 2, 0))
    other = preview(story.supplier(NOW, 2), STRANGE)
    assert other.status == ImportStatus.MAPPING


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        (["source_id", "title", "-", "-", "-"], WrongColumns),
        (["source_id", "title", "price", "price", "-"], WrongColumns),
        (["source_id", "title", "", "price", "-"], WrongColumns),
        (["source_id", "title", "supplier_id", "price", "-"], WrongColumns),
        (["source_id", "title", "price"], BadInput),
    ],
)
def test_columns_that_are_told_wrong_change_nothing(company, columns, error):
    waiting = preview(company, STRANGE)
    before = picture()
    with pytest.raises(error):
        suppliers.map_columns(catalogue=waiting, columns=columns, at=NOW)
    assert picture() == before
    assert ColumnMapping.objects.count() == 0


def test_columns_are_told_before_the_import_begins(company):
    done = run(preview(company, table("商品编号,标题,价格", "A1,面霜,99")))
    with pytest.raises(errors.ImportOver):
        suppliers.map_columns(catalogue=done, columns=["source_id", "title", "price"], at=NOW)


def test_the_page_of_columns():
    client, company = member(NOW)
    waiting = preview(company, STRANGE)
    address = reverse("supplier:import-columns", args=[waiting.public_id])
    assert client.get(reverse("supplier:import-detail", args=[waiting.public_id]))["Location"] == address
    page = client.get(address).text
    assert page.count("<select") == 5
    assert "颜色" in page
    refused = client.post(address, {"column": ["source_id", "title", "price", "price", "-"]})
    assert refused.status_code == 400
    assert "重复 price" in refused.text
    assert client.post(address, {"column": MEANT}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == ImportStatus.PREVIEW


# --- Lines that come back ----------------------------------------------------------------------------------

FAULTY = table(
    "商品编号,标题,价格,品牌", "A1,面霜,99,山茶花", "A2,=乳液,免费,山茶花", "B1,别家霜,59,别家", "A3,=洗面奶,,山茶花",
)  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_failed_lines_come_back_and_are_taken_when_mended(form):
    client, company = member(NOW)
    catalogue = preview(company, FAULTY)
    assert (counts(catalogue), catalogue.foreign_brand) == ((1, 0, 0, 2), 1)
    answer = client.get(reverse("supplier:import-failed", args=[catalogue.public_id]), {"form": form})
    raw = b"".join(answer)  # type: ignore[arg-type]
    if form == "csv":
        lines = [line.split(",") for line in raw.decode("utf-8-sig").splitlines()]
    else:
        lines = [cells for _number, cells in sheet_rows(raw)]
    assert lines[0] == ["商品编号", "标题", "价格", "品牌", "失败原因"]
    assert [line[:3] for line in lines[1:]] == [
        ["A2", "'=乳液", "免费"],
        ["B1", "别家霜", "59"],
        ["A3", "'=洗面奶", ""],
    ]
    assert lines[2][4] == "品牌“别家”不在您的授权品牌中"
    assert lines[1][4].startswith("价格“免费”无法识别")
    lines[1][2], lines[3][2], lines[2][3] = "49", "39", "山茶花"
    mended = table(*(",".join(line) for line in lines)) if form == "csv" else workbook(*map(tuple, lines))
    second = preview(company, mended)
    assert counts(second) == (3, 0, 0, 0)
    run(second)
    assert dict(Good.objects.values_list("source_id", "title")) == {
        "A2": "=乳液",
        "B1": "别家霜",
        "A3": "=洗面奶",
    }


def test_the_template_and_the_export_are_read_again(company):
    client = Client()
    client.force_login(company.members.get().user)
    for form in ("csv", "xlsx"):
        template = b"".join(client.get(reverse("supplier:import-template"), {"form": form}))  # type: ignore[arg-type]
        assert counts(preview(company, template)) == (1, 0, 0, 0)
    run(
        preview(
            company,
            table(
                FULL,
                "A1,=面霜,50g,99,7,20,,food,滋润",
                "A1,=面霜,100g,189,7,20,,food,滋润",
                "A2,乳液,,59,3,,,,",
            ),
        )
    )
    story.good(story.supplier(NOW, 2), NOW)  # another's is not in it
    for form in ("csv", "xlsx"):
        exported = b"".join(client.get(reverse("supplier:goods-export"), {"form": form}))  # type: ignore[arg-type]
        again = preview(company, exported)
        assert (again.lines, counts(again)) == (3, (0, 0, 3, 0))
    assert ImportChange.objects.count() == 3
