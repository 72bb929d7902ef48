"""The demo's story, some months long: companies, goods, shops, consumers, and everything in every state.

It is told in one transaction, so that it is there whole or not at all, and it is the same story every time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.selectors import user_by_sign_in
from storefronts import services as storefronts
from storefronts.services import DRAW_POSTER, draw_poster_job
from suppliers import services as suppliers
from taoxiaopu.flows.demo import cast, everyday
from taoxiaopu.flows.demo.books import plan_books
from taoxiaopu.flows.demo.customs import plan_customs
from taoxiaopu.flows.demo.exits import plan_an_exit
from taoxiaopu.flows.demo.payouts import plan_invoices, plan_supplier_payouts, plan_withdrawals
from taoxiaopu.flows.demo.people import Cast, assemble, edits_under_review, import_real, imports_of_today
from taoxiaopu.flows.demo.publishing import show_publishing
from taoxiaopu.flows.demo.questions import plan_questions
from taoxiaopu.flows.demo.rules import plan_rules
from taoxiaopu.flows.demo.scenes import plan_scenes
from taoxiaopu.flows.demo.shelves import lay_out
from taoxiaopu.flows.demo.team import show_desk
from taoxiaopu.flows.demo.violations import hide_a_shop, leave_and_fall_short, plan_violations
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.locking import lock_name

REAL_FILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "taobao_beauty_2016_gbk.csv"
POSTERS = 4  # drawn at once; the others are drawn by a worker

Say = Callable[[str], None]


def is_told() -> bool:
    """Whether the demo's data is there."""
    return user_by_sign_in(cast.STAFF[0]) is not None


def tell(*, now: datetime, real_file: Path | None, say: Say, crowd: bool = True) -> bool:
    """Tell the story so that it ends at ``now``; False when it was told before.

    ``real_file`` names a large catalogue to import too, or None. ``say`` gets a line for each step. Without the
    ``crowd`` no shop has more than a few orders a month: everything is there but the higher tiers.
    """
    with transaction.atomic():
        lock_name("demo story")
        if is_told():
            return False
        ensure_reference()
        start = everyday.start_of_story(now)
        say("演示数据：平台人员、供应商、货品与小铺")
        people = assemble(start, now)
        if real_file is not None:
            say(f"演示数据：导入 {real_file.name}")
            import_real(real_file, start + timedelta(days=1))
        say("演示数据：四个多月的订单、售后与结算")
        play = Stage()
        everyday.plan_clockwork(play, start, now)
        everyday.plan_orders(play, people, now, crowd=crowd)
        everyday.plan_own_use(play, people, start)
        everyday.plan_looks(play, people, now)
        everyday.plan_reading(play, people, now)
        plan_scenes(play, people, now)
        plan_customs(play, people, now)
        plan_withdrawals(play, people, now)
        plan_supplier_payouts(play, people, start, now)
        plan_invoices(play, people, start, now)
        plan_books(play, people, now)
        plan_violations(play, people, now)
        plan_an_exit(play, people, now)
        plan_questions(play, people, now)
        plan_rules(play, people, start, now)
        play.play(now)
        say("演示数据：今天的待办")
        _end(people, now)
    return True


def _end(people: Cast, now: datetime) -> None:
    """What happened last: shops under review, hidden and closed, terms about to change, uploads, posters."""
    staff, stalls = people.staff[0], people.stalls
    storefronts.rename_shop(
        shop=stalls[5].shop, name=cast.DOUBTFUL_NAME, actor=stalls[5].actor, at=now - timedelta(hours=5)
    )
    storefronts.hide_shop(
        number=stalls[6].shop.number,
        actor=staff,
        at=now - timedelta(days=1),
        reason="分享文案被投诉，核实期间隐藏",
    )
    hide_a_shop(people, now - timedelta(hours=2))
    leave_and_fall_short(people, now)
    storefronts.close_shop(
        number=stalls[7].shop.number, actor=staff, at=now - timedelta(days=3), reason="掌柜申请停业，重新开店"
    )
    storefronts.open_shop(
        owner=stalls[7].owner,
        name=cast.SECOND_SHOP,
        description="换个名字重新开张。",
        at=now - timedelta(days=2),
    )
    good = people.firms[0].goods[4]
    suppliers.change_rate(good=good, rate_bp=1800, actor=people.firms[0].actor, at=now - timedelta(hours=2))
    edits_under_review(people.firms[0], staff, now)
    show_publishing(people.firms, staff, now)
    imports_of_today(people.firms, now)
    show_desk(people, now)
    lay_out(stalls[0], now)
    for user, name in ((people.firms[0].user, "仓库系统"), (stalls[0].owner.user, "看板小工具")):
        accounts.issue_token(user=user, name=name, at=now - timedelta(days=11))
    jobs.work_off(DRAW_POSTER, at=now, work=draw_poster_job, limit=POSTERS)
