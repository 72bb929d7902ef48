"""The one writer of tables for people, as CSV and as XLSX: no cell of them is taken for a formula by a spreadsheet."""

import csv
import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
FORMATS = ("csv", "xlsx")
FIGURES_MAX = 15  # a spreadsheet keeps no more of a number
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_MEDIA}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MEDIA}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def safe_cell(value: object) -> str:
    """The text of a cell, with a leading apostrophe where a spreadsheet could read a formula.

    Looked at is the first character that is not blank (a spreadsheet drops blanks, no-break and zero-width ones
    too), and any tab or line break among the blanks before it. None is an empty cell; a Decimal is written as it is,
    because a minus before figures is no formula.
    """
    if isinstance(value, Decimal):
        return str(value)
    text = "" if value is None else str(value)
    for char in text:
        if char in FORMULA_STARTS:
            return f"'{text}"
        if not (char.isspace() or unicodedata.category(char) in ("Zs", "Cf", "Cc")):
            break
    return text


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, the byte order mark first so that spreadsheets read it as UTF-8."""
    yield "\ufeff"
    for row in itertools.chain([header], rows):
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in row])
        yield out.getvalue()


def csv_response(
    filename: str, header: Sequence[object], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A download of a table, streamed."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def xlsx_chunks(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The bytes of a workbook of one sheet, written as they go: no more than some rows are ever in memory.

    Texts as ``safe_cell`` has them; whole numbers and Decimals are numbers there, but never longer ones than it keeps.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, text in _PARTS.items():
            archive.writestr(_part(name), _HEAD + text)
        with archive.open(_part("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in itertools.chain([header], rows):
                sheet.write(f"<row>{''.join(map(_xml_cell, row))}</row>".encode())
                if chunk := pipe.take(1 << 15):
                    yield chunk
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.take(0)


def table_response(
    stem: str, form: str, header: Sequence[object], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A download of a table as ``csv`` or ``xlsx``, streamed; the ending is added to the name."""
    if form != "xlsx":
        return csv_response(f"{stem}.csv", header, rows)
    response = StreamingHttpResponse(xlsx_chunks(header, rows), content_type=f"{_MEDIA}.sheet")
    response["Content-Disposition"] = content_disposition_header(True, f"{stem}.xlsx") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Pipe:
    """Where an archive is written to, and taken from piece by piece; it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self, least: int) -> bytes:
        if self._size < least:
            return b""
        taken, self._pieces, self._size = b"".join(self._pieces), [], 0
        return taken


def _part(name: str) -> zipfile.ZipInfo:
    """A part without a time of its own, so that the same table is the same file."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _xml_cell(value: object) -> str:
    if value is None or value == "":
        return "<c/>"
    text = str(value)
    if type(value) in (int, Decimal) and len(text) <= FIGURES_MAX and _NUMBER.fullmatch(text):
        return f"<c><v>{text}</v></c>"
    text = escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", safe_cell(value)), {"\r": "&#13;"})
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
