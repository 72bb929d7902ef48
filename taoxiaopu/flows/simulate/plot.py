"""One story while it is told: who is in it, what was bought, what time it is, and the moves that stories are made of."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from orders import services as orders
from orders.models import Order, OrderLine, Trade
from orders.services import Delivery, Item, Shipment
from orders.states import Carrier
from payments import services as payments
from payments.providers.sandbox import Button
from storefronts import services as storefronts
from suppliers.errors import SoldOut, TooManyUnpaid
from taoxiaopu.flows.simulate.world import (
    ADDRESSES,
    RECEIVERS,
    STARS_SHARE,
    Company,
    Shopkeeper,
    Ware,
    World,
)
from taoxiaopu.flows.stage import buyer_side, deliver
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor

Story = Generator[timedelta, None, None]  # each step gives how long it waits for the next
BROWSER = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile Safari/537.36"
CARRIERS = tuple(Carrier)
OPENS_A_LINK = 40  # percent of shoppers
WANTS_SCARCE = 5  # percent of those who may
DIRECT = 12  # percent of ordinary orders that come from the platform's own pages


@dataclass(slots=True)
class Basket:
    """What a shopper is about to buy: wares of one company or more, in a shop or in none."""

    companies: Sequence[Company]
    keeper: Shopkeeper | None
    items: list[tuple[Ware, int]]


class Plot:
    """The scene of one story: the ``turn``-th of its kind. ``at`` is the present of the step that is being told."""

    def __init__(self, number: int, turn: int, world: World, chance: Random, at: datetime) -> None:
        self.number = number
        self.turn = turn
        self.world = world
        self.chance = chance
        self.at = at
        buyer = chance.randrange(world.buyers)
        self.phone = f"19{world.number}{buyer:08d}"
        self.visitor = f"simulated-{world.number}-{buyer}"
        self.delivery = Delivery(
            RECEIVERS[buyer % len(RECEIVERS)], self.phone, ADDRESSES[buyer % len(ADDRESSES)]
        )
        self.keeper: Shopkeeper | None = None
        self.trade: Trade
        self.orders: list[Order] = []

    # --- choosing ---------------------------------------------------------------------------------------

    def any_keeper(self) -> Shopkeeper:
        """The world's first owner most of the time, any other otherwise."""
        keepers = self.world.shopkeepers
        if self.chance.randrange(100) < STARS_SHARE:
            return keepers[0]
        return keepers[self.chance.randrange(1, len(keepers))]

    def basket(
        self, *, lines: int = 1, firms: int = 1, always_shop: bool = True, least_fen: int = 0
    ) -> Basket:
        """Choose ``lines`` wares of each of ``firms`` companies; at least ``least_fen`` of each ware."""
        chance = self.chance
        companies = chance.sample(self.world.companies, firms)
        keeper = self.any_keeper() if always_shop or chance.randrange(100) >= DIRECT else None
        items = []
        for company in companies:
            for ware in chance.sample(company.wares, lines):
                quantity = chance.choice((1, 1, 1, 2, 3))
                if least_fen:
                    quantity = max(quantity, -(-least_fen // ware.sku.price_fen))
                items.append((ware, quantity))
        return Basket(companies, keeper, items)

    # --- the shopper ------------------------------------------------------------------------------------

    def buy(self, basket: Basket, *, phone: str = "", tempted: bool = False) -> None:
        """Perhaps open the owner's link, perhaps want something scarce first, which is soon sold out; then place it."""
        keeper = basket.keeper
        self.keeper = keeper
        chance = self.chance
        if keeper is not None and chance.randrange(100) < OPENS_A_LINK:
            storefronts.record_click(
                link=keeper.link,
                visitor=self.visitor,
                network=f"198.51.{self.world.number}.{self.number % 250}",
                user_agent=BROWSER,
                user_id=None,
                at=self.at,
            )
        if tempted and chance.randrange(100) < WANTS_SCARCE:
            try:
                self._place(Basket(basket.companies, keeper, [(basket.companies[0].scarce, 2)]), phone)
            except (SoldOut, TooManyUnpaid):
                pass
            else:
                return
        self._place(basket, phone)

    def _place(self, basket: Basket, phone: str) -> None:
        shop = basket.keeper.shop if basket.keeper else None
        delivery = self.delivery
        if phone:
            delivery = Delivery(delivery.receiver, phone, delivery.address)
        self.trade = orders.place_trade(
            items=[Item(ware.sku.pk, quantity, shop, ware.sku.price_fen) for ware, quantity in basket.items],
            delivery=delivery,
            visitor=self.visitor,
            at=self.at,
        )
        self.orders = rows.find(Order, trade_id=self.trade.pk)
        by_key = {company.supplier.pk: company.supplier for company in self.world.companies}
        for order in self.orders:
            order.trade, order.supplier = self.trade, by_key[order.supplier_id]

    @property
    def order(self) -> Order:
        """The only order of the trade."""
        (only,) = self.orders
        return only

    def pay(self, button: Button = Button.PAY) -> None:
        """Pay at the cashier, and the notice comes in."""
        self.press(button)
        self.hear()

    def press(self, button: Button) -> None:
        """Press a button of the cashier."""
        charge = orders.open_payment(trade=self.trade, at=self.at)
        self._notices = payments.press_cashier(charge=charge, button=button, at=self.at)

    def hear(self) -> None:
        """The notices that the cashier queued come in."""
        deliver(self.at, self._notices)

    def cancel(self) -> None:
        """Give the trade up."""
        orders.cancel_trade(
            trade_number=self.trade.number,
            actor=buyer_side(self.orders[0]),
            at=self.at,
            reason="不想要了",
        )

    def confirm(self) -> None:
        """Confirm receipt of every order."""
        for order in self.orders:
            orders.confirm_receipt(order=order, actor=buyer_side(order), at=self.at)

    # --- the supplier -----------------------------------------------------------------------------------

    def company_of(self, order: Order) -> Company:
        """Who ships an order."""
        return self.world.company(order.supplier.public_id)

    def ship(self) -> None:
        """Hand everything of every order over, in one parcel each."""
        for order in self.orders:
            self.ship_part(order)

    def ship_part(self, order: Order, *refs: str) -> None:
        """Hand one parcel over: all that is left, or the lines named."""
        orders.ship(
            order=order,
            shipment=Shipment(self.chance.choice(CARRIERS), self.world.next_tracking_number(), refs),
            actor=self.company_of(order).actor,
            at=self.at,
        )

    # --- cases and disputes -----------------------------------------------------------------------------

    def line(self) -> OrderLine:
        """The first line of the order, as it is now."""
        line = rows.find(OrderLine, order_id=self.order.pk)[0]
        line.order = self.order
        return line

    def open_case(self, reason: CaseReason, words: str, *, received: bool = True, percent: int = 100) -> Case:
        """Apply for a refund of this much of the first line."""
        line = self.line()
        draft = CaseDraft(reason, max(1, line.remaining_fen * percent // 100), received, words)
        return disputes.open_case(line=line, draft=draft, actor=buyer_side(self.order), at=self.at)

    def agree(self, case: Case) -> None:
        """The supplier agrees."""
        disputes.agree_case(case=case, actor=self.company_of(self.order).actor, at=self.at)

    def refuse(self, case: Case) -> None:
        """The supplier refuses."""
        actor = self.company_of(self.order).actor
        disputes.reject_case(case=case, reason="出库检查完好，请提供开箱照片。", actor=actor, at=self.at)

    def escalate(self, case: Case) -> Dispute:
        """The consumer asks the platform."""
        return disputes.escalate_case(
            case=case, actor=buyer_side(self.order), at=self.at, reason="商家拒绝退款"
        )

    def say(self, dispute: Dispute, actor: Actor, words: str) -> None:
        """One side gives evidence and has said all."""
        disputes.give_evidence(dispute=dispute, text=words, actor=actor, at=self.at)
        disputes.mark_done(dispute=dispute, actor=actor, at=self.at)

    def arbitrators(self) -> tuple[Actor, Actor, Actor]:
        """The platform's three people in the order in which they meet this story."""
        first, second, third = self.chance.sample(self.world.staff, 3)
        return first, second, third

    def decide(self, dispute: Dispute, staff: Actor, draft: RulingDraft) -> None:
        """An arbitrator takes the dispute on and rules."""
        disputes.claim_dispute(number=dispute.number, actor=staff, at=self.at)
        disputes.decide(dispute=dispute, draft=draft, actor=staff, at=self.at)

    def ruling(self, outcome: RulingOutcome, dispute: Dispute, percent: int = 50) -> RulingDraft:
        """A ruling; once in a while, and only in the shop of a careless owner, the owner is liable."""
        liable = Liable.SUPPLIER if outcome != RulingOutcome.REJECT else Liable.BUYER
        if self.keeper is self.world.shopkeepers[-1] and outcome != RulingOutcome.REJECT:
            liable = Liable.OWNER
        return RulingDraft(
            outcome=outcome,
            liable=liable,
            amount_fen=max(1, dispute.claim_fen * percent // 100),
            reason="按双方举证与平台规则裁定。",
            rule_number="5.5",
        )

    # --- time -------------------------------------------------------------------------------------------

    def hours(self, low: float, high: float) -> timedelta:
        """Some time between so many hours, to the second."""
        return timedelta(seconds=self.chance.randrange(int(low * 3600), int(high * 3600)))
