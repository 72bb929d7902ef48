"""Filters and tags that write business values for people.

Money arrives as integer fen, rates as integer basis points, instants as aware datetimes. A component
attribute may hand over the same value as text ("1299"), which is accepted. A value that is no number or
instant is written as an empty string: a page never fails because of its formatting.
"""

import datetime as dt
import re
from collections.abc import Iterable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import dateformat
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

register = template.Library()

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
MINUS = "\u2212"
SQUARE_EDGES = (160, 480)  # pictures of goods are kept in these squares, and whole
_EDGE = re.compile(r"/(160|480)\.webp$")

# How an instant is written, in the letters of Django's `date` filter. `taoxiaopu.kernel.formats` says the same for
# what Django and the admin write by themselves.
CHINESE_TIMES = {
    "minute": "Y年n月j日 H:i",
    "second": "Y年n月j日 H:i:s",
    "day": "Y年n月j日",
    "short": "n月j日 H:i",
    "date": "n月j日",
    "month": "Y年n月",
    "clock": "H:i",
}
ENGLISH_TIMES = {
    "minute": "j M Y, H:i",
    "second": "j M Y, H:i:s",
    "day": "j M Y",
    "short": "j M, H:i",
    "date": "j M",
    "month": "M Y",
    "clock": "H:i",
}

GOOD = {
    "ACTIVE", "APPROVED", "COMPLETED", "FINALISED", "SUCCEEDED", "SETTLED", "PAID_OUT", "ON_SALE", "LISTED",
    "OPEN", "DONE", "ANSWERED",
}  # fmt: skip
BAD = {
    "OWNER_LATE",
    "SUPPLIER_LATE",
    "REJECTED",
    "IN_FORCE",
    "UPHELD",
    "PENALISED",
    "RETURN_REJECTED",
    "FAILED",
    "BANNED",
    "CLEARED",
    "VOID",
    "BLOCKED",
    "ERROR",
    "IN_DISPUTE",
}
OVER = {
    "CLOSED", "CLOSED_UNPAID", "CLOSED_REFUNDED", "WITHDRAWN", "EXPIRED", "DRAFT", "OFF_SALE", "DELISTED",
    "REMOVED", "CANCELLED", "REVERSED", "SKIPPED", "LIFTED",
}  # fmt: skip
MOVING = {
    "SHIPPED", "PART_SHIPPED", "REFUNDING", "PROCESSING", "RUNNING", "EXECUTING", "INTERCEPTING", "PENDING",
    "WAIT_BUYER_RETURN", "WAIT_EXCHANGE_RECEIPT", "ESTIMATED", "PREVIEW",
}  # fmt: skip


def reads_chinese() -> bool:
    """Whether the page being written is a Chinese one."""
    return (get_language() or "zh").startswith("zh")


def _whole(value: object) -> int | None:
    """The integer in `value`, or None; a float is refused, because money is never one."""
    if isinstance(value, (bool, float)):
        return None
    try:
        return int(str(value).strip())
    except ValueError:
        return None


@register.filter
def yuan(fen: object) -> str:
    """1234 fen -> "12.34"; -5 -> "−0.05": without separators, for figures that stand in a sum."""
    return yuan_grouped(fen).replace(",", "")


@register.filter
def yuan_grouped(fen: object) -> str:
    """123456789 fen -> "1,234,567.89", for statements and tables."""
    number = _whole(fen)
    if number is None:
        return ""
    sign = MINUS if number < 0 else ""
    return f"{sign}{abs(number) // 100:,}.{abs(number) % 100:02d}"


@register.filter
def yuan_sign(fen: object) -> str:
    """123456 fen -> "¥1,234.56"; -5 -> "−¥0.05"."""
    number = _whole(fen)
    return "" if number is None else f"{yuan_minus(number)}¥{yuan_grouped(abs(number))}"


@register.filter
def yuan_minus(fen: object) -> str:
    """The minus sign of a negative amount, else nothing."""
    number = _whole(fen)
    return MINUS if number is not None and number < 0 else ""


@register.filter
def negated(fen: object) -> int | str:
    """An amount with its sign turned round: what was taken as what it changed."""
    number = _whole(fen)
    return "" if number is None else -number


@register.filter
def yuan_whole_grouped(fen: object) -> str:
    """1234567 fen -> "12,345"."""
    number = _whole(fen)
    return "" if number is None else f"{abs(number) // 100:,}"


@register.filter
def yuan_cents(fen: object) -> str:
    """1234 fen -> "34": the two digits after the point."""
    number = _whole(fen)
    return "" if number is None else f"{abs(number) % 100:02d}"


@register.filter
def percent_bp(bp: object) -> str:
    """1234 basis points -> "12.34%"; trailing zeros go: 1200 -> "12%", 1250 -> "12.5%"."""
    number = _whole(bp)
    if number is None:
        return ""
    sign = MINUS if number < 0 else ""
    text = f"{abs(number) // 100}.{abs(number) % 100:02d}".rstrip("0").rstrip(".")
    return f"{sign}{text}%"


@register.filter
def local_time(value: object, style: str = "minute") -> str:
    """An instant on the business clock, or a plain date, in the reader's language.

    Styles: minute 2026年6月8日 20:05 | 8 Jun 2026, 20:05 · second (with :09) · day 2026年6月8日 | 8 Jun 2026 ·
    short 6月8日 20:05 | 8 Jun, 20:05 · date 6月8日 | 8 Jun · month 2026年6月 | Jun 2026 · clock 20:05.
    A plain date is written by day, date or month; any other style writes its day.
    """
    styles = CHINESE_TIMES if reads_chinese() else ENGLISH_TIMES
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return ""
        return dateformat.format(value.astimezone(BUSINESS_ZONE), styles.get(style, styles["minute"]))
    if isinstance(value, dt.date):
        return dateformat.format(value, styles[style if style in {"day", "date", "month"} else "day"])
    return ""


@register.filter
def machine_time(value: object) -> str:
    """An aware instant as ISO 8601 in UTC, for `<time datetime>` and scripts."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        return ""
    return value.astimezone(dt.UTC).isoformat(timespec="seconds")


@register.filter
def mask_phone(phone: object) -> str:
    """Keep the ends: 13812345678 -> 138****5678; anything shorter than seven digits is wholly masked."""
    text = "" if phone is None else str(phone).strip()
    if not text:
        return ""
    if len(text) < 7:
        return "*" * len(text)
    return f"{text[:-8]}****{text[-4:]}" if len(text) >= 11 else f"{text[:1]}****{text[-2:]}"


@register.filter
def at_most_99(number: object) -> str:
    """A number in a small badge: 99+ says that there are more than anybody counts."""
    found = _whole(number) or 0
    return "99+" if found > 99 else str(found)


@register.filter
def compact_count(number: object) -> str:
    """Sales figures as shoppers read them: 9999 -> "9999", 12800 -> "1.2万+", in English "12.8k+"."""
    whole = _whole(number)
    if whole is None:
        return ""
    if whole < 10_000:
        return str(whole)
    if reads_chinese():
        return f"{_tenths(whole // 1_000)}万+"
    return f"{_tenths(whole // 100)}k+" if whole < 1_000_000 else f"{_tenths(whole // 100_000)}M+"


def _tenths(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Several names in a row, as the language writes them: "面霜、口红" or "cream, lipstick"."""
    return pgettext("between the parts of a list", "、").join(str(part) for part in parts)


def sentences(parts: Iterable[object]) -> str:
    """Whole sentences one after the other: Chinese has no blank between them."""
    return ("" if reads_chinese() else " ").join(str(part) for part in parts)


@register.filter
def own_name(name: object) -> str:
    """A stored name that the platform itself gave (a category, a good's only SKU), in the reader's language."""
    return _(str(name)) if name else ""


@register.filter
def in_brackets(words: object, more: object) -> str:
    """A name with a remark behind it: "面霜（50g）" or "cream (50g)"."""
    return _("{words}（{more}）").format(words=words, more=more)


@register.filter
def split_bar(text: object) -> list[str]:
    """Split "填资料|验信用|开店" at its bars, so that an attribute can carry a short list."""
    if isinstance(text, (list, tuple)):
        return [str(item) for item in text]
    return [part.strip() for part in str(text or "").split("|") if part.strip()]


@register.filter
def edge_of(address: object) -> int:
    """The width of a square picture whose address ends in it: /480.webp is 480; 400 when it says nothing."""
    found = _EDGE.search(str(address or ""))
    return int(found[1]) if found else 400


@register.filter
def srcset_of(address: object) -> str:
    """The square sizes that there are of such a picture, for ``srcset``; empty when its address says nothing."""
    text = str(address or "")
    if not _EDGE.search(text):
        return ""
    return ", ".join(f"{_EDGE.sub(f'/{edge}.webp', text)} {edge}w" for edge in SQUARE_EDGES)


@register.filter
def to_int(value: object) -> int:
    """The integer in `value`, 0 when there is none: for comparing component attributes."""
    return _whole(value) or 0


@register.filter
def count_range(number: object) -> range:
    """3 -> range(3), at most 60: to repeat a placeholder."""
    return range(max(0, min(60, _whole(number) or 0)))


@register.filter
def status_tone(status: object) -> str:
    """The colour family of a status code: good, bad, over, moving, or "wait" (someone has to act)."""
    code = str(getattr(status, "value", status) or "").upper()
    for tone, codes in (("good", GOOD), ("bad", BAD), ("over", OVER), ("moving", MOVING)):
        if code in codes:
            return tone
    return "wait"


@register.filter
def message_tone(message: object) -> str:
    """The tone of a django.contrib.messages message: good, warn, bad or info."""
    tag = getattr(message, "level_tag", "")
    return {"success": "good", "warning": "warn", "error": "bad"}.get(tag, "info")


@register.simple_tag(takes_context=True)
def current_nav(context: template.Context, *names: str) -> str:
    """Which of these URL names the page belongs to: `nav` from the view, else the longest matching path."""
    chosen = context.get("nav")
    if chosen:
        return str(chosen)
    request = context.get("request")
    if request is None:
        return ""
    best, best_path = "", ""
    for name in names:
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        if request.path.startswith(path) and len(path) > len(best_path):
            best, best_path = name, path
    return best


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, number: object, key: str = "page") -> str:
    """The present query string with another page number: "?q=面霜&page=2"."""
    request = context.get("request")
    pairs = [] if request is None else [(k, v) for k, vs in request.GET.lists() if k != key for v in vs]
    return "?" + urlencode([*pairs, (key, str(number))])
