"""What a refund does to a line, its order, its stock, its commission and the books."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from commissions import services as commissions
from commissions.states import Outcome
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from orders import errors
from orders.models import LineRefund, Order, OrderLine
from orders.services.fulfilment import lock_order, start_confirm_clock
from orders.services.rolls import note_change
from orders.services.telling import tell_refunded
from orders.states import ORDERS, OrderStatus
from payments import services as payments
from payments.selectors import paid_charge_of_trade
from suppliers import stock
from suppliers.services import take_from_supplier
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("refunds")
REFUNDABLE = (
    OrderStatus.PAID,
    OrderStatus.PART_SHIPPED,
    OrderStatus.SHIPPED,
    OrderStatus.COMPLETED,
    OrderStatus.FINALISED,
)
TELL_THEMSELVES = ("case", "dispute")
REFUND = Side(AccountKind.REFUND_CLEARING)


@dataclass(frozen=True, slots=True)
class LineRefunded:
    """How much went back, in fen."""

    goods_fen: int
    freight_fen: int


def refund_line(
    *,
    line: OrderLine,
    amount_fen: int,
    cause: str,
    cause_ref: str,
    owner_side: bool,
    ends_by: Actor | None = None,
    at: datetime,
) -> LineRefunded:
    """Refund part or all of a line once per (cause, cause_ref); a second call returns the first one's figures.

    Before finalising: from ESCROW, commission recomputed. After: from supplier, owner and platform by claw-back
    (docs/rules.md §6.6). Freight goes with the last line while nothing was shipped. ``owner_side``: the reason counts
    against the owner's refund rate. ``ends_by``: the buyer ends an unshipped order of this one line with it (O18), and what is
    left of the line is the supplier's cancel fee, on which no commission is paid. Raises RefundTooLarge, MoveRefused.
    """
    with transaction.atomic():
        order = lock_order(line.order.number)
        (fresh,) = lock_found(OrderLine, id=line.pk)
        for before in rows.find(LineRefund, line_id=fresh.pk, cause=cause, cause_ref=cause_ref):
            return LineRefunded(before.goods_fen, before.freight_fen)
        if order.status not in REFUNDABLE:
            raise MoveRefused(state=OrderStatus(order.status).label, event=ORDERS.event_labels["refund_all"])
        if not 1 <= amount_fen <= fresh.remaining_fen:
            raise errors.RefundTooLarge(limit=format_yuan(fresh.remaining_fen, thousands=True))
        was_final = order.status == OrderStatus.FINALISED
        fresh.refunded_fen += amount_fen
        rows.update(fresh, "refunded_fen")
        freight = _freight_with(order, ends=ends_by is not None)
        rows.insert(
            LineRefund(
                line=fresh, cause=cause, cause_ref=cause_ref, goods_fen=amount_fen, freight_fen=freight,
                owner_side=owner_side, at=at,
            )
        )  # fmt: skip
        note_change(order, at=at)
        if was_final:
            _post_after_final(order, fresh, amount_fen, cause, cause_ref, owner_side, at)
        else:
            base = 0 if ends_by is not None else fresh.remaining_fen
            commissions.shrink(fresh.ref, base_fen=base, owner_side=owner_side, at=at)
            _post_from_escrow(order, fresh, amount_fen, freight, cause, cause_ref, at)
            _settle_order(order, fresh, ends_by, at)
        charge = paid_charge_of_trade(order.trade.number)
        assert charge is not None, "a paid order has a paid charge"
        payments.request_refund(
            charge=charge,
            cause=cause,
            cause_ref=f"{cause_ref}/{fresh.ref}",
            order_number=order.number,
            amount_fen=amount_fen + freight,
            at=at,
        )
        if cause not in TELL_THEMSELVES:
            tell_refunded(
                order,
                fresh,
                amount_fen=amount_fen + freight,
                ref=f"{cause}:{cause_ref}:{fresh.ref}",
                at=at,
            )
    return LineRefunded(amount_fen, freight)


def freight_with(*, line: OrderLine, amount_fen: int) -> int:
    """The freight that a refund of this much of a line would take along, in fen; nothing is changed."""
    order = line.order
    if order.status != OrderStatus.PAID or not amount_fen or amount_fen < line.remaining_fen:
        return 0
    others = OrderLine.objects.filter(order=order).exclude(pk=line.pk)
    if any(not other.is_refunded for other in others):
        return 0
    return order.freight_fen - order.freight_refunded_fen


def _freight_with(order: Order, *, ends: bool) -> int:
    """The freight that goes back with this refund: all of it when the last line goes, or the order ends, and nothing was shipped."""
    left = order.freight_fen - order.freight_refunded_fen
    if not left or order.status != OrderStatus.PAID:
        return 0
    if not ends and any(not line.is_refunded for line in rows.find(OrderLine, order_id=order.pk)):
        return 0
    order.freight_refunded_fen += left
    rows.update(order, "freight_refunded_fen")
    return left


def _post_from_escrow(
    order: Order,
    line: OrderLine,
    amount: int,
    freight: int,
    cause: str,
    cause_ref: str,
    at: datetime,
) -> None:
    escrow = Side(AccountKind.ESCROW)
    posting.post(
        Event(JournalKind.REFUND, cause, f"{cause_ref}/{line.ref}"[:40], order_number=order.number),
        [Movement(escrow, REFUND, amount, line.ref), Movement(escrow, REFUND, freight)],
        at=at,
    )


def _post_after_final(
    order: Order, line: OrderLine, amount: int, cause: str, cause_ref: str, owner_side: bool, at: datetime
) -> None:
    taken = commissions.claw_back(
        line.ref, refund_fen=amount, cause=f"{cause} {cause_ref}"[:40], owner_side=owner_side, at=at
    )
    supplier = [
        Movement(side, REFUND, share, line.ref)
        for side, share in take_from_supplier(order.supplier.public_id, amount - taken.gross_fen)
    ]
    posting.post(
        Event(JournalKind.REFUND, cause, f"{cause_ref}/{line.ref}"[:40], order_number=order.number),
        [*supplier, *taken.movements],
        at=at,
    )


def _settle_order(order: Order, line: OrderLine, ends_by: Actor | None, at: datetime) -> None:
    """O15 when every line is refunded, O18 when its buyer ends it; the rest is on its way when what was not shipped is refunded (O7)."""
    if line.is_refunded and line.shipped_in_id is None:
        stock.put_back(order_number=order.number, sku_id=line.sku_id, actor=SYSTEM, at=at)
    lines = rows.find(OrderLine, order_id=order.pk)
    if ends_by is not None or all(other.is_refunded for other in lines):
        event, actor = ("refund_all", SYSTEM) if ends_by is None else ("cancel_with_fee", ends_by)
        ORDERS.apply(order, event, actor=actor, at=at, closed_at=at)
        commissions.close_facts(order.number, Outcome.REFUNDED, at=at)
        _give_rest_to_supplier(order, line, at)
    elif order.status == OrderStatus.PART_SHIPPED and all(
        other.is_refunded or other.shipped_in_id is not None for other in lines
    ):
        ORDERS.apply(order, "rest_refunded", actor=SYSTEM, at=at)
        start_confirm_clock(order, at, rules_at(at))


def _give_rest_to_supplier(order: Order, line: OrderLine, at: datetime) -> None:
    """Freight of parcels that were sent stays the supplier's, though all goods are refunded, and so does an agreed cancel fee."""
    escrow, payable = Side(AccountKind.ESCROW), Side(AccountKind.SUPPLIER_PAYABLE, order.supplier.public_id)
    posting.post(
        Event(JournalKind.FINALISE, "order", order.number, order_number=order.number),
        [
            Movement(escrow, payable, order.freight_fen - order.freight_refunded_fen),
            Movement(escrow, payable, line.remaining_fen, line.ref),
        ],
        at=at,
    )
