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
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.money import BadAmount, parse_yuan

MAX_BYTES = 20 * 1024 * 1024
TITLE_MAX = 200
ID_MAX = 64
BRAND_MAX = 60

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")

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
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0)?")


class NotText(DomainError):
    """The upload is a spreadsheet, an archive, a picture or another binary file."""

    code = "not_text"
    message = _("这个文件不是文本格式的 CSV。表格文件请先另存为 CSV 再上传")
    status = 400


class WrongEncoding(DomainError):
    """The file is text, but some of its bytes do not belong to its encoding."""

    code = "wrong_encoding"
    message = _("第 {line} 行有无法按 {encoding} 识别的字节，请用 UTF-8 或 GBK 编码重新保存后上传")
    status = 400


class WrongColumns(DomainError):
    """The header lacks columns, or has unknown ones, or one twice."""

    code = "wrong_columns"
    message = _("表头不对：{problems}。应有的列：{expected}")
    status = 400


class BrokenQuotes(DomainError):
    """A quotation mark opens a cell and the file ends, or goes on for very long, before it is closed."""

    code = "broken_quotes"
    message = _("第 {line} 行的引号没有成对，后面的内容无法识别")
    status = 400


class FileTooLarge(DomainError):
    """More than 20 MB."""

    code = "file_too_large"
    message = _("文件超过 {megabytes} MB，请分成几个文件上传")
    status = 413


class TooManyRows(DomainError):
    """More data rows than this upload may have."""

    code = "too_many_rows"
    message = _("文件超过 {most} 行（第 {row} 行起未读取），请分成几个文件上传")
    status = 400


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
    encoding = "utf-8" if _damage(raw, "utf-8") < _damage(raw, "gb18030") else "gb18030"
    if not _damage(raw, "utf-8"):
        encoding = "utf-8"
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
    return _read_text(raw, encoding or detected, max_rows)
