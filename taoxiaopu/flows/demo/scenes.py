"""Scenes that end in every state an order, a payment, a case or a dispute can have, and those that ended long ago.

Times are counted in days before the story's end. Everything that waits for somebody is young enough to wait still.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft
from disputes.states import CaseReason as Why
from disputes.states import Liable
from disputes.states import RulingOutcome as Outcome
from orders import services as orders
from orders.models import Trade
from payments.providers.sandbox import Button
from suppliers.models import Good
from taoxiaopu.flows.demo import moves
from taoxiaopu.flows.demo.moves import Basket
from taoxiaopu.flows.demo.people import Cast, Stall
from taoxiaopu.flows.stage import Stage, buyer_side, order_of, supplier_side
from taoxiaopu.kernel.actors import Actor

GUEST = 0


@dataclass(frozen=True, slots=True)
class Set:
    """What every scene needs: the plan, the people, the end of the story."""

    play: Stage
    people: Cast
    now: datetime

    def ago(self, days: float) -> datetime:
        """So many days before the end."""
        return self.now - timedelta(days=days)

    def at(self, days: float, act: Callable[[datetime], object]) -> None:
        """Plan an act so many days before the end."""
        self.play.at(self.ago(days), lambda then: act(then) and None)

    def goods_of(self, stall: Stall, firm: int) -> list[Good]:
        """What one company has in a shop."""
        supplier = self.people.firms[firm].supplier
        return [good for good in stall.shelf[:-1] if good.supplier_id == supplier.pk]


@dataclass(slots=True)
class Story:
    """One trade from its placing on: bought at ``days``, paid at once, shipped and received when asked."""

    set: Set
    days: float
    trade: Trade

    def paid(self) -> "Story":
        moves.pay(self.trade, self.set.ago(self.days) + timedelta(minutes=3))
        return self

    def shipped(self, days: float) -> "Story":
        self.set.at(days, lambda then: moves.ship(self.set.play, self.trade, then))
        return self

    def received(self, days: float) -> "Story":
        self.set.at(days, lambda then: moves.confirm(self.trade, then))
        return self

    def then(self, days: float, act: Callable[[Trade, datetime], object]) -> "Story":
        self.set.at(days, lambda then: act(self.trade, then))
        return self


Tell = Callable[[Story], object]


def plan_scenes(play: Stage, people: Cast, now: datetime) -> None:
    """Plan every scene."""
    scene = Set(play, people, now)
    _waiting_orders(scene)
    _odd_payments(scene)
    _cases(scene)
    _disputes(scene)
    _old_disputes(scene)


def _buy(
    scene: Set,
    days: float,
    firm: int,
    buyer: int,
    tell: Tell,
    *,
    quantity: int = 1,
    lines: int = 1,
    dear: bool = False,
    stall: Stall | None = None,
) -> None:
    """Plan that a consumer buys of one company in a shop, the first owner's by default, and what becomes of it."""
    where = stall or scene.people.stalls[0]
    goods = scene.goods_of(where, firm)
    chosen = [where.shelf[-1]] if dear else [goods[(buyer + n) % len(goods)] for n in range(lines)]

    def act(at: datetime) -> None:
        link = where.links.get(chosen[0].pk)
        if link is not None:
            visitor = f"demo-visitor-{buyer}"
            moves.open_link(link, visitor, at - timedelta(minutes=5), f"203.0.113.{buyer % 250}")
        # Every third consumer is one of the members and signed in.
        members = scene.people.members
        member = members[0 if buyer % 9 else 1] if buyer and buyer % 3 == 0 else None
        basket = Basket([(good, quantity) for good in chosen], where.shop, buyer, member=member)
        tell(Story(scene, days, moves.place(basket, at)))

    scene.at(days, act)


def _waiting_orders(scene: Set) -> None:
    """Unpaid, paid, late, in parts, given up; the guest of the table of sign-ins is the last who paid."""
    _buy(scene, 0.01, 0, 401, lambda story: story.then(0.009, moves.open_cashier))
    _buy(scene, 0.008, 3, 402, lambda story: None)
    for firm, days in enumerate((0.5, 0.6, 0.7, 0.8, 0.9, 1.0)):
        _buy(scene, days, firm, 403 + firm, lambda story: story.paid(), quantity=2)
    _buy(scene, 3.2, 0, 410, lambda story: story.paid())  # late: should have been shipped after 48 hours
    _buy(scene, 4.1, 4, 411, lambda story: story.paid())
    _buy(scene, 0.2, 0, GUEST, lambda story: story.paid())
    for firm in (0, 2, 5):
        _buy(scene, 1.6, firm, 420 + firm, lambda story: _in_parts(story.paid(), 0.7), lines=2)
    _buy(scene, 6, 1, 430, lambda story: story.then(5.99, _press(Button.FAIL)))  # time closes it
    _buy(scene, 2, 0, 431, lambda story: story.then(1.99, _give_up))
    _buy(scene, 19, 5, 432, lambda story: story.paid())  # never shipped: refunded 15 days after it was due
    _buy(scene, 7, 3, 433, lambda story: _rest_refunded(story.paid()), lines=2)


def _give_up(trade: Trade, at: datetime) -> None:
    actor = buyer_side(order_of(trade))
    orders.cancel_trade(trade_number=trade.number, actor=actor, at=at, reason="不想买了")


def _in_parts(story: Story, days: float) -> None:
    story.then(days, lambda trade, at: moves.ship_some(story.set.play, trade, at))


def _rest_refunded(story: Story) -> None:
    """One of two lines is on its way, the other is refunded: nothing is left to ship."""
    _in_parts(story, 6.3)

    def settle(trade: Trade, at: datetime) -> None:
        order = order_of(trade)
        line = order.lines.select_related("order").order_by("pk")[1]
        draft = CaseDraft(Why.LATE, line.remaining_fen, received=False, description="另一件不等了，退款。")
        case = disputes.open_case(line=line, draft=draft, actor=buyer_side(order), at=at)
        moves.agree(trade, case, at + timedelta(hours=2))

    story.then(5.5, settle)


def _odd_payments(scene: Set) -> None:
    """What a payment can come to besides being paid: twice, too late, too little, told again, of nobody."""
    _buy(scene, 33, 0, 440, lambda story: _twice(story).shipped(32).received(29))
    _buy(scene, 0.03, 2, 441, _twice)  # the second payment is on its way back
    _buy(scene, 12, 4, 442, lambda story: story.then(11.99, _press(Button.LATE)))
    _buy(scene, 5, 1, 443, lambda story: story.then(4.99, _press(Button.WRONG)).then(4.6, _send_back(scene)))
    _buy(scene, 0.015, 5, 444, lambda story: story.then(0.012, _press(Button.WRONG)))
    _buy(scene, 21, 3, 445, lambda story: _told_again(story).shipped(20).received(17))
    scene.at(10, moves.pay_for_nothing)


def _send_back(scene: Set) -> Callable[[Trade, datetime], object]:
    return lambda trade, at: moves.send_back(trade, scene.people.staff[0], at)


def _press(button: Button) -> Callable[[Trade, datetime], object]:
    return lambda trade, at: moves.press(trade, button, at)


def _twice(story: Story) -> Story:
    moves.press(story.trade, Button.TWICE, story.set.ago(story.days) + timedelta(minutes=2))
    return story


def _told_again(story: Story) -> Story:
    at = story.set.ago(story.days) + timedelta(minutes=2)
    charge = moves.press(story.trade, Button.PAY, at)
    moves.tell_again(charge, at + timedelta(hours=1))
    return story


def _cases(scene: Set) -> None:
    """Cases that wait for the supplier or the consumer, were agreed to, given up, or overtaken by a parcel."""
    for firm, why, words in (
        (0, Why.QUALITY, "瓶口有渗漏，外盒也湿了，希望退一半。"),
        (1, Why.NOT_AS_DESCRIBED, "颜色和页面上差得比较多。"),
        (3, Why.QUALITY, "缝线开了两处。"),
        (5, Why.NOT_AS_DESCRIBED, "尺码标错了，大了一号。"),
    ):
        _ask(scene, 5, firm, 450 + firm, 0.25, why, words, part=True)
    _ask(scene, 5, 2, 460, 0.2, Why.NOT_RECEIVED, "快递显示签收，但我没有收到。", received=False)
    _ask(scene, 1.5, 4, 461, 0.15, Why.LATE, "急用，发货太慢，不等了。", ship=False)
    for firm in (2, 4):
        _ask(scene, 6, firm, 463 + firm, 2, Why.QUALITY, "收到时包装破损。", part=True, answer=_refused)
    for firm in (0, 3):  # agreed a moment ago: the money is on its way
        words = "拍错规格了，麻烦退款。"
        _ask(scene, 0.8, firm, 468 + firm, 0.02, Why.NO_REASON, words, ship=False, answer=_agreed(0.1))
    for firm in range(6):
        days = 8.0 + 6 * firm
        words = "想换别的口味，麻烦退款。"
        _ask(scene, days, firm, 472 + firm, days - 0.3, Why.NO_REASON, words, ship=False, answer=_agreed(3))
    _ask(scene, 24, 0, 480, 20, Why.OWNER_PROMISE, "说好有赠品，没有收到。", part=True, answer=_agreed(5))
    _ask(scene, 14, 1, 481, 10, Why.QUALITY, "以为漏发了一件。", answer=_withdrawn)
    _ask(scene, 26, 2, 482, 22, Why.QUALITY, "有一袋漏气。", answer=_refused)  # 7 days without a word
    _ask(scene, 17, 4, 483, 16.5, Why.LATE, "还没发货，先退了吧。", ship=False, answer=_shipped_all_the_same)


Answer = Callable[[Set, Trade, Case, datetime], object]


def _ask(
    scene: Set,
    days: float,
    firm: int,
    buyer: int,
    asked: float,
    why: Why,
    words: str,
    *,
    ship: bool = True,
    part: bool = False,
    received: bool = True,
    answer: Answer | None = None,
) -> None:
    """Plan a purchase and a case about it, for half of the money or all of it, and what answers it."""

    def tell(story: Story) -> None:
        story.paid()
        if ship:
            story.shipped(days - 0.8)
        story.then(asked, open_case)

    def open_case(trade: Trade, at: datetime) -> None:
        amount = moves.first_line_of(trade).paid_fen // 2 if part else 0
        case = moves.apply_for_refund(trade, why, words, at, amount_fen=amount, received=received)
        if answer is not None:
            answer(scene, trade, case, at)

    _buy(scene, days, firm, buyer, tell, quantity=2)


def _agreed(hours: float) -> Answer:
    return lambda _scene, trade, case, at: moves.agree(trade, case, at + timedelta(hours=hours))


def _refused(_scene: Set, trade: Trade, case: Case, at: datetime) -> None:
    moves.refuse(trade, case, at + timedelta(hours=6))


def _withdrawn(_scene: Set, trade: Trade, case: Case, at: datetime) -> None:
    actor = buyer_side(order_of(trade))
    disputes.say_in_case(case=case, text="找到了，不好意思。", actor=actor, at=at + timedelta(hours=1))
    disputes.withdraw_case(case=case, actor=actor, at=at + timedelta(hours=1))


def _shipped_all_the_same(scene: Set, trade: Trade, _case: Case, at: datetime) -> None:
    moves.ship(scene.play, trade, at + timedelta(hours=4))


def _disputes(scene: Set) -> None:
    """Disputes that wait for evidence, a ruling, a second person, an appeal or its decision; one was withdrawn."""
    staff = scene.people.staff[0]
    _quarrel(scene, 8, 1, 500, 3.0, lambda case: None)
    _quarrel(scene, 9, 4, 501, 2.8, lambda case: case.argued(done=False))
    _quarrel(scene, 9, 0, 502, 1.9, lambda case: case.argued())
    _quarrel(scene, 9, 2, 503, 1.8, lambda case: case.argued())
    _quarrel(scene, 9, 2, 504, 4, lambda case: case.argued().ruled(staff, Outcome.PARTIAL_REFUND))
    _quarrel(scene, 10, 3, 505, 5, lambda case: case.argued().ruled(staff, Outcome.FULL_REFUND).appealed())
    _quarrel(scene, 12, 4, 506, 8, lambda case: case.argued(done=False).withdrawn())
    _quarrel(scene, 10, 5, 507, 4, lambda case: case.argued().ruled(staff, Outcome.FULL_REFUND), dear=True)


def _old_disputes(scene: Set) -> None:
    """Disputes that were decided and executed, with each side liable once, and a claim long after the order."""
    first, second = scene.people.staff
    rookie = scene.people.stalls[3]
    for firm, outcome, liable in (
        (0, Outcome.PARTIAL_REFUND, Liable.SUPPLIER),
        (1, Outcome.REJECT, Liable.BUYER),
        (5, Outcome.FULL_REFUND, Liable.LOGISTICS),
        (4, Outcome.PARTIAL_REFUND, Liable.PLATFORM),
    ):
        _quarrel(
            scene,
            50 + firm,
            firm,
            510 + firm,
            45 + firm,
            lambda case, o=outcome, who=liable: case.argued().ruled(first, o, who),  # type: ignore[misc]
        )
    _quarrel(
        scene,
        40,
        3,
        520,
        36,
        lambda case: case.argued().ruled(first, Outcome.FULL_REFUND, Liable.OWNER),
        stall=rookie,
    )
    _quarrel(
        scene,
        44,
        2,
        521,
        38,
        lambda case: case.argued().ruled(first, Outcome.REJECT).appealed_by_buyer().upheld(second),
    )
    _buy(scene, 100, 0, 530, lambda story: _claimed(story.paid().shipped(99).received(96), 60, first))
    _buy(scene, 60, 2, 531, lambda story: _claimed(story.paid().shipped(59).received(56), 2, None))


def _claimed(story: Story, days: float, staff: Actor | None) -> None:
    """A claim of fake goods after the order was final; with staff it is upheld, and everybody pays back."""

    def claim(trade: Trade, at: datetime) -> None:
        line = moves.first_line_of(trade)
        actor = buyer_side(order_of(trade))
        dispute = disputes.open_claim(line=line, text="专柜比对后怀疑不是正品。", actor=actor, at=at)
        if staff is not None:
            Quarrel(trade, dispute, at).argued().ruled(staff, Outcome.FULL_REFUND)

    story.then(days, claim)


@dataclass(slots=True)
class Quarrel:
    """A dispute as it goes on; ``at`` is when it was last acted in."""

    trade: Trade
    dispute: Dispute
    at: datetime

    def argued(self, *, done: bool = True) -> "Quarrel":
        self.at += timedelta(hours=2)
        moves.argue(self.trade, self.dispute, self.at, done=done)
        self.at += timedelta(hours=2)
        return self

    def ruled(self, staff: Actor, outcome: Outcome, liable: Liable = Liable.SUPPLIER) -> "Quarrel":
        self.at += timedelta(hours=26)
        half = self.dispute.claim_fen // 2
        moves.rule(self.dispute, staff, outcome, self.at, amount_fen=half, liable=liable)
        return self

    def appealed(self) -> "Quarrel":
        actor = supplier_side(order_of(self.trade))
        return self._appeal(actor, "出库视频显示商品完好，请复核。")

    def appealed_by_buyer(self) -> "Quarrel":
        actor = buyer_side(order_of(self.trade))
        return self._appeal(actor, "补充了开箱视频，请复核。")

    def _appeal(self, actor: Actor, words: str) -> "Quarrel":
        self.at += timedelta(hours=20)
        disputes.appeal(dispute=self.dispute, text=words, actor=actor, at=self.at)
        return self

    def upheld(self, staff: Actor) -> "Quarrel":
        self.at += timedelta(hours=20)
        disputes.decide_appeal(dispute=self.dispute, draft=None, actor=staff, at=self.at)
        return self

    def withdrawn(self) -> "Quarrel":
        self.at += timedelta(hours=5)
        actor = buyer_side(order_of(self.trade))
        disputes.withdraw_dispute(dispute=self.dispute, actor=actor, at=self.at)
        return self


def _quarrel(
    scene: Set,
    days: float,
    firm: int,
    buyer: int,
    asked: float,
    go_on: Callable[[Quarrel], object],
    *,
    dear: bool = False,
    stall: Stall | None = None,
) -> None:
    """Plan a purchase, a case that the supplier refuses, the call for the platform, and how it goes on."""

    def tell(story: Story) -> None:
        story.paid().shipped(days - 0.8).then(asked, argue)

    def argue(trade: Trade, at: datetime) -> None:
        words = "收到时有破损，无法正常使用。"
        case = moves.apply_for_refund(trade, Why.FAKE if buyer % 5 == 1 else Why.QUALITY, words, at)
        dispute = moves.quarrel(trade, case, at + timedelta(hours=2))
        go_on(Quarrel(trade, dispute, at + timedelta(hours=5)))

    _buy(scene, days, firm, buyer, tell, quantity=9 if dear else 2, dear=dear, stall=stall)
