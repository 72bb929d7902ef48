"""Workbooks: what is written is read again, and what would harm the reader is refused from its directory."""

import io
import tracemalloc
import zipfile
from decimal import Decimal

import pytest

from taoxiaopu.kernel.exports import FIGURES_MAX, table_response, xlsx_chunks
from taoxiaopu.kernel.workbooks import (
    BLANK_ROWS_MAX,
    PARTS_MAX,
    NotWorkbook,
    WorkbookTooLarge,
    is_workbook,
    sheet_rows,
)

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DATES = (
    f"<styleSheet {MAIN}><numFmts><numFmt numFmtId='164' formatCode='yyyy\"年\"m\"月\"'/><numFmt numFmtId='165'"
    " formatCode='0.00\"元/day\"'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/>"
    "<xf numFmtId='165'/></cellXfs></styleSheet>"
)


def written(*rows: tuple[object, ...]) -> bytes:
    return b"".join(xlsx_chunks(rows[0], rows[1:]))


def changed(sheet: str = "", extra: dict[str, str] | None = None, **how: object) -> bytes:
    """A workbook of ours with another sheet, and parts more."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written(("a",)))) as ours,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in ours.infolist():
            text = ours.read(part)
            if sheet and part.filename == "xl/worksheets/sheet1.xml":
                text = f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>".encode()
            new.writestr(part.filename, text)
        for name, words in (extra or {}).items():
            new.writestr(name, words)
    return out.getvalue()


def rows(raw: bytes) -> list[tuple[int, list[str]]]:
    return list(sheet_rows(raw))


def test_what_is_written_is_read_again() -> None:
    raw = written(
        ("编号", "b"), ("中<&>\"'", "两\n行"), (None, "x"), ("", ""), (12, Decimal("12.30")), (True, -5)
    )
    assert is_workbook(raw)
    assert rows(raw) == [
        (1, ["编号", "b"]),
        (2, ["中<&>\"'", "两\n行"]),
        (3, ["", "x"]),
        (5, ["12", "12.3"]),
        (6, ["True", "-5"]),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", " =1", "\xa0=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert rows(written((text,))) == [(1, ["'" + text])]


def test_a_number_that_a_spreadsheet_would_shorten_is_text() -> None:
    fits, longer = 10 ** (FIGURES_MAX - 1), 10**FIGURES_MAX
    raw = written((fits, longer, "6901234567892"))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<v>") == 1
    assert rows(raw) == [(1, [str(fits), str(longer), "6901234567892"])]


def test_characters_that_xml_has_not_are_replaced() -> None:
    assert rows(written(("a\x00b\x0bc",))) == [(1, ["a�b�c"])]


def test_the_same_table_is_the_same_file() -> None:
    assert written(("a",), ("b",)) == written(("a",), ("b",))


def test_a_large_table_is_never_in_memory() -> None:
    table = ((f"M{n}", "高山白茶饼 300g 阳光萎凋 耐泡礼盒", n) for n in range(50_000))
    tracemalloc.start()
    size = sum(len(chunk) for chunk in xlsx_chunks(("a", "b", "c"), table))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 200_000
    assert peak < 2_000_000


def test_the_answer_is_named_by_its_kind() -> None:
    answer = table_response("商品", "xlsx", ("a",), [("b",)])
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "xlsx" in answer["Content-Disposition"]
    assert rows(b"".join(answer)) == [(1, ["a"]), (2, ["b"])]  # type: ignore[arg-type]
    assert table_response("商品", "csv", ("a",), [])["Content-Type"].startswith("text/csv")


def test_days_numbers_and_shared_texts() -> None:
    strings = (
        f"<sst {MAIN}><si><t>一</t><rPh><t>yi</t></rPh></si><si><r><t>二</t></r><r><t>三</t></r></si></sst>"
    )
    sheet = (
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" s="1"><v>46053</v></c>'
        '<c r="E2" s="2"><v>46053.5</v></c><c r="F2" s="3"><v>46053</v></c><c r="G2"><v>0.30000000000000004</v></c>'
        '<c r="H2"><v>6.901234567892E12</v></c><c r="I2" t="b"><v>1</v></c><c r="J2" t="e"><v>#N/A</v></c>'
        '<c r="K2" t="str"><f>A1</f><v>x</v></c></row>'
    )
    raw = changed(sheet, {"xl/sharedStrings.xml": strings, "xl/styles.xml": DATES})
    day = "2026-01-31"
    assert rows(raw) == [
        (2, ["一", "", "二三", day, day, "46053", "0.3", "6901234567892", "TRUE", "#N/A", "x"])
    ]


@pytest.mark.parametrize(("blank", "is_read"), [(BLANK_ROWS_MAX, True), (BLANK_ROWS_MAX + 1, False)])
def test_reading_ends_after_a_hundred_blank_rows(blank: int, is_read: bool) -> None:
    """B6: a million styled rows without a word; and two rows far apart are no million rows."""
    styled = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(2, blank + 2))
    last = f'<row r="{blank + 2}"><c r="A{blank + 2}" t="str"><v>x</v></c></row>'
    first = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
    expected = [(1, ["a"])] + ([(blank + 2, ["x"])] if is_read else [])
    assert rows(changed(first + styled + last)) == expected
    assert rows(changed(first + last)) == expected


def test_two_cells_far_apart_take_no_memory() -> None:
    far = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="XFD1" t="str"><v>b</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert rows(changed(far)) == [(1, ["a"])]


@pytest.mark.parametrize(
    "raw",
    [
        changed(extra={"xl/media/a.bin": "0" * 20_000_000}),  # the ratio
        changed(extra={f"xl/media/{n}": "" for n in range(PARTS_MAX)}),
        changed(extra={"xl/externalLinks/externalLink1.xml": "<a/>"}),
    ],
    ids=["bomb", "parts", "links"],
)
def test_what_is_too_large_is_refused_from_the_directory(raw: bytes) -> None:
    """B5."""
    with pytest.raises(WorkbookTooLarge):
        rows(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04rest",
        written(("a",))[:-30],
        changed("<row r='1'><c r='A1' t='s'><v>7</v></c></row>"),
        changed("<row r='1'><c r='A1'><v>"),
        changed("<row r='x'></row>"),
        changed("<row r='1'><c r='ZZZZ1'><v>1</v></c></row>"),
        changed(
            extra={"xl/sharedStrings.xml": '<!DOCTYPE a [<!ENTITY b "c">]><sst><si><t>&b;</t></si></sst>'}
        ),
    ],
    ids=["no archive", "cut", "no such text", "open tags", "no row", "no column", "entities"],
)
def test_what_is_broken_is_said_to_be(raw: bytes) -> None:
    with pytest.raises(NotWorkbook):
        rows(raw)


def test_an_archive_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    assert not is_workbook(out.getvalue())
    assert not is_workbook(b"PK\x03\x04")
    assert not is_workbook(b"a,b")
