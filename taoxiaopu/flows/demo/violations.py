"""Penalties that staff gave in the story's last weeks, few enough points that nobody's trade stops."""

from collections.abc import Callable
from datetime import datetime, timedelta

from disputes import services as disputes
from disputes.models import Penalty
from disputes.selectors import points_for
from disputes.services import PenaltyDraft
from disputes.states import Offence
from storefronts.models import Owner
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.exits import company_of, settle
from taoxiaopu.flows.demo.people import Cast
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel.actors import Actor, ActorKind

DOUBLING = 36  # points that double a deposit


def plan_violations(play: Stage, people: Cast, now: datetime) -> None:
    """One in force, one appealed, one upheld and one lifted, of owners and suppliers."""
    staff, other = people.staff
    keeper, second = people.stalls[0], people.stalls[1]
    firm, maker = people.firms[0], people.firms[3]

    def at(days: float, act: Callable[[datetime], None]) -> None:
        play.at(now - timedelta(days=days), act)

    def give(party: Owner | Supplier, offence: Offence, reason: str, key: str) -> Callable[[datetime], None]:
        return lambda then: _give(party, offence, reason, f"demo:{key}", staff, then)

    owner = keeper.shop.owner
    at(40, give(owner, Offence.AD_WORDS, "海报配文写了“全网最低”，已下架，请改写后再发", "words"))
    at(5, give(owner, Offence.FALSE_PROMISE, "向消费者承诺“七天见效”，商品页没有这样的说明", "promise"))
    at(4, lambda then: _appeal("promise", "原话是“坚持用七天看看”，聊天记录已附", keeper.actor, then))
    at(20, give(second.shop.owner, Offence.AD_WORDS, "朋友圈配文未标明“广告”", "label"))
    at(30, give(maker.supplier, Offence.FALSE_SHIPMENT, "上传运单 24 小时内没有揽收记录", "shipment"))
    at(29, lambda then: _appeal("shipment", "快递网点停电漏扫，已附网点证明", maker.actor, then))
    at(28, lambda then: _review("shipment", True, "网点证明属实，撤销", other, then))
    at(25, give(people.firms[1].supplier, Offence.LATE_SHIPMENT, "10 月延迟发货 11 单", "late"))
    at(12, give(people.firms[4].supplier, Offence.REFUND_REFUSED, "裁定退款后 3 天未处理", "refund"))
    at(15, give(firm.supplier, Offence.BAIT, "活动开始前一天把佣金从 20% 降为 5%", "bait"))
    at(14, lambda then: _appeal("bait", "运营误操作，当天已改回", firm.actor, then))
    at(13, lambda then: _review("bait", False, "掌柜已按原佣金推广并受影响，维持", other, then))


def hide_a_shop(people: Cast, at: datetime) -> None:
    """The story's last penalty: points that hide the shops of an owner who sells no more in it."""
    reason = "把消费者的收货信息截图发到群里"
    _give(people.stalls[4].shop.owner, Offence.DATA_LEAK, reason, "demo:leak", people.staff[0], at)


def leave_and_fall_short(people: Cast, now: datetime) -> None:
    """The points of the suspended company double its deposit; another company leaves, and one of two people let its money go."""
    short, leaving = (company_of(company) for company in (cast.SUSPENDED, cast.LEAVING))
    at = now - timedelta(days=1)
    draft = PenaltyDraft(Offence.DATA_LEAK, DOUBLING, cast.WHY_SHORT)
    disputes.give_penalty(party=short, draft=draft, key="demo:short", actor=people.staff[0], at=at)
    suppliers.begin_exit(
        public_id=leaving.public_id,
        actor=Actor(ActorKind.SUPPLIER, leaving.public_id),
        at=now - timedelta(days=2),
        reason=cast.WHY_LEAVING,
    )
    settle(leaving, people.staff[0], at)


def _give(
    party: Owner | Supplier, offence: Offence, reason: str, key: str, actor: Actor, at: datetime
) -> None:
    draft = PenaltyDraft(offence, points_for(party, offence, at), reason)
    disputes.give_penalty(party=party, draft=draft, key=key, actor=actor, at=at)


def _appeal(key: str, text: str, actor: Actor, at: datetime) -> None:
    disputes.appeal_penalty(penalty=Penalty.objects.get(key=f"demo:{key}"), text=text, actor=actor, at=at)


def _review(key: str, lift: bool, answer: str, actor: Actor, at: datetime) -> None:
    number = Penalty.objects.get(key=f"demo:{key}").number
    disputes.review_penalty(number=number, lift=lift, answer=answer, actor=actor, at=at)
