"""What one cell of a catalogue may say: texts, prices, counts, days, stocks, rates, barcodes, categories.

Every function raises Unreadable with the code of a sentence in ``catalogue_file.LINE_REASONS``.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from stdnum import ean
from stdnum.exceptions import ValidationError

from taoxiaopu.kernel.clock import local_instant
from taoxiaopu.kernel.money import BadAmount, parse_yuan

STOCK_MAX = 9_999_999
_DAY = re.compile(
    r"(20[0-9]{2})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_MOMENT = re.compile(r"([0-9年月日./-]+)(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?")
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0)?")
_RATE = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,2}))?%?")
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")


class Unreadable(Exception):
    """A cell that cannot be understood, so that its line is no row."""

    def __init__(self, reason_code: str, **params: str | int) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.params = tuple(params.items())


def short_text(text: str, column: str, most: int) -> str:
    """The text of a cell that must say something."""
    if not text.strip():
        raise Unreadable(f"empty_{column}")
    if len(text) > most:
        raise Unreadable(f"long_{column}", most=most)
    return text


def price(text: str) -> int:
    """Fen, 1 to 999,999,999."""
    try:
        return parse_yuan(text)
    except BadAmount as error:
        raise Unreadable("bad_price", text=quotable(text)) from error


def count(text: str, reason_code: str) -> int | None:
    """A whole number; None for an empty cell."""
    if not text.strip():
        return None
    match = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise Unreadable(reason_code, text=quotable(text))
    return int(match[1])


def day(text: str) -> date:
    """A day of this century, with or without a time of day."""
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if match:
            return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        pass  # the 31st of a short month: not a day either
    raise Unreadable("bad_date", text=quotable(text))


def moment(text: str) -> datetime | None:
    """A minute or second of the business clock; a day alone is its midnight, an empty cell None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    match = _MOMENT.fullmatch(plain)
    try:
        if match:
            at = time(*(int(part or 0) for part in match.groups()[1:]))
            midnight = local_instant(day(match[1]))
            return midnight + timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
    except (ValueError, Unreadable):
        pass
    raise Unreadable("bad_moment", text=quotable(text))


def quotable(text: str) -> str:
    """The beginning of a cell, for a sentence."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:20])


def stock(text: str) -> int | None:
    """Units that can be sold; None for an empty cell."""
    try:
        number = count(text, "bad_stock")
    except Unreadable as error:
        raise Unreadable("bad_stock", text=quotable(text), most=STOCK_MAX) from error
    if number is not None and number > STOCK_MAX:
        raise Unreadable("bad_stock", text=quotable(text), most=STOCK_MAX)
    return number


def rate(text: str, low_bp: int, high_bp: int) -> int | None:
    """A commission rate in bp, written 20 or 20%; None for an empty cell."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    match = _RATE.fullmatch(plain)
    bp = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
    if not low_bp <= bp <= high_bp:
        raise Unreadable("bad_rate", text=quotable(text), low=low_bp // 100, high=high_bp // 100)
    return bp


def barcode(text: str) -> str:
    """An EAN or UPC with a right check digit, in plain figures; empty for an empty cell."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if not plain:
        return ""
    if _ROUNDED.fullmatch(plain):
        raise Unreadable("rounded_barcode", text=quotable(text))
    try:
        return str(ean.validate(plain))
    except ValidationError as error:
        raise Unreadable("bad_barcode", text=quotable(text)) from error


def category(text: str, codes: Mapping[str, str]) -> str:
    """The code of a category that is named by its code or name; empty for an empty cell."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ""
    if plain not in codes:
        raise Unreadable("bad_category", text=quotable(text))
    return codes[plain]


def header_key(cell: str) -> str:
    """A header for comparison: one width and case, no byte order mark, no blanks, no unit in brackets."""
    plain = unicodedata.normalize("NFKC", cell).casefold().strip("\ufeff \t\r\n")
    return re.sub(r"[\s_-]+", "_", re.sub(r"\(.*\)$", "", plain).strip())
