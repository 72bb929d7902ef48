"""A stage for stories told through services: acts at chosen instants, in order of time, and who acts."""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from orders.models import Order, OrderLine, Trade
from orders.selectors import orders_of_trades
from payments import services as payments
from payments.models import SandboxMessage
from payments.providers import sandbox
from payments.providers.sandbox import Button
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor, ActorKind

Act = Callable[[datetime], None]


class Stage:
    """Plans acts and plays them in order of time, with a daily run of everything that fell due."""

    def __init__(self) -> None:
        self._plan: list[tuple[datetime, int, Act]] = []
        self._turn = count()
        self._parcel = count(10_000_001)

    def at(self, moment: datetime, act: Act) -> None:
        """Plan an act."""
        heapq.heappush(self._plan, (moment, next(self._turn), act))

    def play(self, until: datetime) -> None:
        """Play all acts, those that acts planned too, up to and including ``until``."""
        while self._plan and self._plan[0][0] <= until:
            moment, _turn, act = heapq.heappop(self._plan)
            act(moment)

    def next_tracking_number(self) -> str:
        """A parcel number that was not used before."""
        return f"SF{next(self._parcel)}"


def deliver(at: datetime, only: Sequence[SandboxMessage] | None = None, part: jobs.Part = jobs.WHOLE) -> None:
    """Hand the sandbox provider's due notices over, or only these, signed as it signs them."""

    def post(body: bytes) -> bool:
        stamp = str(int(at.timestamp()))
        headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
        receive_notice(provider="sandbox", body=body, headers=headers, at=at)
        return True

    sandbox.deliver_due(at=at, post=post, only=only, part=part)


def pay_deposit(supplier: Supplier, actor: Actor, at: datetime) -> None:
    """An approved supplier pays its deposit at the sandbox cashier, the notice comes in, and it is let in."""
    charge = suppliers.open_deposit_payment(supplier=supplier, actor=actor, at=at)
    deliver(at, payments.press_cashier(charge=charge, button=Button.PAY, at=at))
    supplier.refresh_from_db()


def supplier_side(order: Order) -> Actor:
    """Whoever ships for the order's supplier."""
    return Actor(ActorKind.SUPPLIER, order.supplier.public_id)


def buyer_side(order: Order) -> Actor:
    """The order's consumer."""
    return Actor(ActorKind.BUYER, order.trade.number)


def order_of(trade: Trade) -> Order:
    """The only order of a trade, as it is now."""
    return orders_of_trades([trade.number])[0]


def line_of(trade: Trade) -> OrderLine:
    """The only line of a trade's order."""
    return order_of(trade).lines.select_related("order")[0]
