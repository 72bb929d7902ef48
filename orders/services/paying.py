"""Paying or giving up a trade. Locks: the trade, its orders by key, then lower apps."""

from datetime import datetime, timedelta

from django.db import transaction

from commissions import services as commissions
from commissions.services import NewLine
from commissions.states import AttributionKind
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from orders.models import Contract, ContractVersion, Order, OrderLine, Trade
from orders.services.attribution import attribution_of
from orders.services.telling import tell_expired, tell_paid
from orders.states import ORDERS, OrderStatus
from payments import services as payments
from payments.models import Charge
from suppliers import stock
from suppliers.models import Good
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused, NotFound
from taoxiaopu.kernel.locking import lock_found

SYSTEM = Actor.system("orders")


def lock_trade(trade_number: str) -> tuple[Trade, list[Order]]:
    """Lock a trade and its orders by key. Raises NotFound."""
    trades = lock_found(Trade, number=trade_number)
    if not trades:
        raise NotFound
    orders = lock_found(Order, trade_id=trades[0].pk)
    for order in orders:
        order.trade = trades[0]
    return trades[0], orders


def open_payment(*, trade: Trade, at: datetime) -> Charge:
    """The charge with which a pending trade is paid. Raises MoveRefused when it is no longer pending."""
    with transaction.atomic():
        locked, orders = lock_trade(trade.number)
        for order in orders:
            ORDERS.require(order.status, "pay", SYSTEM)
        if at > locked.pay_by:
            raise MoveRefused(state=OrderStatus.CLOSED_UNPAID.label, event=ORDERS.event_labels["pay"])
        first = rows.find(OrderLine, order_id=orders[0].pk)[:1]
        title = first[0].title if first else locked.number
        return payments.open_charge(
            trade_number=locked.number,
            amount_fen=locked.amount_fen,
            title=title,
            expires_at=locked.pay_by,
            at=at,
        )


def pay_trade(*, trade: Trade, orders: list[Order], at: datetime) -> None:
    """O4: the charge was paid. The caller has locked trade and orders; posts one PAYMENT journal an order."""
    stock.take(order_numbers=[order.number for order in orders], actor=SYSTEM, at=at)
    for order in orders:
        lines = rows.find(OrderLine, order_id=order.pk)
        promise = _promise(order, lines)
        ORDERS.apply(order, "pay", actor=SYSTEM, at=at, paid_at=at, ship_by=at + promise)
        rows.load(order, "owner", "shop", "supplier")
        if order.owner is not None and order.shop is not None:
            kind = _kind_of(order, trade)
            commissions.estimate(
                [
                    NewLine(
                        order_number=order.number,
                        line_ref=line.ref,
                        owner=order.owner,
                        shop=order.shop,
                        title=line.title,
                        kind=kind,
                        base_fen=line.paid_fen,
                        rate_bp=line.rate_bp,
                        fee_bp=line.fee_bp,
                        bonus_bp=line.bonus_bp,
                        buyer=trade.buyer,
                    )
                    for line in lines
                ],
                at=at,
            )
        posting.post(
            Event(JournalKind.PAYMENT, "order", order.number, order_number=order.number),
            [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.ESCROW), order.paid_fen)],
            at=at,
        )
    tell_paid(trade, orders, at)


def _promise(order: Order, lines: list[OrderLine]) -> timedelta:
    """How long after payment it is shipped: as the goods say, or as both sides agreed about one that is made to order."""
    if lines[0].snapshot.get("custom"):
        (contract,) = rows.find(Contract, order_id=order.pk)
        (agreed,) = rows.find(ContractVersion, contract_id=contract.pk, number=contract.agreed_version)
        return timedelta(days=agreed.lead_d)
    goods = rows.find(Good, id=[line.good_id for line in lines])
    return timedelta(hours=min(good.ship_within_h for good in goods))


def _kind_of(order: Order, trade: Trade) -> AttributionKind:
    """As it was decided when the order was placed; the version before this column decided nothing."""
    if order.attribution:
        return AttributionKind(order.attribution)
    assert order.owner is not None
    rows.load(order.owner, "user")
    found = attribution_of(order, trade)
    order.attribution, order.evidence = found.kind, found.evidence
    rows.update(order, "attribution", "evidence")
    return found.kind


def cancel_trade(*, trade_number: str, actor: Actor, at: datetime, reason: str = "") -> None:
    """O5: give up an unpaid trade; stock is free again, its charge is closed. Raises NotFound, MoveRefused."""
    event = "expire" if actor.kind == ActorKind.SYSTEM else "cancel"
    with transaction.atomic():
        trade, orders = lock_trade(trade_number)
        for order in orders:
            ORDERS.apply(order, event, actor=actor, at=at, reason=reason, closed_at=at)
        stock.release(order_numbers=[order.number for order in orders], actor=actor, at=at)
        payments.close_charges(trade_number=trade_number, at=at)
        if event == "expire":
            tell_expired(trade, orders, at)
