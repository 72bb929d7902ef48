"""Tracking numbers in a batch: a pasted or uploaded list is read, checked and shipped line by line (O7)."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from orders import errors
from orders.models import Order, Parcel
from orders.services.fulfilment import TRACKING, Shipment, ship
from orders.states import CARRIER_ALIASES, CARRIER_NUMBERS, ORDERS, Carrier
from suppliers.models import Supplier
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

BATCH_MAX = 500
_LINE = re.compile(r"[0-9]{1,2}")
State = Literal["ready", "done", "error"]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of the list as it was understood. ``done``: that parcel was handed over before; ``error`` says why not.

    ``line_refs`` are the order lines in the parcel; empty: all that are left.
    """

    line_no: int
    text: str
    order_number: str = ""
    carrier: Carrier | None = None
    tracking_number: str = ""
    line_refs: tuple[str, ...] = ()
    state: State = "ready"
    reason: str = ""


def check_batch(*, supplier: Supplier, text: str, at: datetime) -> list[BatchLine]:
    """Each line of a list with what would become of it; nothing is changed. Raises TooManyLines."""
    read = [line if line.reason else _carried(line) for line in _read(text)]
    numbers = [line.order_number for line in read if line.state == "ready"]
    orders = {
        order.number: order
        for order in Order.objects.filter(supplier=supplier, number__in=numbers).prefetch_related(
            "lines", "parcels"
        )
    }
    used = _used([line.tracking_number for line in read if line.state == "ready"], at)
    seen: dict[str, int] = {}
    sent = {
        pk for order in orders.values() for pk in (x.pk for x in order.lines.all()) if _is_gone(order, pk)
    }
    return [
        _checked(line, orders.get(line.order_number), used, seen, sent, at) if line.state == "ready" else line
        for line in read
    ]


def ship_batch(*, supplier: Supplier, text: str, actor: Actor, at: datetime) -> list[BatchLine]:
    """Hand over every parcel of a list that can be; each line stands for itself, and a list sent again changes nothing.

    Raises TooManyLines.
    """
    shipped = []
    for line in check_batch(supplier=supplier, text=text, at=at):
        shipped.append(_ship(line, supplier, actor, at) if line.state == "ready" else line)
    return shipped


def carrier_named(text: str) -> Carrier | None:
    """The carrier that a code, a name or a habit of speech means; None when it is nobody's."""
    key = _plain(text)
    return _CARRIERS.get(key)


def carrier_of_number(tracking_number: str) -> Carrier | None:
    """The only carrier whose numbers look so, or None."""
    found = [
        carrier for carrier, shape in CARRIER_NUMBERS.items() if re.fullmatch(shape, tracking_number.upper())
    ]
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


_CARRIERS = {
    **{_plain(name): carrier for name, carrier in CARRIER_ALIASES.items()},
    **{carrier.value: carrier for carrier in Carrier},
}


def _read(text: str) -> list[BatchLine]:
    """The lines that say something; a first line without any figure is a heading."""
    numbered = [
        (n, line.strip("\ufeff").strip()) for n, line in enumerate(text.replace("\x00", "").splitlines(), 1)
    ]
    lines = [(n, line) for n, line in numbered if line]
    if lines and not any(char.isdigit() for char in lines[0][1]):
        lines = lines[1:]
    if len(lines) > BATCH_MAX:
        raise errors.TooManyLines(limit=BATCH_MAX, lines=len(lines))
    return [_read_line(n, line[:200]) for n, line in lines]


def _read_line(line_no: int, text: str) -> BatchLine:
    cells = _cells(text)
    if len(cells) < 2:
        return _wrong(BatchLine(line_no, text), _("须写明订单号和运单号"))
    order_number, *rest = cells
    line = BatchLine(line_no, text, order_number=order_number)
    carrier = carrier_named(rest[0])
    if carrier is None and len(rest) > 1 and not _is_part(rest[1], order_number):
        return _wrong(line, _("不认识快递公司“{name}”").format(name=rest[0][:20]))
    if carrier is not None:
        rest = rest[1:]
    if not rest:
        return _wrong(line, _("须写明订单号和运单号"))
    parts = tuple(_part(cell, order_number) for cell in rest[1:])
    return replace(line, carrier=carrier, tracking_number=rest[0].upper(), line_refs=parts)


def _cells(text: str) -> list[str]:
    """A line's cells: by tab or comma where it has one, else by blanks; without a spreadsheet's apostrophe."""
    plain = unicodedata.normalize("NFKC", text)
    if "\t" in plain:
        cells = plain.split("\t")
    elif "," in plain:
        cells = next(csv.reader([plain]), [])
    else:
        cells = plain.split()
    return [cell for cell in (c.strip().strip('"').lstrip("'").strip() for c in cells) if cell]


def _is_part(cell: str, order_number: str) -> bool:
    return bool(_LINE.fullmatch(cell)) or cell.startswith(f"{order_number}-")


def _part(cell: str, order_number: str) -> str:
    return f"{order_number}-{int(cell)}" if _LINE.fullmatch(cell) else cell


def _carried(line: BatchLine) -> BatchLine:
    if not TRACKING.fullmatch(line.tracking_number):
        return _wrong(line, errors.BadTracking().sentence)
    carrier = line.carrier or carrier_of_number(line.tracking_number)
    if carrier is None:
        return _wrong(line, _("没有写快递公司，从单号也认不出来"))
    return replace(line, carrier=carrier)


def _used(numbers: Sequence[str], at: datetime) -> dict[str, Parcel]:
    """The parcels of the last days that have one of these numbers."""
    since = at - timedelta(days=rules_at(at).TRACKING_REUSE_D)
    found = rows.find(Parcel, tracking_number=list(numbers)) if numbers else []
    return {parcel.tracking_number: parcel for parcel in found if parcel.shipped_at >= since}


def _is_gone(order: Order, line_id: int) -> bool:
    return any(x.pk == line_id and (x.shipped_in_id is not None or x.is_refunded) for x in order.lines.all())


def _checked(
    line: BatchLine,
    order: Order | None,
    used: dict[str, Parcel],
    seen: dict[str, int],
    sent: set[int],
    at: datetime,
) -> BatchLine:
    """What becomes of a readable line, after the lines before it."""
    if order is None:
        return _wrong(line, _("没有这个订单"))
    before = used.get(line.tracking_number)
    if before is not None and before.order_id == order.pk and before.carrier == line.carrier:
        return replace(line, state="done", reason=_("这个包裹已经发出"))
    if before is not None:
        days = rules_at(at).TRACKING_REUSE_D
        return _wrong(line, errors.TrackingReused(number=line.tracking_number, days=days).sentence)
    if line.tracking_number in seen:
        return _wrong(line, _("运单号与第 {n} 行相同").format(n=seen[line.tracking_number]))
    if "ship" not in ORDERS.events(order.status, ActorKind.SUPPLIER):
        return _wrong(line, _("订单“{state}”，不能发货").format(state=order.get_status_display()))
    refs = {x.ref: x.pk for x in order.lines.all() if x.pk not in sent}
    chosen = line.line_refs or tuple(refs)
    if not chosen or not set(chosen) <= set(refs):
        return _wrong(line, _("请选择尚未发货的商品"))
    seen[line.tracking_number] = line.line_no
    sent.update(refs[ref] for ref in chosen)
    return line


def _ship(line: BatchLine, supplier: Supplier, actor: Actor, at: datetime) -> BatchLine:
    assert line.carrier is not None, "a line without a carrier is not ready"
    order = Order.objects.get(supplier=supplier, number=line.order_number)
    shipment = Shipment(line.carrier, line.tracking_number, line.line_refs)
    try:
        ship(order=order, shipment=shipment, actor=actor, at=at)
    except DomainError as refused:  # somebody was quicker than this list
        return _wrong(line, refused.sentence)
    return replace(line, state="done", reason=_("已发货"))


def _wrong(line: BatchLine, reason: str) -> BatchLine:
    return replace(line, state="error", reason=reason)
