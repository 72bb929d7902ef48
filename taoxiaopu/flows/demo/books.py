"""What the staff and the night do about the books: months closed, differences, corrections, decisions, levels by hand.

Counted from the settlements, so that each of it has happened whatever the day on which the story ends.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from commissions import services as commissions
from commissions.models import CommissionLine, Withdrawal
from commissions.services import payday_of
from commissions.states import BY_STAFF, CommissionStatus
from disputes import services as disputes
from disputes.models import Case
from disputes.states import CaseReason
from ledger import services as ledger
from ledger.errors import ClearingOpen
from ledger.models import AccountKind
from ledger.selectors import month_to_close
from orders import services as orders
from orders.models import Order
from orders.states import CompensationReason
from payments.providers.sandbox import Button
from payments.states import PayeeKind
from reconciliation import services as reconciliation
from reconciliation.models import Difference
from reconciliation.services import Line
from reconciliation.services.manual import new_token
from reconciliation.states import DifferenceStatus
from storefronts import services as storefronts
from storefronts.states import Tier
from suppliers.models import Good
from taoxiaopu.flows.demo import everyday, moves
from taoxiaopu.flows.demo.moves import Basket
from taoxiaopu.flows.demo.payouts import PAID, name_account, settlements, withdraw_all
from taoxiaopu.flows.demo.people import Cast, Stall
from taoxiaopu.flows.demo.scenes import Quarrel
from taoxiaopu.flows.stage import Stage, buyer_side
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.money import BP_SCALE
from tax import services as tax
from tax.states import Identity

DAY = timedelta(days=1)
TAXED_FEN = 900_000  # a commission that is taxed in the first month: above 6,250.00 after the platform's fee
LARGE_FEN = 700_000  # a supplier's payout that two people look at
MOST_PIECES = 99  # of a good on one line
OWED_FEN = (
    170_000  # goods that cost less than a second arbitrator, whose commission is more than two small orders'
)
LICENCE = ("布丁百货商行", "92330106MA0DEMA80N")
INVOICE = "20260118"
NIGHTS = 4  # the last nights that the books were compared with the bills
NIGHT_HOUR = 5  # and when, of Shanghai
Act = Callable[[datetime], object]


class _Plan:
    """The stage, the people, and the settlements that everything is counted from."""

    def __init__(self, play: Stage, people: Cast, now: datetime) -> None:
        self.play, self.people, self.now = play, people, now
        self.first, self.second = settlements(now)[:2]
        self.staff, self.other = people.staff

    def at(self, moment: datetime, act: Act) -> None:
        """Plan an act."""
        self.play.at(moment, lambda then: act(then) and None)


def plan_books(play: Stage, people: Cast, now: datetime) -> None:
    """Plan all of it."""
    plan = _Plan(play, people, now)
    _plan_nights(plan)
    _plan_closings(plan)
    _plan_large_sums(plan)
    _plan_debt(plan)
    _plan_corrections(plan)
    _plan_decisions(plan)
    _plan_doubts(plan)
    _plan_promises(plan)
    _plan_levels(plan)
    _plan_business(plan)


# Nights and months


def _plan_nights(plan: _Plan) -> None:
    """Two nights see a withdrawal that waits too long, and that it is gone; the last ones see what came in unasked, and
    payments of a wrong amount that wait to be sent back.
    """
    days = [clock.local(plan.second + n * DAY).date() for n in (10, 12)]
    last = clock.local(plan.now - timedelta(hours=NIGHT_HOUR)).date()
    days += [last - n * DAY for n in range(NIGHTS)]
    for day in sorted(days):
        plan.at(clock.local_instant(day, NIGHT_HOUR), lambda then: reconciliation.reconcile(at=then))
    for days, buyer in ((4.6, 447), (1.6, 446)):
        plan.at(
            plan.now - timedelta(days=days),
            lambda then, who=buyer: _pay_a_fen_less(plan, who, then),  # type: ignore[misc]
        )
    plan.at(clock.local_instant(last - 2 * DAY, 10), lambda then: _explain(plan, then))


def _pay_a_fen_less(plan: _Plan, buyer: int, at: datetime) -> None:
    stall = plan.people.stalls[0]
    trade = moves.place(Basket([(stall.shelf[2], 1)], stall.shop, buyer), at)
    moves.press(trade, Button.WRONG, at + timedelta(minutes=3))


def _explain(plan: _Plan, at: datetime) -> None:
    """Somebody takes the larger of the unknown payments up; the small one has a reason."""
    found = Difference.objects.filter(status=DifferenceStatus.OPEN).order_by("-amount_fen", "pk")
    small, *others = found
    note = "付款人误扫了旧收款码，金额 1 元，已通知渠道原路退回。"
    reconciliation.explain(number=small.number, note=note, actor=plan.other, at=at)
    for row in others[:1]:
        reconciliation.assign(number=row.number, to=plan.staff.ref, actor=plan.other, at=at)


def _plan_closings(plan: _Plan) -> None:
    """Each month is closed on the 3rd, a month after it ended, or as soon after that as nothing waits any more."""
    month = clock.next_month(clock.next_month(clock.month_of(everyday.start_of_story(plan.now))))
    while month <= clock.month_of(plan.now):
        plan.at(clock.local_instant(month.replace(day=3), 10), lambda then: _close(plan, then))
        month = clock.next_month(month)


def _close(plan: _Plan, at: datetime) -> None:
    month = month_to_close()
    if month is None:
        return
    try:
        ledger.close_month(month=month, actor=plan.other, at=at, note="对账相符，差异已处理")
    except ClearingOpen:
        plan.at(at + DAY, lambda then: _close(plan, then))


# Large sums, taxed and looked at by two people


def _plan_large_sums(plan: _Plan) -> None:
    """A company buys presents of an owner: she is taxed, and two people let her withdrawal and the payouts go."""
    big = plan.people.stalls[1]
    start, _end = clock.month_bounds(everyday.judged_months(plan.now)[1])
    presents = [good for good in big.shelf[:-1] if good.rate_bp == max(one.rate_bp for one in big.shelf[:-1])]
    worth = TAXED_FEN * BP_SCALE // presents[0].rate_bp
    basket = Basket(_filled(presents, worth), big.shop, 600)
    _plan_purchase(plan, start + 5 * DAY - everyday.TO_FINAL, basket)
    plan.at(plan.second + DAY, lambda then: _ask_for_all(plan, big, then))
    # No owner's: the supplier's last payout waits for the second person.
    payday = clock.local_instant(payday_of(plan.now))
    basket = Basket(_filled(plan.people.firms[0].goods, LARGE_FEN), None, 601, member=plan.people.members[1])
    _plan_purchase(plan, payday - 3 * DAY - everyday.TO_FINAL, basket)


def _filled(goods: Sequence[Good], worth_fen: int) -> list[tuple[Good, int]]:
    """The dearest goods first, as many of each as one line takes, until they are worth so much."""
    chosen = []
    for good in sorted(goods, key=lambda one: -one.price_from_fen):
        pieces = min(MOST_PIECES, -(-worth_fen // good.price_from_fen))
        chosen.append((good, pieces))
        worth_fen -= pieces * good.price_from_fen
        if worth_fen <= 0:
            break
    return chosen


def _plan_purchase(plan: _Plan, moment: datetime, basket: Basket, then: Act | None = None) -> None:
    """Bought, shipped and received, so that it is final TO_FINAL later."""

    def buy(at: datetime) -> None:
        trade = moves.place(basket, at)
        moves.pay(trade, at + timedelta(minutes=4))
        plan.at(at + timedelta(hours=20), lambda later: moves.ship(plan.play, trade, later))
        plan.at(at + timedelta(days=3, hours=5), lambda later: moves.confirm(trade, later))

    plan.at(moment, buy)


def _ask_for_all(plan: _Plan, stall: Stall, at: datetime) -> None:
    """The first person approves the next day, the second one only after a night's comparison has asked for it."""
    row = withdraw_all(stall, at)
    plan.at(at + DAY, lambda then: _approve(row, plan.staff, then, "团购订单已核对，收款账户为本人"))
    plan.at(at + 9 * DAY + timedelta(hours=9), lambda then: _approve(row, plan.other, then, "复核一致"))


def _approve(row: Withdrawal, person: Actor, at: datetime, note: str) -> None:
    commissions.approve_withdrawal(number=row.number, actor=person, at=at, note=note)


def _plan_business(plan: _Plan) -> None:
    """One owner is a business: she gives an invoice and files her own tax. For another one staff note a deduction."""
    stall = plan.people.stalls[7]
    name_account(plan.play, stall, PayeeKind.BANK, PAID, plan.first, Identity.BUSINESS, LICENCE)

    def ask(at: datetime) -> None:
        row = withdraw_all(stall, at, invoice=INVOICE)
        plan.at(at + timedelta(hours=5), lambda then: _approve(row, plan.staff, then, "发票已核对"))

    plan.at(plan.second + 2 * DAY, ask)
    month = clock.next_month(clock.month_of(everyday.start_of_story(plan.now)))
    while month <= clock.month_of(plan.now):
        if month.month % 3 == 1:
            plan.at(clock.local_instant(month.replace(day=12), 10), lambda then: _report(plan, then))
        month = clock.next_month(month)
    plan.at(
        plan.second + 3 * DAY,
        lambda then: tax.note_deduction(
            owner=plan.people.stalls[0].owner,
            year=clock.local(then).year,
            amount_fen=120_000,
            reason=f"{clock.local(then).year} 年个人养老金缴费凭证",
            actor=plan.other,
            at=then,
        ),
    )


def _report(plan: _Plan, at: datetime) -> None:
    """Staff fetch the file of the quarter that has just ended."""
    ended = clock.previous_month(clock.month_of(at))
    tax.report_quarter(year=ended.year, quarter=ended.month // 3, actor=plan.other, at=at)


# What is taken back, corrected and decided


def _plan_debt(plan: _Plan) -> None:
    """An owner withdrew everything when one of her orders turns out to be fake goods: she owes, and earns it back."""
    stall = plan.people.stalls[4]
    start, _end = clock.month_bounds(everyday.judged_months(plan.now)[1])
    good = max(stall.shelf[:-1], key=lambda one: one.rate_bp)
    basket = Basket(_filled([good], OWED_FEN), stall.shop, 602)
    _plan_purchase(plan, start + 8 * DAY - everyday.TO_FINAL, basket)

    def claim(at: datetime) -> None:
        order = Order.objects.filter(owner=stall.owner, lines__sku__good=good).order_by("-goods_fen")[0]
        line = order.lines.select_related("order").order_by("pk")[0]
        words = "请专柜鉴定过，与正品的标签和针脚不同。"
        dispute = disputes.open_claim(line=line, text=words, actor=buyer_side(order), at=at)
        Quarrel(order.trade, dispute, at).argued().ruled(plan.staff, moves.RulingOutcome.FULL_REFUND)

    plan.at(plan.second + 7 * DAY, claim)


def _plan_corrections(plan: _Plan) -> None:
    """Manual journals: one booked by two people, one refused, one that waits for the second person."""
    firm = plan.people.firms[2]
    payable, fee = AccountKind.SUPPLIER_PAYABLE, AccountKind.PLATFORM_FEE

    def refund_freight(at: datetime) -> None:
        order = Order.objects.filter(supplier=firm.supplier, status="finalised").order_by("pk")[0]
        row = reconciliation.propose_manual(
            lines=[Line(fee, "", payable, firm.supplier.public_id, 1_200)],
            reason="面单系统故障，供应商重复支付运费，由平台承担。",
            order_number=order.number,
            actor=plan.staff,
            at=at,
            token=new_token(),
        )
        at += timedelta(hours=3)
        reconciliation.approve_manual(number=row.number, actor=plan.other, at=at, note="已核对快递账单")

    def give_deposit_back(at: datetime) -> None:
        party = firm.supplier.public_id
        row = reconciliation.propose_manual(
            lines=[Line(AccountKind.SUPPLIER_DEPOSIT, party, payable, party, 50_000)],
            reason="供应商申请用保证金抵扣售后运费。",
            actor=plan.staff,
            at=at,
            token=new_token(),
        )
        at += timedelta(hours=2)
        reason = "保证金只用于赔付和退场退还，不作货款。"
        reconciliation.reject_manual(number=row.number, reason=reason, actor=plan.other, at=at)

    plan.at(plan.second + 5 * DAY, refund_freight)
    plan.at(plan.second + 6 * DAY, give_deposit_back)
    plan.at(
        plan.now - timedelta(hours=6),
        lambda at: reconciliation.propose_manual(
            lines=[Line(AccountKind.CHANNEL_CLEARING, "", fee, "", 680_000)],
            reason="支付渠道返还第三季度手续费，以渠道对账函为据。",
            actor=plan.other,
            at=at,
            token=new_token(),
        ),
    )


def _plan_decisions(plan: _Plan) -> None:
    """Violations cost a commission: one that was paid out already, and one of a feigned purchase."""

    def void(stall: Stall, status: CommissionStatus, reason: str, at: datetime, *, fake: bool) -> None:
        line = CommissionLine.objects.filter(owner=stall.owner, status=status).order_by("pk")[0]
        commissions.void_commission(
            line_ref=line.line_ref,
            decision=f"V{clock.local(at):%Y%m%d}",
            reason=reason,
            actor=plan.other,
            at=at,
            fake=fake,
        )

    boast = "主页自称官方直营店，误导消费者，佣金作废。"
    feigned = "同一设备反复下单又申请退款，认定为虚假交易。"
    senior, sixth = plan.people.stalls[2], plan.people.stalls[5]
    plan.at(
        plan.second + 15 * DAY,
        lambda at: void(senior, CommissionStatus.WITHDRAWABLE, boast, at, fake=False),
    )
    plan.at(
        plan.now - timedelta(hours=7),
        lambda at: void(sixth, CommissionStatus.ESTIMATED, feigned, at, fake=True),
    )


def _plan_doubts(plan: _Plan) -> None:
    """What staff look into: one commission that was let go again, one that waits, and two owners, one still suspended."""
    fourth, seventh, eighth = (plan.people.stalls[n] for n in (3, 6, 7))

    def line_of(stall: Stall, *, frozen: bool = False) -> str:
        status = CommissionStatus.FROZEN if frozen else CommissionStatus.LOCKED
        mine = CommissionLine.objects.filter(owner=stall.owner, status=status)
        held = mine.filter(holds__cause=BY_STAFF, holds__lifted_at=None) if frozen else mine
        return held.order_by("pk")[0].line_ref

    def freeze(at: datetime, stall: Stall, reason: str) -> None:
        commissions.freeze_commission(line_ref=line_of(stall), reason=reason, actor=plan.staff, at=at)

    def release(at: datetime) -> None:
        commissions.unfreeze_commission(
            line_ref=line_of(eighth, frozen=True), reason="聊天记录与订单一致。", actor=plan.other, at=at
        )

    def suspend(at: datetime, stall: Stall, reason: str) -> None:
        storefronts.suspend_owner(public_id=stall.owner.public_id, reason=reason, actor=plan.staff, at=at)

    def resume(at: datetime) -> None:
        storefronts.resume_owner(
            public_id=eighth.owner.public_id, reason="身份已重新核验。", actor=plan.other, at=at
        )

    plan.at(plan.now - 3 * DAY, lambda at: freeze(at, eighth, "买家称由他人代付，核实付款人。"))
    plan.at(plan.now - 2 * DAY, release)
    plan.at(
        plan.now - timedelta(hours=5), lambda at: freeze(at, fourth, "同一地址一天内下单三次，核实是否刷单。")
    )
    plan.at(plan.now - 9 * DAY, lambda at: suspend(at, eighth, "登录地点异常，核验身份。"))
    plan.at(plan.now - 8 * DAY, resume)
    plan.at(
        plan.now - timedelta(hours=20), lambda at: suspend(at, seventh, "分享文案被投诉，核实期间暂停提现。")
    )


def _plan_promises(plan: _Plan) -> None:
    """Buyers are paid for what suppliers promised and did not keep: shipped late, not in stock, said to be delivered."""
    for moment, asked, reason in (
        (plan.now - 13 * DAY, CaseReason.LATE, CompensationReason.LATE),
        (plan.now - 4 * DAY, CaseReason.LATE, CompensationReason.OUT_OF_STOCK),
        (plan.now - timedelta(minutes=10), CaseReason.NOT_RECEIVED, CompensationReason.FALSE_SHIPMENT),
    ):
        plan.at(
            moment,
            lambda at, why=asked, of=reason: orders.compensate_buyer(  # type: ignore[misc]
                line=Case.objects.filter(reason=why, opened_at__lte=at).latest("opened_at").line,
                reason=of,
                actor=plan.other,
                at=at,
            ),
        )


def _plan_levels(plan: _Plan) -> None:
    """Levels that staff gave until the next run: each level once, the highest is in force now."""
    stalls = plan.people.stalls
    for moment, stall, level, reason in (
        (plan.second + DAY, stalls[7], Tier.ROOKIE, "分享文案两次被投诉，核实期间不享等级奖励。"),
        (plan.second + 2 * DAY, stalls[3], Tier.SENIOR, "新店扶持，名单见运营公告。"),
        (plan.second + 3 * DAY, stalls[5], Tier.ELITE, "新品首发活动支持，名单见运营公告。"),
        (plan.now - timedelta(hours=2), stalls[1], Tier.SUPER, "双十二活动期间支持，名单见运营公告。"),
    ):
        plan.at(
            moment,
            lambda at, who=stall, to=level, why=reason: commissions.override_tier(  # type: ignore[misc]
                owner=who.owner, level=to, reason=why, actor=plan.staff, at=at
            ),
        )
