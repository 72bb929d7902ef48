"""Reading the first sheet of an XLSX workbook as text, row by row, in bounded memory.

Own, because what can be had either builds the whole grid (two cells far apart then take the process's memory, and the
process with it) or is too slow for 20,000 rows. Nothing is unpacked before the archive's directory was looked at; no
formula, link, macro or style but a date's is looked at.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError

UNPACKED_MAX = 100 * 1024 * 1024
RATIO_MAX = 100
ALWAYS_FITS = 10 * 1024 * 1024  # whatever the ratio: a sheet of lines that are all alike packs well
PARTS_MAX = 200
BLANK_ROWS_MAX = 100  # spreadsheets save styled rows without end
COLUMNS_MAX = 200
CELL_MAX = 32_767  # characters that a spreadsheet lets into one cell
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_CHUNK = 1 << 16


class NotWorkbook(DomainError):
    """The archive is no workbook, or a broken or locked one."""

    code = "not_workbook"
    message = _("这个文件不是可以读取的 XLSX 表格，请用表格软件重新保存")
    status = 400
    field = "file"


class WorkbookTooLarge(DomainError):
    """Unpacked it would be too large, or it has too many parts or links to other files."""

    code = "workbook_too_large"
    message = _("这个表格展开后过大，或含外部链接。请只保留一个工作表，另存后上传")
    status = 400
    field = "file"


def is_workbook(raw: bytes) -> bool:
    """Whether these bytes are an archive with a workbook in it."""
    if not raw.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def sheet_rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first visible sheet that hold anything, with their numbers, until a hundred blank ones follow.

    Cells are text as it is shown: whole numbers without a point, dates as 2026-01-31. Raises NotWorkbook, WorkbookTooLarge.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_directory(archive)
            sheet, is_1904 = _first_sheet(archive)
            strings = _strings(archive)
            dates = _date_styles(archive)
            reader = _Sheet(strings, dates, date(1904, 1, 1) if is_1904 else date(1899, 12, 30))
            last = 0
            for number, cells in _parsed(archive, sheet, reader):
                if number - last > BLANK_ROWS_MAX + 1:
                    return
                if any(cells):
                    last = number
                    yield number, cells
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        KeyError,
        ValueError,
        IndexError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise NotWorkbook from error
    except RuntimeError as error:  # locked by a password
        raise NotWorkbook from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if (
        len(parts) > PARTS_MAX
        or unpacked > UNPACKED_MAX
        or unpacked > max(RATIO_MAX * packed, ALWAYS_FITS)
        or any(part.filename.startswith("xl/externalLinks/") for part in parts)
    ):
        raise WorkbookTooLarge


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, bool]:
    found: dict[str, Any] = {"1904": False, "ids": [], "targets": {}}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            found["ids"].append(next(v for k, v in attributes.items() if k.endswith(":id")))
        elif name == "workbookPr":
            found["1904"] = attributes.get("date1904") in ("1", "true")
        elif name == "Relationship":
            found["targets"][attributes["Id"]] = attributes["Target"]

    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        parser = _parser()
        parser.StartElementHandler = start
        parser.Parse(archive.read(part), True)
    target = found["targets"][found["ids"][0]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}", found["1904"]


def _strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells share; readings above Chinese characters are left out."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    strings: list[str] = []
    pieces: list[str] = []
    where = {"text": False, "reading": False}
    parser = _parser()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            where["reading"] = True
        where["text"] = name == "t"

    def end(name: str) -> None:
        where["text"] = False
        if name == "si":
            strings.append("".join(pieces)[:CELL_MAX])
        elif name == "rPh":
            where["reading"] = False

    def characters(text: str) -> None:
        if where["text"] and not where["reading"]:
            pieces.append(text)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    _feed(archive, "xl/sharedStrings.xml", parser)
    return strings


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The styles by which a number is shown as a day."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    formats: set[int] = set(_DATE_FORMATS)
    styles: set[int] = set()
    state = {"in": False, "n": 0}
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and re.search("[ymdYMD年]", _QUOTED.sub("", attributes.get("formatCode", ""))):
            formats.add(int(attributes["numFmtId"]))
        elif name == "cellXfs":
            state["in"] = True
        elif name == "xf" and state["in"]:
            if int(attributes.get("numFmtId", "0")) in formats:
                styles.add(state["n"])
            state["n"] += 1

    def end(name: str) -> None:
        if name == "cellXfs":
            state["in"] = False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(archive, "xl/styles.xml", parser)
    return frozenset(styles)


class _Sheet:
    """Gathers rows while the parser goes through a sheet."""

    def __init__(self, strings: list[str], dates: frozenset[int], day_zero: date) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._strings, self._dates, self._day_zero = strings, dates, day_zero
        self._number = 0
        self._cells: list[str] = []
        self._column = self._style = 0
        self._kind = ""
        self._pieces: list[str] = []
        self._reads = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r", "")
            self._column = _column(place) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self._pieces = []
        elif name in ("v", "t"):
            self._reads = True
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells, self._column = [], -1

    def characters(self, text: str) -> None:
        if self._reads:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reads = False
        elif name == "c" and self._pieces and self._column < COLUMNS_MAX:
            self._cells += [""] * (self._column + 1 - len(self._cells))
            self._cells[self._column] = self._text("".join(self._pieces))[:CELL_MAX]
        elif name == "row":
            self.rows.append((self._number, self._cells))

    def _text(self, raw: str) -> str:
        if self._kind == "s":
            return self._strings[int(raw)]
        if self._kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if self._kind != "n":
            return raw
        number = float(raw)
        if self._style in self._dates and 1 <= number < 2_958_466:
            return (self._day_zero + timedelta(days=int(number))).isoformat()
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.15g}"


def _column(place: str) -> int:
    """The column of ``AB12``, counted from 0."""
    number = 0
    for char in place:
        if not "A" <= char <= "Z":
            break
        number = number * 26 + ord(char) - 64
    if not 1 <= number <= 16_384:
        raise ValueError(place)
    return number - 1


def _parsed(archive: zipfile.ZipFile, part: str, sheet: _Sheet) -> Iterator[tuple[int, list[str]]]:
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = sheet.start, sheet.end
    parser.CharacterDataHandler = sheet.characters
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
            yield from sheet.rows
            sheet.rows = []
        parser.Parse(b"", True)
    yield from sheet.rows


def _feed(archive: zipfile.ZipFile, part: str, parser: Any) -> None:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)


def _parser() -> Any:
    """A parser that knows no entities but XML's own: a document that declares some is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_declared: object) -> None:
        raise NotWorkbook

    parser.StartDoctypeDeclHandler = refuse
    return parser
