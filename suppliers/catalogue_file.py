"""Reading an uploaded catalogue of goods: bytes in, one row a good and a report on every other line out.

A catalogue is a CSV or XLSX file with one line for each good (or SKU) and day: a dated snapshot, or what is so today. `read_catalogue` needs no
database: what it returns is what the preview shows and what the import saves. Cells are kept as typed, also
those that a spreadsheet would take for a formula; exports take care of them.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suppliers import catalogue_cells as cell
from suppliers.catalogue_cells import Unreadable
from suppliers.catalogue_columns import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    Given,
    Header,
    WrongColumns,
    question_of,
)
from taoxiaopu.kernel import workbooks
from taoxiaopu.kernel.errors import DomainError

__all__ = [
    "COLUMNS",
    "OPTIONAL_COLUMNS",
    "CatalogueFile",
    "CatalogueRow",
    "Given",
    "LineReport",
    "Outcome",
    "WrongColumns",
    "lines_of",
    "read_catalogue",
    "read_header",
]

MAX_BYTES = 20 * 1024 * 1024
BLANK_MAX = 100_000  # spreadsheets save blank rows after the last; 20 MB of them would take long to skip
TITLE_MAX = 120
ID_MAX = 40
BRAND_MAX = 40
SKU_MAX = 60
DESCRIPTION_MAX = 5000
DECLARATION_MAX = 300
SKU = "默认"  # what the only SKU of a good is called
WORKBOOK = "xlsx"  # in place of an encoding

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")  # what the preview offers

_DELIMITERS = (",", "\t", ";")
_BINARY_STARTS = (
    b"PK\x03\x04", b"PK\x05\x06", b"MZ", b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"BM",
    b"%PDF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"II*\x00",
    b"MM\x00*", b"SQLite format", codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE,
)  # fmt: skip
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_SAMPLE_BYTES = 1 << 20
# A tenth: far more than a file with a few broken bytes has, far less than the wrong encoding gives.
_DAMAGE_MAX = 0.1
_ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}


class NotText(DomainError):
    """The upload is a spreadsheet, an archive, a picture or another binary file."""

    code = "not_text"
    message = _("这个文件不是 CSV 或 XLSX 表格。其他格式请先另存为 XLSX 或 CSV 再上传")
    status = 400
    field = "file"


class WrongEncoding(DomainError):
    """The file is text, but some of its bytes do not belong to its encoding."""

    code = "wrong_encoding"
    message = _("第 {line} 行有无法按 {encoding} 识别的字节，请用 UTF-8 或 GBK 编码重新保存后上传")
    status = 400
    field = "file"


class BrokenQuotes(DomainError):
    """A quotation mark opens a cell and the file ends, or goes on for very long, before it is closed."""

    code = "broken_quotes"
    message = _("第 {line} 行的引号没有成对，后面的内容无法识别")
    status = 400
    field = "file"


class FileTooLarge(DomainError):
    """More than 20 MB."""

    code = "file_too_large"
    message = _("文件超过 {megabytes} MB，请分成几个文件上传")
    status = 413
    field = "file"


class TooManyRows(DomainError):
    """More data rows than this upload may have."""

    code = "too_many_rows"
    message = _("文件超过 {most} 行（第 {row} 行起未读取），请分成几个文件上传")
    status = 400
    field = "file"


class Outcome(StrEnum):
    """Why a line of the file is not a row of the catalogue."""

    REPEAT = "repeat"  # the same as an earlier line, cell by cell
    SUPERSEDED = "superseded"  # another line of the same good is newer
    ERROR = "error"  # cannot be read; the reason says why


LINE_REASONS: Mapping[str, str | Promise] = {
    "exact_repeat": _("与第 {other} 行完全相同"),
    "older_snapshot": _("第 {other} 行是同一商品更新的记录"),
    "column_count": _("应有 {expected} 列，实际 {actual} 列"),
    "broken_quotes": _("引号没有成对，或者单元格过长"),
    "empty_id": _("商品编号为空"),
    "long_id": _("商品编号超过 {most} 个字符"),
    "empty_title": _("标题为空"),
    "long_title": _("标题超过 {most} 个字符"),
    "empty_brand": _("店名为空"),
    "long_brand": _("店名超过 {most} 个字符"),
    "other_brand": _("商品编号在第 {other} 行属于另一个店名"),
    "bad_price": _("价格“{text}”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数"),
    "bad_date": _("日期“{text}”无法识别：请写成 2026-01-31"),
    "bad_sales": _("销量“{text}”不是整数"),
    "bad_comments": _("评论数“{text}”不是整数"),
    "empty_sku": _("规格为空"),
    "long_sku": _("规格超过 {most} 个字符"),
    "long_description": _("商品描述超过 {most} 个字符"),
    "bad_stock": _("库存“{text}”无法识别：请填写 0 到 {most} 的整数"),
    "bad_rate": _("佣金率“{text}”无法识别：请填写 {low} 到 {high} 之间的百分数"),
    "bad_barcode": _("条码“{text}”不对：请核对 EAN 或 UPC 的位数和校验位"),
    "rounded_barcode": _("条码“{text}”已被表格软件改成科学计数：请把这一列设为文本后重填"),
    "bad_category": _("没有类目“{text}”"),
    "bad_moment": _("时间“{text}”无法识别：请写成 2026-01-31 08:00"),
    "long_declaration": _("高于市场价的说明超过 {most} 个字符"),
}


Records = Iterator[tuple[int, list[str] | None]]


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One SKU of a good as its latest snapshot shows it. What the file is silent about is None.

    ``attributes`` are the cells that say something, by their question; None when the file has no such column.
    """

    line_no: int
    source_id: str
    title: str
    brand: str
    price_fen: int
    market_sales: int | None
    market_comments: int | None
    seen_on: date | None
    sku: str = SKU
    stock: int | None = None
    rate_bp: int | None = None
    barcode: str | None = None
    description: str | None = None
    category: str | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    declaration: str | None = None
    attributes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LineReport:
    """A line that is no row of the catalogue; lines are counted from 1, which is the header."""

    line_no: int
    outcome: Outcome
    source_id: str
    reason_code: str
    params: tuple[tuple[str, str | int], ...] = ()

    @property
    def message(self) -> str:
        """The reason in the reader's language."""
        return str(LINE_REASONS[self.reason_code]).format(**dict(self.params))


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A file that was read: rows in the order in which goods first appear, reports in the order of lines.

    Every data line is either the line of a row or in the report, so `line_count` is the sum of both.
    `absent` names the optional columns that the file does not have.
    """

    encoding: str
    line_count: int
    rows: list[CatalogueRow]
    report: list[LineReport]
    absent: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        """How many lines had this outcome."""
        return sum(line.outcome is outcome for line in self.report)


def detect_encoding(raw: bytes) -> str:
    """The encoding of a text file, one of ENCODINGS; "gb18030" covers GBK and GB2312.

    Raises NotText for binary files, WrongEncoding (with the line) for text with bytes that do not belong.
    """
    if raw.startswith(_BINARY_STARTS):
        raise NotText
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_bytes(raw, "utf-16")
        return "utf-16"
    if b"\x00" in raw:
        raise NotText
    if raw.startswith(codecs.BOM_UTF8):
        _check_bytes(raw, "utf-8-sig")
        return "utf-8-sig"
    if _decodes(raw, "utf-8"):
        return "utf-8"
    damage = {encoding: _damage(raw, encoding) for encoding in ("utf-8", "gb18030")}
    if damage["utf-8"] > _DAMAGE_MAX and _decodes(raw, "gb18030"):
        return "gb18030"
    encoding = min(damage, key=lambda name: damage[name])
    if damage[encoding] > _DAMAGE_MAX:
        raise NotText
    _check_bytes(raw, encoding)
    return encoding


def read_catalogue(
    raw: bytes, *, max_rows: int, encoding: str | None = None, given: Given | None = None
) -> CatalogueFile:
    """Read an uploaded catalogue of at most `max_rows` data lines, which keeps the latest snapshot of a good.

    `encoding` is what a person chose in the preview, None detects it. Raises FileTooLarge, NotText, WrongEncoding,
    WrongColumns, BrokenQuotes, TooManyRows and those of ``kernel.workbooks``; lines with errors of their own are reported.
    """
    encoding, records = _opened(raw, encoding)
    given = given or Given()
    _line, cells = next(records, (1, []))
    header = Header.read(cells or [], given)
    reading = _Reading(header, given)
    blank = 0
    for line_no, found in records:
        line = found
        if line is not None and not any(line):
            blank += 1
            if blank > BLANK_MAX:
                raise TooManyRows(most=max_rows, row=line_no)
            continue
        if reading.line_count == max_rows:
            raise TooManyRows(most=max_rows, row=max_rows + 1)
        if encoding == WORKBOOK and line is not None:
            line = line + [""] * (header.width - len(line))
        reading.add(line_no, line)
    rows = list(reading.rows.values())
    return CatalogueFile(encoding, reading.line_count, rows, reading.full_report(), header.absent)


def read_header(raw: bytes, *, encoding: str | None = None, samples: int = 3) -> list[list[str]]:
    """The header of a file and the lines below it, for a person who says what its columns are. Raises as above."""
    _encoding, records = _opened(raw, encoding)
    found: list[list[str]] = []
    for _line, cells in records:
        if cells and any(cells):
            found.append(cells)
        if len(found) > samples:
            break
    width = len(found[0]) if found else 0
    return [(cells + [""] * width)[:width] for cells in found]


def lines_of(raw: bytes, *, encoding: str | None, wanted: Set[int]) -> Iterator[tuple[int, list[str]]]:
    """The header of a file and these lines of it, as they were typed, with their numbers."""
    _encoding, records = _opened(raw, encoding)
    for place, (line_no, cells) in enumerate(records):
        if cells is not None and (place == 0 or line_no in wanted):
            yield line_no, cells


def _opened(raw: bytes, encoding: str | None) -> tuple[str, Records]:
    """The encoding of a file, or WORKBOOK, and its records, the header first."""
    if len(raw) > MAX_BYTES:
        raise FileTooLarge(megabytes=MAX_BYTES // 1024**2)
    if workbooks.is_workbook(raw):
        return WORKBOOK, workbooks.sheet_rows(raw)  # type: ignore[return-value]
    detected = detect_encoding(raw)
    if encoding in (None, WORKBOOK):
        encoding = detected
    elif encoding != detected:
        _check_bytes(raw, encoding)  # type: ignore[arg-type]
    return str(encoding), _text_records(raw, str(encoding))


def _text_records(raw: bytes, encoding: str) -> Records:
    with io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="") as text:
        header_line = text.readline()
        delimiter = max(_DELIMITERS, key=header_line.count)
        yield 1, next(csv.reader([header_line], delimiter=delimiter), [])
        yield from _records(text, delimiter)


# --- Bytes -----------------------------------------------------------------------------------------------


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _damage(raw: bytes, encoding: str) -> float:
    """Which part of the characters beyond ASCII, in the first megabyte, does not fit the encoding."""
    text = raw[:_SAMPLE_BYTES].decode(encoding, errors="replace")
    beyond_ascii = sum(map(len, _BEYOND_ASCII.findall(text)))
    return text.count("\N{REPLACEMENT CHARACTER}") / beyond_ascii if beyond_ascii else 0.0


def _check_bytes(raw: bytes, encoding: str) -> None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, errors="replace")
        line = len(before.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        raise WrongEncoding(line=line, encoding=_ENCODING_NAMES[encoding]) from error
    if "\x00" in text:
        raise NotText


# --- Lines -----------------------------------------------------------------------------------------------


def _records(lines: io.TextIOWrapper, delimiter: str) -> Records:
    """The cells of each record with the line on which it begins; None for one with broken quotes."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line_no = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num + 1 > line_no:  # it swallowed the lines after it, which would be lost
                raise BrokenQuotes(line=line_no) from error
            yield line_no, None
        else:
            yield line_no, cells


class _Reading:
    """What has been understood of the file so far."""

    def __init__(self, header: Header, given: Given) -> None:
        self.line_count = 0
        self.rows: dict[tuple[str, str], CatalogueRow] = {}
        self._header, self._given = header, given
        self._report: list[LineReport] = []
        self._superseded: list[tuple[int, tuple[str, str]]] = []
        self._line_by_digest: dict[bytes, int] = {}
        self._first: dict[str, CatalogueRow] = {}  # of each good

    def add(self, line_no: int, cells: list[str] | None) -> None:
        """Take in one record: a new SKU, a newer or older snapshot, a repeat or an error."""
        self.line_count += 1
        try:
            row = self._row(line_no, cells)
            first = self._first.setdefault(row.source_id, row)
            if first.brand != row.brand:
                raise Unreadable("other_brand", other=first.line_no)
        except Unreadable as error:
            source_id = self._cell(cells, "source_id").strip()[:ID_MAX] if cells else ""
            self._report.append(
                LineReport(line_no, Outcome.ERROR, source_id, error.reason_code, error.params)
            )
            return
        assert cells is not None
        key = (row.source_id, row.sku)
        known = self.rows.get(key)
        digest = blake2b("\x00".join(cells).encode(), digest_size=16).digest()
        first_line = self._line_by_digest.setdefault(digest, line_no)
        if first_line != line_no:
            self._report.append(
                LineReport(line_no, Outcome.REPEAT, row.source_id, "exact_repeat", (("other", first_line),))
            )
        elif known is None:
            self.rows[key] = row
        elif row.seen_on is None or known.seen_on is None or row.seen_on >= known.seen_on:
            self.rows[key] = row
            self._superseded.append((known.line_no, key))
        else:
            self._superseded.append((line_no, key))

    def full_report(self) -> list[LineReport]:
        """Every line that is no row, in the order of lines; superseded ones name the line that stands."""
        older = [
            LineReport(
                line_no, Outcome.SUPERSEDED, key[0], "older_snapshot", (("other", self.rows[key].line_no),)
            )
            for line_no, key in self._superseded
        ]
        return sorted(self._report + older, key=lambda line: line.line_no)

    def _cell(self, cells: list[str], column: str) -> str:
        place = self._header.places.get(column)
        text = cells[place] if place is not None and place < len(cells) else ""
        return text[1:] if self._header.is_ours and text.startswith("'") else text

    def _answers(self, cells: list[str]) -> dict[str, str] | None:
        asked = [name for name in self._header.places if question_of(name)]
        said = {question_of(name): self._cell(cells, name).strip() for name in asked}
        return {name: text for name, text in said.items() if text} if asked else None

    def _row(self, line_no: int, cells: list[str] | None) -> CatalogueRow:
        if cells is None:
            raise Unreadable("broken_quotes")
        width, has = self._header.width, self._header.places
        if len(cells) < width or any(cells[width:]):
            raise Unreadable("column_count", expected=width, actual=len(cells))
        source_id = cell.short_text(self._cell(cells, "source_id").strip(), "id", ID_MAX)
        title = cell.short_text(self._cell(cells, "title"), "title", TITLE_MAX)
        brand = self._cell(cells, "brand").strip() if "brand" in has else self._given.brand
        brand = cell.short_text(brand, "brand", BRAND_MAX)
        sku = self._cell(cells, "sku").strip()
        description = self._cell(cells, "description").strip()
        if len(description) > DESCRIPTION_MAX:
            raise Unreadable("long_description", most=DESCRIPTION_MAX)
        declaration = " ".join(self._cell(cells, "declaration").split())
        if len(declaration) > DECLARATION_MAX:
            raise Unreadable("long_declaration", most=DECLARATION_MAX)
        return CatalogueRow(
            line_no=line_no,
            source_id=source_id,
            title=title,
            brand=brand,
            price_fen=cell.price(self._cell(cells, "price")),
            market_sales=cell.count(self._cell(cells, "market_sales"), "bad_sales"),
            market_comments=cell.count(self._cell(cells, "market_comments"), "bad_comments"),
            seen_on=cell.day(self._cell(cells, "seen_on")) if "seen_on" in has else None,
            sku=cell.short_text(sku, "sku", SKU_MAX) if sku else SKU,
            stock=cell.stock(self._cell(cells, "stock")),
            rate_bp=cell.rate(self._cell(cells, "rate"), *self._given.rates_bp),
            barcode=cell.barcode(self._cell(cells, "barcode")) if "barcode" in has else None,
            description=description if "description" in has else None,
            category=cell.category(self._cell(cells, "category"), self._given.categories) or None,
            sale_from=cell.moment(self._cell(cells, "sale_from")),
            sale_until=cell.moment(self._cell(cells, "sale_until")),
            declaration=declaration or None,
            attributes=self._answers(cells),
        )
