"""The one writer of CSV files for people: no cell of it is taken for a formula by a spreadsheet."""

import csv
import io
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


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
