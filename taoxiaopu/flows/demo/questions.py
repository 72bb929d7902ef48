"""Questions of the story's last days: one in every state, from members and guests, about goods and orders."""

from collections.abc import Callable
from datetime import datetime, timedelta

from orders import services as orders
from orders.models import OrderLine
from storefronts import services as storefronts
from storefronts.models import Conversation, Shop
from storefronts.services import Asker, sweep_conversations
from suppliers.models import Good
from taoxiaopu.flows.demo.people import Cast
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel.actors import Actor, ActorKind

SWEPT_H = range(114, 0, -6)  # before the end: clocks of questions are shorter than the story's daily round


def plan_questions(play: Stage, people: Cast, now: datetime) -> None:
    """Asked, late, answered, handed over, passed on, answered by the platform, ended and blocked."""
    stall, firm, staff = people.stalls[0], people.firms[0], people.staff[0]
    shop = stall.shop
    member, second = (Asker(user.pk) for user in people.members[:2])
    shelf = [good for good in stall.shelf if good.supplier_id == firm.supplier.pk][:6] or stall.shelf[:6]
    asked: dict[str, Conversation] = {}

    def at(hours: float, act: Callable[[datetime], object]) -> None:
        play.at(now - timedelta(hours=hours), lambda then: act(then) and None)

    def ask(key: str, hours: float, who: Asker, good: Good, text: str, where: Shop | None = shop) -> None:
        def act(then: datetime) -> None:
            asked[key] = storefronts.ask(asker=who, good=good, shop=where, text=text, at=then)

        at(hours, act)

    def answer(key: str, hours: float, actor: Actor, text: str) -> None:
        at(
            hours,
            lambda then: storefronts.answer(conversation=_now(asked[key]), text=text, actor=actor, at=then),
        )

    for hours in SWEPT_H:
        at(hours, lambda then: sweep_conversations(at=then))
    at(0.5, lambda then: sweep_conversations(at=then))

    ask("fresh", 2, member, shelf[0], "我是敏感肌，早晚都能用吗？")
    ask("late", 15, _guest(1), shelf[1], "现在下单，周末前能到上海吗？")
    ask("answered", 40, member, shelf[2], "和旧款有什么区别？加我微信 qinghe_2020 说")
    answer("answered", 38, stall.actor, "包装换了，容量一样，具体参数在商品页下面")
    ask("handed", 20, second, shelf[3], "能开专票吗？抬头是公司")
    answer("handed", 19, stall.actor, "这个要问商家，我转给他们")
    at(
        18,
        lambda then: orders.hand_question_over(
            conversation=_now(asked["handed"]), actor=stall.actor, at=then
        ),
    )
    ask("quiet", 30, _guest(2), firm.goods[1], "生产日期是什么时候的？", None)
    ask("passed_on", 62, _guest(3), firm.goods[2], "有没有小规格？", None)
    ask("platform", 110, second, firm.goods[3], "页面写的赠品没有收到说明", None)
    answer("platform", 50, staff, "已核实：赠品活动上月结束，页面文字已请商家更正")
    ask("supplier", 12, _guest(4), firm.goods[0], "这个和洁面一起用可以吗？", None)
    answer("supplier", 9, firm.actor, "可以，先洁面再用，间隔几分钟就好")
    ask("ended", 70, member, shelf[4], "保质期多久？")
    answer("ended", 66, stall.actor, "三年，开封后一年内用完")
    at(60, lambda then: _close(asked["ended"], then))
    ask("blocked", 44, _guest(5), shelf[5], "专业代发，要的联系 13800138000")
    at(43, lambda then: _block(asked["blocked"], stall.actor, then))
    at(4, lambda then: _about_an_order(shop, then))


def _guest(n: int) -> Asker:
    return Asker(user_id=None, visitor=f"demo-guest-{n}", network="")


def _now(row: Conversation) -> Conversation:
    return Conversation.objects.select_related("good__category", "shop__owner", "supplier").get(pk=row.pk)


def _close(row: Conversation, at: datetime) -> None:
    storefronts.close_conversation(conversation=row, actor=Actor(ActorKind.BUYER, row.number), at=at)


def _block(row: Conversation, actor: Actor, at: datetime) -> None:
    storefronts.block_asker(conversation=row, actor=actor, at=at)


def _about_an_order(shop: Shop, at: datetime) -> None:
    """Somebody asks about the newest order that waits to be shipped."""
    lines = OrderLine.objects.select_related(
        "order__trade", "order__shop__owner", "good__supplier", "good__category"
    )
    line = lines.filter(order__shop=shop, order__status="paid").order_by("-id")[0]
    orders.ask_about_line(line=line, text="地址门牌写错了一位，还来得及改吗？", at=at)
