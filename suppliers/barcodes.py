"""Barcodes of goods: EAN-13, EAN-8 and UPC-A (docs/rules.md §1.6)."""

import re
import unicodedata

from stdnum import ean

from suppliers.errors import BadBarcode, BarcodeSpoilt

_SPOILT = re.compile(r"\d+([.,]\d+)?[eE][+-]?\d+")


def read_barcode(text: str) -> str:
    """A barcode as it is stored: 8 or 13 digits, UPC-A with the 0 that makes it an EAN-13; "" stays "".

    Full-width digits, spaces and hyphens are taken. Raises BadBarcode, and BarcodeSpoilt for ``6.9E+12``.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ""
    if _SPOILT.fullmatch(plain):
        raise BarcodeSpoilt(code=plain[:20])
    digits = re.sub(r"[\s-]", "", plain)
    if (
        not (digits.isascii() and digits.isdigit())
        or len(digits) not in (8, 12, 13)
        or not ean.is_valid(digits)
    ):
        raise BadBarcode(code=plain[:20])
    return digits.zfill(13) if len(digits) == 12 else digits
