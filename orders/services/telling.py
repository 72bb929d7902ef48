"""Letters about orders, written in the transaction of their cause: at most one INSERT for each kind and event."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from accounts.letters import Letter
from accounts.selectors import already_told
from accounts.services import Entry, notify, notify_each
from accounts.states import Audience
from orders import letters
from orders.models import Contract, ContractVersion, Order, OrderLine, Parcel, Trade
from orders.states import OrderStatus
from suppliers.selectors import members_of
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.settings import Rules


def tell_paid(trade: Trade, orders: Sequence[Order], at: datetime) -> None:
    """A trade was paid: its member, the suppliers who ship, the owners through whose shops it came."""
    titles, members = _titles(orders), members_of(order.supplier_id for order in orders)
    notify(
        kind=letters.PAID,
        recipients=[trade.user_id],
        ref=trade.number,
        at=at,
        facts={"title": titles[orders[0].pk], "amount_fen": trade.amount_fen},
        link=[trade.number],
    )
    notify_each(
        kind=letters.NEW_ORDER,
        entries=[
            Entry(
                user_id,
                order.number,
                {"title": titles[order.pk], "amount_fen": order.paid_fen, "ship_at": _iso(order.ship_by)},
                [order.number],
            )
            for order in orders
            for user_id in members.get(order.supplier_id, [])
        ],
        at=at,
    )
    notify_each(
        kind=letters.OWNER_ORDER,
        entries=[
            Entry(
                order.owner.user_id,
                order.number,
                {"title": titles[order.pk], "amount_fen": order.goods_fen},
                [order.number],
            )
            for order in orders
            if order.owner is not None
        ],
        at=at,
    )


def tell_expired(trade: Trade, orders: Sequence[Order], at: datetime) -> None:
    """Nobody paid in time: its member."""
    if trade.user_id is not None:
        notify(
            kind=letters.CLOSED_UNPAID,
            recipients=[trade.user_id],
            ref=trade.number,
            at=at,
            facts={"title": _titles(orders)[orders[0].pk]},
            link=[trade.number],
        )


def tell_shipped(order: Order, parcel: Parcel, lines: Sequence[OrderLine], at: datetime) -> None:
    """A parcel is on its way: its member."""
    rows.load(order, "trade")
    notify(
        kind=letters.SHIPPED,
        recipients=[order.trade.user_id],
        ref=f"{order.number}:{parcel.pk}",
        at=at,
        facts={"title": lines[0].title, "carrier": parcel.carrier, "tracking": parcel.tracking_number},
        link=[order.number],
    )


def tell_refunded(order: Order, line: OrderLine, *, amount_fen: int, ref: str, at: datetime) -> None:
    """Money goes back outside of a case or dispute, which tell by themselves: its member."""
    rows.load(order, "trade")
    notify(
        kind=letters.REFUNDED,
        recipients=[order.trade.user_id],
        ref=ref,
        at=at,
        facts={"title": line.title, "amount_fen": amount_fen},
        link=[order.number],
    )


def tell_late(order: Order, at: datetime) -> None:
    """A supplier did not ship in time: its members."""
    is_custom = bool(
        rows.find(Contract, order_id=order.pk)
    )  # of which a refund may need the supplier's consent
    notify(
        kind=letters.AGREED_DAY_PASSED if is_custom else letters.SHIP_LATE,
        recipients=members_of([order.supplier_id]).get(order.supplier_id, []),
        ref=order.number,
        at=at,
        facts={"number": order.number},
        link=[order.number],
    )


def tell_version(order: Order, version: ContractVersion, agree_by: datetime, at: datetime) -> None:
    """A side wrote a version of a contract: the other one."""
    kind = letters.VERSION_OF_SUPPLIER if version.side == ActorKind.BUYER else letters.VERSION
    facts = {"version": version.number, "deadline_at": agree_by.isoformat()}
    _tell_of_contract(kind, order, facts, str(version.number), at)


def tell_agreed(order: Order, pay_by: datetime, at: datetime) -> None:
    """Both sides accepted one version: each of them; the buyer pays next."""
    facts = {"deadline_at": pay_by.isoformat()}
    _tell_of_contract(letters.AGREED, order, facts, "", at)
    _tell_of_contract(letters.AGREED_OF_SUPPLIER, order, {}, "", at)


def tell_agreement_closed(order: Order, actor: Actor, at: datetime) -> None:
    """Nothing was agreed: whoever did not end it."""
    if actor.kind != ActorKind.BUYER:
        _tell_of_contract(letters.NO_CONTRACT, order, {}, "", at)
    if actor.kind != ActorKind.SUPPLIER:
        _tell_of_contract(letters.NO_CONTRACT_OF_SUPPLIER, order, {}, "", at)


def tell_production(order: Order, at: datetime) -> None:
    """What was ordered is being made: its member."""
    _tell_of_contract(letters.PRODUCTION, order, {"ship_at": _iso(order.ship_by)}, "", at)


def tell_cancelled_with_fee(order: Order, fee_fen: int, at: datetime) -> None:
    """The buyer cancelled in production: the supplier's members."""
    _tell_of_contract(letters.CANCELLED_WITH_FEE, order, {"fee_fen": fee_fen}, "", at)


def _tell_of_contract(
    kind: Letter, order: Order, facts: Mapping[str, object], ref: str, at: datetime
) -> None:
    rows.load(order, "trade")
    is_supplier = kind.audience == Audience.SUPPLIER
    members = members_of([order.supplier_id]).get(order.supplier_id, []) if is_supplier else []
    notify(
        kind=kind,
        recipients=members if is_supplier else [order.trade.user_id],
        ref=f"{order.number}:{ref}" if ref else order.number,
        at=at,
        facts={"title": _titles([order])[order.pk], **facts},
        link=[order.trade.number if kind.page == "trade" else order.number],
    )


def tell_of_deadlines(rules: Rules, *, at: datetime) -> None:
    """What is about to fall due: receipts that confirm themselves, orders to ship. Set-based, once for each."""
    _confirm_soon(at, at + timedelta(hours=rules.CONFIRM_SOON_H))
    _ship_soon(at, at + timedelta(hours=rules.SHIP_SOON_H))


def _confirm_soon(at: datetime, until: datetime) -> None:
    held = Order.objects.filter(holds__lifted_at=None, holds__isnull=False)
    near = (
        Order.objects.filter(
            status=OrderStatus.SHIPPED,
            confirm_by__gte=at,
            confirm_by__lte=until,
            trade__user__isnull=False,
        )
        .exclude(pk__in=held)
        .select_related("trade")
    )
    # A clock that stood still for a case runs out at another time, and is told of again.
    due = {f"{order.number}:{order.confirm_by:%Y%m%d%H%M}": order for order in near.order_by("pk")}
    fresh = _untold(due, already_told(letters.CONFIRM_SOON, due.keys()) if due else set())
    titles = _titles(list(fresh.values()))
    notify_each(
        kind=letters.CONFIRM_SOON,
        entries=[
            Entry(
                order.trade.user_id,
                ref,
                {"title": titles[order.pk], "confirm_at": _iso(order.confirm_by)},
                [order.number],
            )
            for ref, order in fresh.items()
            if order.trade.user_id is not None
        ],
        at=at,
    )


def _ship_soon(at: datetime, until: datetime) -> None:
    near = Order.objects.filter(
        status__in=[OrderStatus.PAID, OrderStatus.PART_SHIPPED],
        ship_by__gte=at,
        ship_by__lte=until,
        supplier__members__isnull=False,
    )
    due = {order.number: order for order in near.distinct().order_by("pk")}
    fresh = _untold(due, already_told(letters.SHIP_SOON, due.keys()) if due else set())
    members = members_of(order.supplier_id for order in fresh.values()) if fresh else {}
    notify_each(
        kind=letters.SHIP_SOON,
        entries=[
            Entry(user_id, number, {"number": number, "ship_at": _iso(order.ship_by)}, [number])
            for number, order in fresh.items()
            for user_id in members.get(order.supplier_id, [])
        ],
        at=at,
    )


def _untold(due: dict[str, Order], told: set[str]) -> dict[str, Order]:
    return {ref: order for ref, order in due.items() if ref not in told}


def _titles(orders: Sequence[Order]) -> dict[int, str]:
    """The title of each order's first line, by the order's key."""
    if not orders:
        return {}
    lines = rows.find(OrderLine, order_id=[order.pk for order in orders])
    return {line.order_id: line.title for line in reversed(lines)}


def _iso(moment: datetime | None) -> str:
    assert moment is not None, "the order has this clock"
    return moment.isoformat()
