"""Production of customised goods (O18): from its start a refund needs the supplier's consent or the agreed cancel fee."""

from datetime import datetime

from django.db import transaction

from orders import errors
from orders.models import Contract, ContractVersion, Hold, Order, OrderLine
from orders.services.contracts import lock_contract
from orders.services.fulfilment import lock_order
from orders.services.refunds import refund_line
from orders.services.telling import tell_cancelled_with_fee, tell_production
from orders.states import ORDERS
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.money import format_yuan, share_bp

CAUSE = "custom"


def start_production(*, order: Order, actor: Actor, at: datetime) -> None:
    """O18: the supplier begins to make what was agreed. Raises OpenCase, NotCustom, MoveRefused; a second time too."""
    with transaction.atomic():
        row = lock_order(order.number)
        ORDERS.require(row.status, "start_production", actor)
        contract = lock_contract(row)
        if contract.production_at is not None:
            raise _refused(row, "start_production")
        if rows.find(Hold, order_id=row.pk, lifted_at=None):
            raise errors.OpenCase
        _begin(row, contract, actor, at)


def _begin(row: Order, contract: Contract, actor: Actor, at: datetime) -> None:
    contract.production_at = at
    rows.update(contract, "production_at")
    ORDERS.apply(row, "start_production", actor=actor, at=at)
    tell_production(row, at)


def cancel_fee_of(*, order: Order) -> int:
    """What the buyer would leave the supplier to cancel an order that is in production, in fen. Raises NotCustom."""
    found = rows.find(Contract, order_id=order.pk)
    if not found or found[0].agreed_version is None:
        raise errors.NotCustom
    return _fee(found[0], _line_of(order))


def cancel_with_fee(*, order: Order, seen_fen: int, actor: Actor, at: datetime) -> int:
    """O18: the buyer cancels what is being made; the supplier keeps the agreed fee, all else goes back, freight too.

    ``seen_fen`` is the fee that the buyer was shown and agreed to. Returns it. Raises FeeChanged, OpenCase, NotCustom,
    MoveRefused.
    """
    with transaction.atomic():
        row = lock_order(order.number)
        ORDERS.require(row.status, "cancel_with_fee", actor)
        contract = lock_contract(row)
        if contract.production_at is None:
            raise _refused(row, "cancel_with_fee")
        if rows.find(Hold, order_id=row.pk, lifted_at=None):
            raise errors.OpenCase
        line = _line_of(row)
        fee = _fee(contract, line)
        if fee != seen_fen:
            raise errors.FeeChanged(fee=format_yuan(fee, thousands=True))
        contract.fee_fen = fee
        rows.update(contract, "fee_fen")
        rows.load(row, "trade", "supplier")
        line.order = row
        refund_line(
            line=line, amount_fen=line.remaining_fen - fee, cause=CAUSE, cause_ref=row.number, owner_side=False,
            ends_by=actor, at=at,
        )  # fmt: skip
        tell_cancelled_with_fee(row, fee, at)
    return fee


def _fee(contract: Contract, line: OrderLine) -> int:
    (version,) = rows.find(ContractVersion, contract_id=contract.pk, number=contract.agreed_version)
    return min(share_bp(line.paid_fen, version.cancel_fee_bp), line.remaining_fen - 1)


def _line_of(row: Order) -> OrderLine:
    (line,) = rows.find(OrderLine, order_id=row.pk)
    return line


def _refused(row: Order, event: str) -> MoveRefused:
    return MoveRefused(state=row.get_status_display(), event=ORDERS.event_labels[event])
