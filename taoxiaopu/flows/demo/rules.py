"""The platform's rules in the demo: a version that was superseded, one that is announced, one that is open for comments."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from rulebook import services as rulebook
from rulebook.models import Version
from rulebook.services import Draft
from rulebook.states import COMMENT_LEAST, NOTICE, AcceptedBy
from taoxiaopu.flows.demo.people import Cast, Stall
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel.actors import Actor, ActorKind

DAY = timedelta(days=1)


def plan_rules(play: Stage, people: Cast, start: datetime, now: datetime) -> None:
    """Plan them: suppliers' rules of two months ago, commission rules of next week, dispute rules under discussion."""
    play.at(start + 3 * DAY, lambda at: _members_accept(people, at))
    past, coming = now - 60 * DAY, now + 5 * DAY
    _plan_publishing(
        play,
        people,
        "suppliers",
        past,
        ("发货截止前的提醒提前到 8 小时", "The reminder comes 8 hours before the time to ship ends"),
        SHIP_SOON_H=8,
    )
    play.at(past + DAY, lambda at: _suppliers_accept(people, at))
    _plan_publishing(
        play,
        people,
        "commission",
        coming,
        ("单次提现下限降为 5 元", "The least withdrawal falls to ¥5"),
        MIN_WITHDRAW_FEN=500,
    )
    play.at(now - 2 * DAY, lambda at: _discuss(play, people, at))


def _plan_publishing(
    play: Stage, people: Cast, code: str, effective_at: datetime, summary: tuple[str, str], **changes: Any
) -> None:
    first, second = people.staff
    opened, published = effective_at - NOTICE - COMMENT_LEAST - timedelta(hours=2), effective_at - NOTICE

    def begin(at: datetime) -> None:
        row = _opened(code, summary, changes, first, at)

        def publish(later: datetime) -> None:
            rulebook.publish(number=row.number, effective_at=effective_at, actor=second, at=later)

        play.at(published, publish)

    play.at(opened, begin)


def _opened(
    code: str, summary: tuple[str, str], changes: dict[str, Any], writer: Actor, at: datetime, days: int = 3
) -> Version:
    row = rulebook.draft_version(code=code, actor=writer, at=at)
    draft = Draft(row.title_zh, row.title_en, *summary, row.source_zh, row.source_en, changes)
    rulebook.edit_draft(number=row.number, draft=draft, actor=writer, at=at)
    return rulebook.open_comments(number=row.number, until=at + days * DAY, actor=writer, at=at)


def _discuss(play: Stage, people: Cast, at: datetime) -> None:
    summary = (
        "被拒绝后消费者的处理时限由 7 天延长到 10 天",
        "Consumers have 10 days instead of 7 after a refusal",
    )
    row = _opened("disputes", summary, {"AS_AFTER_REJECT_D": 10}, people.staff[0], at, days=7)
    member, stall, firm = people.members[0], people.stalls[0], people.firms[0]
    play.at(
        at + timedelta(hours=3),
        lambda then: _told(row, _buyer(member), member.nickname, "十天更从容，支持。", then),
    )
    play.at(at + timedelta(hours=9), lambda then: _ask(people, row, stall, then))
    play.at(
        at + timedelta(hours=20),
        lambda then: _told(
            row, firm.actor, firm.supplier.name, "建议大促期间另定时限，避免订单长时间不能结清。", then
        ),
    )


def _ask(people: Cast, row: Version, stall: Stall, at: datetime) -> None:
    nickname = stall.owner.user.nickname
    said = _say(row, stall.actor, nickname, "处理期间佣金是否一直冻结？", at)
    words = "是的，售后结束即解冻；延长的是消费者的处理时间，无人处理的到期自动关闭。"
    rulebook.answer_comment(number=said, text=words, actor=people.staff[1], at=at + timedelta(hours=4))


def _say(row: Version, party: Actor, name: str, text: str, at: datetime) -> str:
    shown = name if party.kind == ActorKind.SUPPLIER else f"{name[:1]}**"
    return rulebook.comment(version=row, text=text, party=party, shown_name=shown, at=at).number


def _told(row: Version, party: Actor, name: str, text: str, at: datetime) -> None:
    _say(row, party, name, text, at)


def _buyer(user: User) -> Actor:
    return Actor(ActorKind.BUYER, user.public_id, user.public_id)


def _members_accept(people: Cast, at: datetime) -> None:
    users = [*people.members, *(s.owner.user for s in people.stalls), *(f.user for f in people.firms)]
    for user in users:
        rulebook.accept_present(party=_buyer(user), channel=AcceptedBy.SIGN_UP, at=at)


def _suppliers_accept(people: Cast, at: datetime) -> None:
    """All but the last one, which is still asked to."""
    for firm in people.firms[:-1]:
        rulebook.accept_present(party=firm.actor, channel=AcceptedBy.READ, at=at)
