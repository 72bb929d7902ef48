"""How single values look on the staff's pages: money, rates, instants, states, links."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Field, IntegerField, Model
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from taoxiaopu.kernel.templatetags.kernel_format import local_time, percent_bp, status_tone, yuan_grouped

EMPTY = mark_safe('<span class="tx-faint">—</span>')
ACTION_TONES = {
    "active": "good", "listed": "good", "paid": "moving", "succeeded": "good", "done": "good", "applied": "good",
    "held": "wait", "suspended": "bad", "exiting": "wait", "refused": "bad", "review": "wait", "second_approval": "wait",
    "appealed": "wait", "evidence": "moving", "decided": "moving", "confirmed": "good", "withdrawable": "good",
    "estimated": "moving", "locked": "moving", "frozen": "bad", "hidden": "bad", "open": "good", "requested": "moving",
    "mismatch": "bad", "orphan": "bad", "stray": "wait", "repeated": "over", "waiting": "moving", "failed": "bad",
    "name_review": "wait", "submitted": "wait", "pending_payment": "wait", "completed": "good",
    "await_deposit": "wait", "in_review": "wait", "need_info": "moving", "handed": "wait", "fine": "good", "mend": "bad", "reviewing": "wait", "processing": "moving", "rejected": "bad", "returned": "bad",
}  # fmt: skip


def money(fen: int | None) -> SafeString:
    """An amount in fen as yuan with separators."""
    if fen is None:
        return EMPTY
    if fen < 0:
        return format_html('<span class="tx-num tx-minus">\N{MINUS SIGN}¥{}</span>', yuan_grouped(-fen))
    return format_html('<span class="tx-num">¥{}</span>', yuan_grouped(fen))


def days(n: int) -> str:
    """So many days, in words."""
    return ngettext("{n} 天", "{n} 天", n).format(n=n)


def percent(bp: int | None) -> SafeString:
    """A rate in basis points."""
    return EMPTY if bp is None else format_html('<span class="tx-num">{}</span>', percent_bp(bp))


def when(at: datetime | date | None, style: str = "minute") -> SafeString:
    """An instant on the business clock."""
    if at is None:
        return EMPTY
    return format_html('<time class="tx-time" datetime="{}">{}</time>', at.isoformat(), local_time(at, style))


def pill(status: str, label: object, tone: str = "") -> SafeString:
    """A state in its colour."""
    shown = tone or ACTION_TONES.get(str(status)) or status_tone(status)
    return format_html('<span class="tx-pill tx-{}">{}</span>', shown, label)


def code(text: str) -> SafeString:
    """A number or reference in figures of one width."""
    return format_html('<span class="tx-code">{}</span>', text) if text else EMPTY


def link(url: str, text: object) -> SafeString:
    """A link to another page."""
    return format_html('<a class="tx-link" href="{}">{}</a>', url, text)


def link_to(row: Model | None, text: object = "") -> SafeString:
    """A link to a row's own staff page; a dash when there is none."""
    if row is None:
        return EMPTY
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return link(reverse(name, args=[row.pk]), text or str(row))


def value_of(row: Model, name: str) -> SafeString | str:
    """One field of a row as its name says: ``*_fen`` money, ``*_bp`` rates, choices by label, instants, yes and no."""
    value: Any = getattr(row, name)
    field = row._meta.get_field(name)
    if value is None or value == "":
        return EMPTY
    if name.endswith("_fen"):
        return money(value)
    if name.endswith("_bp"):
        return percent(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if getattr(field, "choices", None):
        label = getattr(row, f"get_{name}_display")()
        return pill(value, label) if name in ("status", "outcome") else str(label)
    if isinstance(value, (datetime, date)):
        return when(value)
    if isinstance(value, Model):
        return link_to(value)
    if isinstance(value, int):
        return format_html('<span class="tx-num">{}</span>', f"{value:,}")
    return str(value)


def label_of(model: type[Model], name: str) -> str:
    """A field's name for people, without its unit, because the value shows it."""
    field = model._meta.get_field(name)
    words = str(field.verbose_name) if isinstance(field, Field) else name
    return re.sub(r"\s*[（(](?:分|bp|fen)[）)]$", "", words)


_label_of = lazy(label_of, str)  # in the reader's language, not in that of the first import


def column(
    label: object, read: Callable[[Any], object], order: str = "", *, num: bool = False
) -> Callable[[Any], object]:
    """A column of a list that ``read`` fills, sorted by a field when ``order`` names it; ``num``: its figures line up."""

    def cell(row: Any) -> object:
        shown = read(row)
        return EMPTY if shown is None or shown == "" else shown

    cell.__name__ = f"{'figure' if num else 'column'}_{order or 'plain'}"
    cell.short_description = label  # type: ignore[attr-defined]
    if order:
        cell.admin_order_field = order  # type: ignore[attr-defined]
    return cell


def columns(model: type[Model], *wanted: str | Callable[[Any], object]) -> list[Callable[[Any], object]]:
    """Columns from field names (formatted by ``value_of``) and ready columns."""
    return [_field_column(model, item) if isinstance(item, str) else item for item in wanted]


def _field_column(model: type[Model], name: str) -> Callable[[Any], object]:
    field = model._meta.get_field(name)
    is_figure = isinstance(field, IntegerField) and not field.choices
    return column(_label_of(model, name), lambda row: value_of(row, name), name, num=is_figure)
