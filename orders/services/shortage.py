"""A supplier cannot deliver a line (O9): the line is refunded and the buyer compensated, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders import errors
from orders.models import Hold, Order, OrderLine
from orders.services.compensating import compensate_buyer, compensation_due
from orders.services.fulfilment import lock_order
from orders.services.refunds import freight_with, refund_line
from orders.states import ORDERS, CompensationReason
from suppliers.services import empty_sku
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at

CAUSE = "shortage"


@dataclass(frozen=True, slots=True)
class Shortage:
    """What reporting a line out of stock costs, in fen: goods and freight go back, the compensation comes on top."""

    goods_fen: int
    freight_fen: int
    compensation_fen: int

    @property
    def refund_fen(self) -> int:
        """Goods and freight."""
        return self.goods_fen + self.freight_fen


def shortage_of(*, line: OrderLine, at: datetime) -> Shortage:
    """What ``report_shortage`` would do to a line of an order that waits to be shipped; nothing is changed."""
    goods = line.remaining_fen
    due = compensation_due(line.paid_fen, CompensationReason.OUT_OF_STOCK, rules_at(at))
    return Shortage(goods, freight_with(line=line, amount_fen=goods), due)


def report_shortage(
    *, line: OrderLine, seen: Shortage, empties_stock: bool, actor: Actor, at: datetime
) -> Shortage:
    """O9: refund what is left of a line that was not shipped and compensate its buyer (docs/rules.md §5.6).

    ``seen`` is what the supplier was shown and agreed to. The order closes when no line is left, or is wholly on its way
    when all others were shipped (O15, O7). ``empties_stock`` sets what can be sold of the SKU to 0. Raises AmountsChanged,
    OpenCase, MoveRefused, BadInput for a line that was shipped or refunded.
    """
    with transaction.atomic():
        order = lock_order(line.order.number)
        ORDERS.require(order.status, "out_of_stock", actor)
        (fresh,) = rows.find(OrderLine, id=line.pk)
        fresh.order = order
        if fresh.shipped_in_id is not None or fresh.is_refunded:
            raise BadInput(what=_("请选择尚未发货的商品"))
        if rows.find(Hold, order_id=order.pk, lifted_at=None):
            raise errors.OpenCase
        due = shortage_of(line=fresh, at=at)
        if due != seen:
            raise errors.AmountsChanged(
                refund=format_yuan(due.refund_fen, thousands=True),
                compensation=format_yuan(due.compensation_fen, thousands=True),
            )
        _move(order, fresh, actor, at)
        refund_line(
            line=fresh,
            amount_fen=due.goods_fen,
            cause=CAUSE,
            cause_ref=order.number,
            owner_side=False,
            at=at,
        )
        compensate_buyer(line=fresh, reason=CompensationReason.OUT_OF_STOCK, actor=actor, at=at)
        if empties_stock:
            empty_sku(sku_id=fresh.sku_id, actor=actor, at=at)
    return due


def _move(order: Order, line: OrderLine, actor: Actor, at: datetime) -> None:
    ORDERS.apply(order, "out_of_stock", actor=actor, at=at, reason=line.ref, target=order.status)
