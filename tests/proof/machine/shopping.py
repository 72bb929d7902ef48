"""Buying, paying, shipping, receiving, and time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from commissions import services as commissions
from disputes import services as disputes
from disputes.models import Dispute
from orders import services as orders
from orders.models import Order as OrderRow
from orders.models import OrderLine as LineRow
from orders.models import Trade as TradeRow
from orders.services import Delivery, Item, Shipment
from orders.states import Carrier
from payments import services as payments
from payments.providers.sandbox import Button
from storefronts.services import tell_of_lowered_rates
from suppliers import services as suppliers
from taoxiaopu.flows.stage import deliver
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import story
from tests.proof.machine.acting import STAFF, Acting, some
from tests.proof.model.orders import (
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    FINALISED,
    PAID,
    PART_SHIPPED,
    SHIPPED,
    Order,
    Trade,
)
from tests.proof.model.wallets import Owner

baskets = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([1, 2, 3, 7])), min_size=1, max_size=3
)  # a good and how many of it
shops = st.sampled_from([0, 1, 2, 0, 1, None])  # whose; None: the platform's own pages
ON_THE_WAY = (PAID, PART_SHIPPED, SHIPPED)
ENDS = (CLOSED_UNPAID, CLOSED_REFUNDED, FINALISED)


def buyer_of(trade: Trade) -> Actor:
    """Its consumer."""
    return Actor(ActorKind.BUYER, trade.number)


class Shopping(Acting):
    """From the basket to the consumer's door."""

    parcels = 0

    @rule(
        basket=baskets,
        shop=shops,
        is_own=st.sampled_from([False, False, False, True]),
        button=st.sampled_from([Button.PAY, Button.PAY, Button.PAY, Button.TWICE, None]),
        level=st.sampled_from([None, None, 1, 3, 4]),
        rate=st.sampled_from([None, None, 100, 1_234, 5000]),
    )
    def buy(
        self,
        basket: list[tuple[int, int]],
        shop: int | None,
        is_own: bool,
        button: Button | None,
        level: int | None,
        rate: int | None,
    ) -> None:
        """Placed, and paid or not. In between the owner's level, a price or a rate may change: the order does not hear of it."""
        trade = self.place(basket, shop, is_own)
        if trade is None:
            return
        if trade.owner is not None and level is not None:
            self.promote(trade.owner, level)
        if rate is not None:
            self.reprice(basket[0][0], rate)
        if button is not None:
            self.pay(trade, button)

    def place(self, basket: Sequence[tuple[int, int]], shop: int | None, is_own: bool) -> Trade | None:
        """O1."""
        items = [(self.model.goods[good], quantity) for good, quantity in basket]
        owner = None if shop is None else self.model.owners[shop]
        is_own = is_own and owner is not None
        phone = self.cast.phones[owner.public_id] if owner is not None and is_own else "13911112222"
        through = None if owner is None else self.cast.shops[owner.public_id]
        placed = self.act(
            lambda: self.model.orders.place(items, owner, self.at, is_own_purchase=is_own),
            lambda at: orders.place_trade(
                items=[Item(good.sku, quantity, through, good.price) for good, quantity in items],
                delivery=Delivery("李青禾", phone, "浙江省杭州市西湖区文三路 1 号"),
                visitor="v1",
                at=at,
            ),
        )
        if placed is None:
            return None
        trade, row = placed
        self.name(trade, row)
        self.came_about.add("an own purchase" if is_own else "a shared purchase" if owner else "no shop")
        return trade

    def name(self, trade: Trade, row: TradeRow) -> None:
        """Give the model's trade, orders and lines the numbers that the platform drew."""
        trade.number = row.number
        found = {
            order.supplier.public_id: order
            for order in OrderRow.objects.select_related("supplier").filter(trade=row)
        }
        assert found.keys() == {order.supplier.public_id for order in trade.orders}
        for order in trade.orders:
            order.number = found[order.supplier.public_id].number
            refs = dict(LineRow.objects.filter(order__number=order.number).values_list("sku_id", "ref"))
            assert refs.keys() == {line.good.sku for line in order.lines}
            for line in order.lines:
                line.ref = refs[line.good.sku]

    @precondition(lambda self: any(trade.is_pending for trade in self.model.orders.trades))
    @rule(n=some, button=st.sampled_from([*Button, Button.PAY, None]))
    def pay_or_give_up(self, n: int, button: Button | None) -> None:
        """A trade that waits for its money; or one that does not."""
        trade = self.one_of(n, self.model.orders.trades, lambda trade: trade.is_pending)
        if button is not None:
            self.pay(trade, button)
            return
        self.act(
            lambda: self.model.orders.cancel(trade),
            lambda at: orders.cancel_trade(trade_number=trade.number, actor=buyer_of(trade), at=at),
        )
        self.came_about.add("cancelled")

    def pay(self, trade: Trade, button: Button) -> None:
        """O4, O6, at the cashier."""
        model = self.model.orders

        def told() -> None:
            if button == Button.LATE:
                model.pay_late(trade, self.at)
            elif button == Button.WRONG:
                model.pay_too_little(trade, self.at)
            elif button == Button.FAIL:
                model.fail_to_pay(trade, self.at)
            else:
                model.pay(trade, self.at, times=2 if button == Button.TWICE else 1)

        def done(at: datetime) -> None:
            charge = orders.open_payment(trade=TradeRow.objects.get(number=trade.number), at=at)
            notices = payments.press_cashier(charge=charge, button=button, at=at)
            if button != Button.LATE:
                deliver(at, notices)

        if self.act(told, done) is not None:
            self.came_about.add(f"paid: {button}")

    @precondition(lambda self: any(order.status in ON_THE_WAY for order in self.model.orders.all))
    @rule(n=some, chosen=st.sets(st.integers(0, 2), max_size=2))
    def send_or_receive(self, n: int, chosen: set[int]) -> None:
        """O7, O12: some of an order's lines or all that are left are sent; what was sent is received."""
        order = self.one_of(n, self.model.orders.all, lambda order: order.status in ON_THE_WAY)
        if order.status == SHIPPED or n % 20 == 19:
            self.confirm(order)
        else:
            self.ship(order, [number for number in sorted(chosen) if number < len(order.lines)])

    def ship(self, order: Order, chosen: Sequence[int] = ()) -> None:
        """Hand a parcel over."""
        lines = [order.lines[number] for number in chosen]
        self.parcels += 1
        shipment = Shipment(Carrier.SF, f"SF{self.parcels:010d}", tuple(line.ref for line in lines))
        self.act(
            lambda: self.model.orders.ship(order, lines, self.at),
            lambda at: orders.ship(
                order=OrderRow(number=order.number),
                shipment=shipment,
                actor=Actor(ActorKind.SUPPLIER, order.supplier.public_id, "tests"),
                at=at,
            ),
        )
        if order.status == PART_SHIPPED:
            self.came_about.add("sent in part")

    def confirm(self, order: Order) -> None:
        """The goods are there."""
        self.act(
            lambda: self.model.orders.confirm(order, self.at),
            lambda at: orders.confirm_receipt(
                order=OrderRow(number=order.number), actor=buyer_of(order.trade), at=at
            ),
        )

    @precondition(lambda self: any(order.status == PAID for order in self.model.orders.all))
    @rule()
    def send_and_receive_everything(self) -> None:
        """All that is paid is sent, and received."""
        for order in self.model.orders.all:
            if order.status == PAID:
                self.ship(order)
        for order in self.model.orders.all:
            if order.status == SHIPPED and not order.holds:
                self.confirm(order)

    @precondition(lambda self: self.can_go_on and self.something_falls_due)
    @rule(
        hours=st.sampled_from([1, 25, 49, 73, 8 * 24, 11 * 24, 17 * 24, 33 * 24]),
        is_swept=st.sampled_from([True, True, True, False]),
    )
    def wait(self, hours: int, is_swept: bool) -> None:
        """Time passes, and what fell due is done; or the workers are down, and who acts too late is refused all the same."""
        self.pass_time(hours, is_swept=is_swept)

    @property
    def something_falls_due(self) -> bool:
        """Whether time brings anything about."""
        is_on_its_way = any(order.status not in ENDS for order in self.model.orders.all)
        return is_on_its_way or any(dispute.is_open for dispute in self.model.disputes.all)

    def pass_time(self, hours: float, *, is_swept: bool = True) -> None:
        """As ``Acting.pass_time``."""
        self.at += timedelta(hours=hours)
        if not is_swept:
            return
        before = self._statuses()

        def done(at: datetime) -> None:
            disputes.sweep(at=at)
            orders.sweep(at=at)
            suppliers.apply_due_rates(at=at)

        self.act(lambda: self.model.sweep(self.at), done)
        for dispute in self.model.disputes.all:
            if not dispute.number and dispute.case is not None:  # opened by the supplier's silence
                dispute.number = Dispute.objects.get(case__number=dispute.case.number).number
                self.came_about.add("silence opens a dispute")
        after = self._statuses()
        self.came_about |= {
            f"swept: {status}" for status, count in after.items() if count > before.get(status, 0)
        }

    def _statuses(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for order in self.model.orders.all:
            found[order.status] = found.get(order.status, 0) + 1
        return found

    @precondition(
        lambda self: self.model.orders.notices or self.model.bank.refunds or self.model.bank.transfers
    )
    @rule()
    def provider_answers(self) -> None:
        """Late notices of payments, refunds that arrived, transfers that were paid or came back."""

        def done(at: datetime) -> None:
            deliver(at)
            payments.send_due_refunds(at=at)
            payments.send_due_transfers(at=at)
            deliver(at)

        self.act(lambda: self.model.hear(self.at), done)

    def reprice(self, good: int, rate: int) -> None:
        """A new price and rate; what was placed before does not hear of it."""
        thing = self.model.goods[good]
        fen = thing.price + 1
        row = self.cast.goods[thing.sku]

        def done(at: datetime) -> None:
            suppliers.change_terms(
                good=row, price_fen=fen, rate_bp=rate, actor=story.supplier_actor(row.supplier), at=at
            )
            tell_of_lowered_rates(at=at)

        self.act(
            lambda: thing.change(fen, rate, self.at),
            done,
        )

    def promote(self, owner: Owner, level: int) -> None:
        """A new level counts from the next order on."""
        self.act(
            lambda: setattr(owner, "level", level),
            lambda at: commissions.override_tier(
                owner=self.cast.owner(owner.public_id), level=level, reason="试用", actor=STAFF["anna"], at=at
            ),
        )
