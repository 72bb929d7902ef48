"""Filters and tags that write business values for people.

Money arrives as integer fen, rates as integer basis points, instants as aware datetimes. A component
attribute may hand over the same value as text ("1299"), which is accepted. A value that is no number or
instant is written as an empty string: a page never fails because of its formatting.
"""

import datetime as dt
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
MINUS = "\u2212"

GOOD = {
    "ACTIVE", "APPROVED", "COMPLETED", "FINALISED", "SUCCEEDED", "SETTLED", "PAID_OUT", "ON_SALE", "LISTED",
    "OPEN", "DONE",
}  # fmt: skip
BAD = {"REJECTED", "RETURN_REJECTED", "FAILED", "BANNED", "CLEARED", "VOID", "BLOCKED", "ERROR", "IN_DISPUTE"}
OVER = {
    "CLOSED", "CLOSED_UNPAID", "CLOSED_REFUNDED", "WITHDRAWN", "EXPIRED", "DRAFT", "OFF_SALE", "DELISTED",
    "REMOVED", "CANCELLED", "REVERSED", "SKIPPED",
}  # fmt: skip
MOVING = {
    "SHIPPED", "PART_SHIPPED", "REFUNDING", "PROCESSING", "RUNNING", "EXECUTING", "INTERCEPTING", "PENDING",
    "WAIT_BUYER_RETURN", "WAIT_EXCHANGE_RECEIPT", "ESTIMATED", "PREVIEW",
}  # fmt: skip


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
    """1234 fen -> "12.34"; -5 -> "−0.05"."""
    number = _whole(fen)
    if number is None:
        return ""
    sign = MINUS if number < 0 else ""
    return f"{sign}{abs(number) // 100}.{abs(number) % 100:02d}"


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
    """1234 fen -> "¥12.34"; -5 -> "−¥0.05"."""
    number = _whole(fen)
    if number is None:
        return ""
    sign = MINUS if number < 0 else ""
    return f"{sign}¥{abs(number) // 100}.{abs(number) % 100:02d}"


@register.filter
def yuan_minus(fen: object) -> str:
    """The minus sign of a negative amount, else nothing."""
    number = _whole(fen)
    return MINUS if number is not None and number < 0 else ""


@register.filter
def yuan_whole(fen: object) -> str:
    """1234567 fen -> "12345": the part before the point, without sign."""
    number = _whole(fen)
    return "" if number is None else str(abs(number) // 100)


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
    """An instant on the business clock.

    Styles: minute 2026-06-18 20:05, second 2026-06-18 20:05:09, day 2026-06-18, short 06-18 20:05,
    clock 20:05.
    A plain date is written as 2026-06-18.
    """
    formats = {
        "minute": "%Y-%m-%d %H:%M",
        "second": "%Y-%m-%d %H:%M:%S",
        "day": "%Y-%m-%d",
        "short": "%m-%d %H:%M",
        "clock": "%H:%M",
    }
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else ""
    return value.astimezone(BUSINESS_ZONE).strftime(formats.get(style, formats["minute"]))


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
def compact_count(number: object) -> str:
    """Sales figures as shoppers read them: 9999 -> "9999", 12800 -> "1.2万+"."""
    whole = _whole(number)
    if whole is None:
        return ""
    if whole < 10_000:
        return str(whole)
    tenths = whole // 1_000
    return f"{tenths // 10}万+" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}万+"


@register.filter
def split_bar(text: object) -> list[str]:
    """Split "填资料|验信用|开店" at its bars, so that an attribute can carry a short list."""
    if isinstance(text, (list, tuple)):
        return [str(item) for item in text]
    return [part.strip() for part in str(text or "").split("|") if part.strip()]


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
