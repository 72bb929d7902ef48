"""Reading an uploaded catalogue of goods: bytes in, one row a good and a report on every other line out.

A catalogue is a CSV file with one line for each good and day (a dated snapshot). `read_catalogue` needs no
database: what it returns is what the preview shows and what the import saves. Cells are kept as typed, also
those that a spreadsheet would take for a formula; exports take care of them.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.money import BadAmount, parse_yuan
from taoxiaopu.kernel.templatetags.kernel_format import listed

MAX_BYTES = 20 * 1024 * 1024
BLANK_MAX = 100_000  # spreadsheets save blank rows after the last; 20 MB of them would take long to skip
TITLE_MAX = 120
ID_MAX = 40
BRAND_MAX = 40

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")  # what the preview offers

# Each column by its name in the code, with the headers that stand for it (see `_header_key`).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "seen_on": ("update_time", "update_date", "date", "日期", "更新时间", "更新日期", "采集日期", "快照日期"),
    "source_id": ("id", "source_id", "item_id", "商品id", "宝贝id", "商品编号", "编号", "货号"),
    "title": ("title", "name", "标题", "商品标题", "宝贝标题", "商品名称", "名称"),
    "price": ("price", "价格", "售价", "单价", "商品价格"),
    "market_sales": ("sale_count", "sales", "销量", "销售量", "月销量"),
    "market_comments": ("comment_count", "comments", "评论数", "评价数", "评论量"),
    "brand": ("店名", "店铺", "店铺名称", "shop", "shop_name", "brand", "品牌"),
}
OPTIONAL_COLUMNS = frozenset({"market_sales", "market_comments"})

_COLUMN_BY_HEADER = {header: column for column, headers in COLUMNS.items() for header in headers}
_DELIMITERS = (",", "\t", ";")
_BINARY_STARTS = (
    b"PK\x03\x04", b"PK\x05\x06", b"MZ", b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"BM",
    b"%PDF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"II*\x00",
    b"MM\x00*", b"SQLite format", codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE,
)  # fmt: skip
_DAY = re.compile(
    r"(20[0-9]{2})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_SAMPLE_BYTES = 1 << 20
# A tenth: far more than a file with a few broken bytes has, far less than the wrong encoding gives.
_DAMAGE_MAX = 0.1
_ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0)?")


class NotText(DomainError):
    """The upload is a spreadsheet, an archive, a picture or another binary file."""

    code = "not_text"
    message = _("这个文件不是文本格式的 CSV。表格文件请先另存为 CSV 再上传")
    status = 400
    field = "file"


class WrongEncoding(DomainError):
    """The file is text, but some of its bytes do not belong to its encoding."""

    code = "wrong_encoding"
    message = _("第 {line} 行有无法按 {encoding} 识别的字节，请用 UTF-8 或 GBK 编码重新保存后上传")
    status = 400
    field = "file"


class WrongColumns(DomainError):
    """The header lacks columns, or has unknown ones, or one twice."""

    code = "wrong_columns"
    message = _("表头不对：{problems}。应有的列：{expected}")
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
}


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One good as its latest snapshot shows it. The market's figures are None where the file is silent."""

    line_no: int
    source_id: str
    title: str
    brand: str
    price_fen: int
    market_sales: int | None
    market_comments: int | None
    seen_on: date


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


def read_catalogue(raw: bytes, *, max_rows: int, encoding: str | None = None) -> CatalogueFile:
    """Read an uploaded catalogue of at most `max_rows` data lines, which keeps the latest snapshot of a good.

    `encoding` is what a person chose in the preview, None detects it. Raises FileTooLarge, NotText,
    WrongEncoding, WrongColumns, BrokenQuotes and TooManyRows; lines with errors of their own are reported.
    """
    if len(raw) > MAX_BYTES:
        raise FileTooLarge(megabytes=MAX_BYTES // 1024**2)
    detected = detect_encoding(raw)
    if encoding is not None and encoding != detected:
        _check_bytes(raw, encoding)
    encoding = encoding or detected
    with io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="") as text:
        header_line = text.readline()
        delimiter = max(_DELIMITERS, key=header_line.count)
        header = _Header.read(header_line, delimiter)
        reading = _Reading(header)
        blank = 0
        for line_no, cells in _records(text, delimiter):
            if cells is not None and not any(cells):
                blank += 1
                if blank > BLANK_MAX:
                    raise TooManyRows(most=max_rows, row=line_no)
                continue
            if reading.line_count == max_rows:
                raise TooManyRows(most=max_rows, row=max_rows + 1)
            reading.add(line_no, cells)
    return CatalogueFile(
        encoding, reading.line_count, list(reading.rows.values()), reading.full_report(), header.absent
    )


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


# --- Header ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    places: Mapping[str, int]  # of each column that the file has
    absent: tuple[str, ...]

    @classmethod
    def read(cls, line: str, delimiter: str) -> "_Header":
        cells = next(csv.reader([line], delimiter=delimiter), [])
        known = [(place, _COLUMN_BY_HEADER.get(_header_key(cell))) for place, cell in enumerate(cells)]
        columns = [column for _place, column in known]
        missing = [
            COLUMNS[name][0] for name in COLUMNS if name not in columns and name not in OPTIONAL_COLUMNS
        ]
        unknown = [_quotable(cells[place].strip()) or "?" for place, column in known if column is None]
        twice = [COLUMNS[name][0] for name in COLUMNS if columns.count(name) > 1]
        found = ((_("缺少 {names}"), missing), (_("不认识 {names}"), unknown), (_("重复 {names}"), twice))
        problems = [str(text).format(names=listed(names[:10])) for text, names in found if names]
        if problems:
            expected = listed(headers[0] for headers in COLUMNS.values())
            raise WrongColumns(
                problems=pgettext("between two problems", "；").join(problems),
                expected=expected,
                missing=missing,
                unknown=unknown,
                repeated=twice,
            )
        absent = tuple(name for name in COLUMNS if name not in columns)
        return cls(len(cells), {column: place for place, column in known if column}, absent)


def _header_key(cell: str) -> str:
    """A header for comparison: one width and case, no byte order mark, no blanks, no unit in brackets."""
    plain = unicodedata.normalize("NFKC", cell).casefold().strip("\ufeff \t\r\n")
    return re.sub(r"[\s_-]+", "_", re.sub(r"\(.*\)$", "", plain).strip())


# --- Lines -----------------------------------------------------------------------------------------------


class _Unreadable(Exception):
    def __init__(self, reason_code: str, **params: str | int) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.params = tuple(params.items())


def _records(lines: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
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

    def __init__(self, header: _Header) -> None:
        self.line_count = 0
        self.rows: dict[str, CatalogueRow] = {}
        self._header = header
        self._report: list[LineReport] = []
        self._superseded: list[tuple[int, str]] = []
        self._line_by_digest: dict[bytes, int] = {}

    def add(self, line_no: int, cells: list[str] | None) -> None:
        """Take in one record: a new good, a newer or older snapshot, a repeat or an error."""
        self.line_count += 1
        try:
            row = self._row(line_no, cells)
            known = self.rows.get(row.source_id)
            if known and known.brand != row.brand:
                raise _Unreadable("other_brand", other=known.line_no)
        except _Unreadable as error:
            source_id = self._cell(cells, "source_id").strip()[:ID_MAX] if cells else ""
            self._report.append(
                LineReport(line_no, Outcome.ERROR, source_id, error.reason_code, error.params)
            )
            return
        assert cells is not None
        digest = blake2b("\x00".join(cells).encode(), digest_size=16).digest()
        first_line = self._line_by_digest.setdefault(digest, line_no)
        if first_line != line_no:
            self._report.append(
                LineReport(line_no, Outcome.REPEAT, row.source_id, "exact_repeat", (("other", first_line),))
            )
        elif known is None:
            self.rows[row.source_id] = row
        elif row.seen_on >= known.seen_on:
            self.rows[row.source_id] = row
            self._superseded.append((known.line_no, row.source_id))
        else:
            self._superseded.append((line_no, row.source_id))

    def full_report(self) -> list[LineReport]:
        """Every line that is no row, in the order of lines; superseded ones name the line that stands."""
        older = [
            LineReport(
                line_no,
                Outcome.SUPERSEDED,
                source_id,
                "older_snapshot",
                (("other", self.rows[source_id].line_no),),
            )
            for line_no, source_id in self._superseded
        ]
        return sorted(self._report + older, key=lambda line: line.line_no)

    def _cell(self, cells: list[str], column: str) -> str:
        place = self._header.places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    def _row(self, line_no: int, cells: list[str] | None) -> CatalogueRow:
        if cells is None:
            raise _Unreadable("broken_quotes")
        width = self._header.width
        if len(cells) < width or any(cells[width:]):
            raise _Unreadable("column_count", expected=width, actual=len(cells))
        source_id = _short_text(self._cell(cells, "source_id").strip(), "id", ID_MAX)
        title = _short_text(self._cell(cells, "title"), "title", TITLE_MAX)
        brand = _short_text(self._cell(cells, "brand").strip(), "brand", BRAND_MAX)
        return CatalogueRow(
            line_no=line_no,
            source_id=source_id,
            title=title,
            brand=brand,
            price_fen=_price(self._cell(cells, "price")),
            market_sales=_count(self._cell(cells, "market_sales"), "bad_sales"),
            market_comments=_count(self._cell(cells, "market_comments"), "bad_comments"),
            seen_on=_day(self._cell(cells, "seen_on")),
        )


# --- Cells -----------------------------------------------------------------------------------------------


def _short_text(text: str, column: str, most: int) -> str:
    if not text.strip():
        raise _Unreadable(f"empty_{column}")
    if len(text) > most:
        raise _Unreadable(f"long_{column}", most=most)
    return text


def _price(text: str) -> int:
    try:
        return parse_yuan(text)
    except BadAmount as error:
        raise _Unreadable("bad_price", text=_quotable(text)) from error


def _count(text: str, reason_code: str) -> int | None:
    if not text.strip():
        return None
    match = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise _Unreadable(reason_code, text=_quotable(text))
    return int(match[1])


def _day(text: str) -> date:
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if match:
            return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        pass  # the 31st of a short month: not a day either
    raise _Unreadable("bad_date", text=_quotable(text))


def _quotable(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:20])
