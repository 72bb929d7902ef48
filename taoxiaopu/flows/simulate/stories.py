"""Whole stories, from the first click to the last fen: each tells one kind of order to its end.

A story yields how long it waits; what falls due meanwhile is done by the platform's own sweeps, once a day.
"""

from collections.abc import Generator
from datetime import timedelta

from disputes import services as disputes
from disputes.models import Dispute
from disputes.states import CaseReason, RulingOutcome
from orders.models import OrderLine
from payments.providers.sandbox import Button
from taoxiaopu.flows.simulate.plot import Plot, Story
from taoxiaopu.flows.stage import buyer_side

DAY = timedelta(days=1)
TOO_DEAR_FOR_ONE = 200_001  # fen from which a second arbitrator must approve (FOUR_EYES_DISPUTE_FEN)


def received(plot: Plot) -> Story:
    """Bought, paid, shipped, received."""
    plot.buy(plot.basket(lines=plot.chance.choice((1, 1, 1, 1, 1, 1, 2)), always_shop=False), tempted=True)
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    plot.confirm()


def auto_confirmed(plot: Plot) -> Story:
    """The consumer forgets to confirm: time does."""
    plot.buy(plot.basket(always_shop=False))
    yield from _paid_and_shipped(plot)


def unpaid(plot: Plot) -> Story:
    """Nobody pays: the trade closes by itself."""
    plot.buy(plot.basket(always_shop=False))
    return
    yield


def cancelled(plot: Plot) -> Story:
    """The consumer thinks again before paying."""
    plot.buy(plot.basket())
    yield plot.hours(0.05, 0.4)
    plot.cancel()


def paid_twice(plot: Plot) -> Story:
    """The provider takes the money twice: one payment is the order's, the other goes back."""
    plot.buy(plot.basket())
    yield from _paid_and_shipped(plot, Button.TWICE)
    yield plot.hours(40, 90)
    plot.confirm()


def paid_late(plot: Plot) -> Story:
    """The notice of payment comes when the trade is closed: the money goes back whole."""
    plot.buy(plot.basket())
    yield plot.hours(0.05, 0.4)
    plot.press(Button.LATE)
    yield plot.hours(30, 40)  # a night lies between
    plot.hear()


def in_parcels(plot: Plot) -> Story:
    """Two or three things of one supplier, sent in as many parcels."""
    count = plot.chance.choice((2, 2, 3))
    plot.buy(plot.basket(lines=count))
    yield plot.hours(0.02, 0.3)
    plot.pay()
    yield plot.hours(3, 20)
    order = plot.order
    refs = list(OrderLine.objects.filter(order=order).order_by("pk").values_list("ref", flat=True))
    plot.chance.shuffle(refs)
    for ref in refs:
        plot.ship_part(order, ref)
        yield plot.hours(4, 14)
    yield plot.hours(40, 90)
    plot.confirm()


def two_suppliers(plot: Plot) -> Story:
    """One payment for the wares of two suppliers: two orders."""
    plot.buy(plot.basket(firms=2))
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    plot.confirm()


def own_purchase(plot: Plot) -> Story:
    """An owner buys in the own shop: commission, but no bonus."""
    basket = plot.basket()
    assert basket.keeper is not None
    plot.buy(basket, phone=basket.keeper.phone)
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    plot.confirm()


def never_shipped(plot: Plot) -> Story:
    """The supplier forgets: late after two days, refunded by the platform after fifteen more."""
    plot.buy(plot.basket(lines=plot.chance.choice((1, 1, 2))))
    yield plot.hours(0.02, 0.3)
    plot.pay()


def refunded(plot: Plot) -> Story:
    """A case without the platform's people: each of its four ways in turn."""
    ways = (refunded_after_receipt, refunded_before_shipping, refunded_by_silence, case_withdrawn)
    yield from ways[plot.turn % len(ways)](plot)


def ruled(plot: Plot) -> Story:
    """A dispute that one ruling ends: each of its three ways in turn."""
    ways = (ruled_for_consumer, approved_by_second, ruled_for_supplier)
    yield from ways[plot.turn % len(ways)](plot)


def refunded_before_shipping(plot: Plot) -> Story:
    """The consumer wants the money back before anything was sent, and the supplier agrees."""
    plot.buy(plot.basket())
    yield plot.hours(0.02, 0.3)
    plot.pay()
    yield plot.hours(1, 8)
    reason = plot.chance.choice((CaseReason.NO_REASON, CaseReason.LATE, CaseReason.LATE))
    case = plot.open_case(reason, "拍错了，麻烦退款。", received=False)
    yield plot.hours(1, 12)
    plot.agree(case)


def refunded_after_receipt(plot: Plot) -> Story:
    """A fault after receipt: the supplier agrees to give part or all of it back."""
    plot.buy(plot.basket(lines=plot.chance.choice((1, 2))))
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    plot.confirm()
    yield plot.hours(10, 100)
    percent = plot.chance.choice((30, 50, 50, 100))
    case = plot.open_case(CaseReason.QUALITY, "包装破损，少了一件。", percent=percent)
    yield plot.hours(1, 30)
    plot.agree(case)


def refunded_by_silence(plot: Plot) -> Story:
    """The supplier does not answer in time: the refund goes out by itself."""
    plot.buy(plot.basket())
    yield from _paid_and_shipped(plot)
    yield plot.hours(30, 60)
    plot.open_case(CaseReason.NOT_RECEIVED, "物流一直没有更新。", received=False)


def case_withdrawn(plot: Plot) -> Story:
    """The consumer asks for a refund, changes the mind, and keeps the goods."""
    plot.buy(plot.basket())
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 80)
    case = plot.open_case(CaseReason.NOT_AS_DESCRIBED, "颜色和图片有差别。")
    yield plot.hours(1, 20)
    disputes.withdraw_case(case=case, actor=buyer_side(plot.order), at=plot.at)
    yield plot.hours(1, 20)
    plot.confirm()


def ruled_for_consumer(plot: Plot) -> Story:
    """Both sides give evidence; the arbitrator orders a refund of all or part of it."""
    plot.buy(plot.basket())
    dispute = yield from _quarrel(plot)
    yield plot.hours(3, 30)
    staff, _second, _third = plot.arbitrators()
    outcome = plot.chance.choice((RulingOutcome.FULL_REFUND, RulingOutcome.PARTIAL_REFUND))
    plot.decide(dispute, staff, plot.ruling(outcome, dispute))


def ruled_for_supplier(plot: Plot) -> Story:
    """Only one side says anything within 72 hours; the application is rejected."""
    plot.buy(plot.basket())
    dispute = yield from _quarrel(plot, silent=True)
    yield plot.hours(3, 20)
    staff, _second, _third = plot.arbitrators()
    plot.decide(dispute, staff, plot.ruling(RulingOutcome.REJECT, dispute))


def appealed(plot: Plot) -> Story:
    """The losing side appeals, and another person upholds or changes the ruling."""
    plot.buy(plot.basket())
    dispute = yield from _quarrel(plot)
    yield plot.hours(3, 30)
    first, second, _third = plot.arbitrators()
    outcome = plot.chance.choice((RulingOutcome.REJECT, RulingOutcome.PARTIAL_REFUND))
    plot.decide(dispute, first, plot.ruling(outcome, dispute))
    yield plot.hours(2, 60)
    loser = buyer_side(plot.order)
    if outcome != RulingOutcome.REJECT and plot.chance.randrange(2):
        loser = plot.company_of(plot.order).actor
    disputes.appeal(dispute=dispute, text="补充新的检测报告，请复核。", actor=loser, at=plot.at)
    yield plot.hours(4, 40)
    draft = plot.ruling(RulingOutcome.FULL_REFUND, dispute) if plot.chance.randrange(2) else None
    disputes.decide_appeal(dispute=dispute, draft=draft, actor=second, at=plot.at)


def approved_by_second(plot: Plot) -> Story:
    """More than 2,000 yuan: a second arbitrator approves the ruling, now and then only the second draft."""
    plot.buy(plot.basket(least_fen=TOO_DEAR_FOR_ONE))
    dispute = yield from _quarrel(plot)
    yield plot.hours(3, 20)
    first, second, third = plot.arbitrators()
    plot.decide(dispute, first, plot.ruling(RulingOutcome.FULL_REFUND, dispute))
    yield plot.hours(1, 20)
    if plot.chance.randrange(4) == 0:
        disputes.send_back(dispute=dispute, actor=second, at=plot.at, reason="请补充责任认定的理由")
        yield plot.hours(1, 20)
        disputes.decide(
            dispute=dispute,
            draft=plot.ruling(RulingOutcome.FULL_REFUND, dispute),
            actor=first,
            at=plot.at,
        )
        yield plot.hours(1, 20)
        second = third
    disputes.approve_ruling(dispute=dispute, actor=second, at=plot.at)


def claimed_after_final(plot: Plot) -> Story:
    """Fake goods found when all is settled: supplier, owner and platform give back their parts."""
    plot.buy(plot.basket())
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    plot.confirm()
    yield timedelta(days=16) + plot.chance.choice((DAY, 8 * DAY, 40 * DAY)) + plot.hours(1, 12)
    dispute = disputes.open_claim(
        line=plot.line(), text="送检为假货，附检测报告。", actor=buyer_side(plot.order), at=plot.at
    )
    yield plot.hours(2, 20)
    plot.say(dispute, plot.company_of(plot.order).actor, "附授权链路与进货凭证。")
    yield plot.hours(2, 20)
    plot.say(dispute, buyer_side(plot.order), "检测报告编号 JC-2231。")
    yield plot.hours(4, 40)
    staff, _second, _third = plot.arbitrators()
    outcome = plot.chance.choice((RulingOutcome.FULL_REFUND, RulingOutcome.PARTIAL_REFUND))
    plot.decide(dispute, staff, plot.ruling(outcome, dispute))


def _paid_and_shipped(plot: Plot, button: Button = Button.PAY) -> Story:
    yield plot.hours(0.02, 0.3)
    plot.pay(button)
    yield plot.hours(3, 44)
    plot.ship()


def _quarrel(plot: Plot, *, silent: bool = False) -> Generator[timedelta, None, Dispute]:
    """Paid, shipped, and a case that the supplier refuses and the consumer takes to the platform, until its review.

    Some consumers had confirmed before. With ``silent`` one side says nothing and the time for evidence runs out.
    """
    yield from _paid_and_shipped(plot)
    yield plot.hours(40, 90)
    if plot.chance.randrange(2):
        plot.confirm()
        yield plot.hours(2, 60)
    case = plot.open_case(CaseReason.QUALITY, "收到时有破损，无法正常使用。", percent=100)
    yield plot.hours(2, 40)
    plot.refuse(case)
    yield plot.hours(2, 100)
    dispute = plot.escalate(case)
    yield plot.hours(1, 20)
    consumer, supplier = buyer_side(plot.order), plot.company_of(plot.order).actor
    speaker = plot.chance.choice((consumer, supplier)) if silent else consumer
    plot.say(dispute, speaker, "情况说明与照片已附，请平台审核。")
    if silent:
        yield timedelta(hours=97)  # 72 hours for evidence, and the next daily sweep
    else:
        yield plot.hours(1, 40)
        plot.say(dispute, supplier, "同批次商品质检合格，附检验单。")
    return dispute
