"""Contact data in messages: found however it is disguised, and hidden before anything is stored (docs/rules.md §1.6).

Full-width and circled figures, Chinese numerals, signs and blanks between figures, invisible characters and letters of
another width make no difference: a text is folded character by character, searched, and hidden in the places where it was
typed. Order numbers (16 figures), parcel numbers without a mobile number in them, prices and dates stay.
"""

import re
import unicodedata
from dataclasses import dataclass

HIDDEN = "***"

_NUMERALS = {
    **dict(zip("〇零洞一二两三四五六七八九", "0001223456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖幺貳參陸", "1234567891236", strict=True)),
}
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
_SIGN = r"[\W_]{0,8}"
_NUMBER = rf"(?:\d{_SIGN})"
_LOCAL = r"[a-z0-9](?:[\w.+-]{0,40}[a-z0-9_])?"
_SAYS = r"[\W_]{0,3}(?:小号|大号|号码|账号|客服|号|id|是|为|叫|搜|加|:)?[\W_]{0,3}(?:是|为)?[\W_]{0,3}"
_WECHAT = r"(?:微信|威信|薇信|维信|徽信|微x|v信|v我|加v|卫星|weixin|wechat|wx|vx|wei\s?xin)"
_PATTERNS = (
    # a mobile number, with 86 or 0 before it or not
    re.compile(rf"(?<!\d)(?:\+?\s?8{_SIGN}6{_SIGN}|0{_SIGN})?1{_SIGN}[3-9]{_SIGN}{_NUMBER}{{8}}\d(?!\d)"),
    # a landline with its area code, a service number
    re.compile(r"(?<!\d)0\d{2,3}[\W_]{0,3}\d{3,4}[\W_]{0,2}\d{4}(?!\d)"),
    re.compile(r"(?<!\d)[48]00[\W_]{0,2}\d{3,4}[\W_]{0,2}\d{3,4}(?!\d)"),
    # e-mail, also with its signs in words
    re.compile(
        rf"{_LOCAL}\s*(?:@|[\(\[<]\s*(?:at|艾特)\s*[\)\]>]|艾特)\s*[a-z0-9][a-z0-9-]*"
        r"(?:\s*(?:\.|[\(\[<]?\s*(?:dot|点)\s*[\)\]>]?)\s*[a-z0-9-]{2,})+"
    ),
    # WeChat and QQ by their names
    re.compile(rf"{_WECHAT}{_SAYS}(?P<id>[a-z][a-z0-9_-]{{4,19}}|{_NUMBER}{{4,11}}\d)"),
    re.compile(r"(?<![a-z0-9])(?P<id>wxid_[a-z0-9]{4,24})"),
    re.compile(rf"(?:qq|扣扣|球球|企鹅|q号|秋秋){_SAYS}(?P<id>{_NUMBER}{{4,11}}\d)"),
    # addresses of other sites
    re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff]{3,}"),
    re.compile(
        r"(?<![\w.@-])(?:[a-z0-9-]{2,30}\.){1,3}(?:com|cn|net|cc|top|shop|vip|xyz|me|wang|link)(?![a-z0-9])\S{0,80}"
    ),
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without contact data; ``found`` says whether something was hidden."""

    text: str
    found: bool


def mask_contacts(text: str) -> Masked:
    """Hide telephone numbers, WeChat and QQ names, e-mail addresses and links, each as ``***``.

    Chinese numerals count as figures only where a whole number is made of them, so that prose stays as it is.
    """
    spans: list[tuple[int, int]] = []
    for numerals in (False, True):
        folded, places = _folded(text, numerals=numerals)
        for pattern in _PATTERNS[:3] if numerals else _PATTERNS:
            for hit in pattern.finditer(folded):
                group = "id" if "id" in pattern.groupindex else 0
                start, end = hit.span(group)
                spans.append((places[start], places[end - 1] + 1))
    return Masked(_without(text, spans), bool(spans))


def _folded(text: str, *, numerals: bool) -> tuple[str, list[int]]:
    """The text in one width and case without what cannot be seen, and the place of each character in the text."""
    out: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if unicodedata.category(char) in ("Cf", "Mn", "Me", "Co") or char in _INVISIBLE:
            continue
        digit = unicodedata.digit(char, None)
        plain = str(digit) if digit is not None else unicodedata.normalize("NFKC", char).casefold()
        if numerals:
            plain = _NUMERALS.get(plain, plain)
        out.append(plain)
        places.extend([place] * len(plain))
    return "".join(out), places


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept: list[str] = []
    reached = 0
    for start, end in sorted(spans):
        if start >= reached:
            kept += [text[reached:start], HIDDEN]
        reached = max(reached, end)
    return "".join([*kept, text[reached:]])
