"""Each button works once, as the person who pressed it, and is refused in every state that does not allow it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from commissions import services as commissions
from commissions.models import CommissionLine
from disputes import services as disputes
from disputes.models import Penalty
from disputes.services import PenaltyDraft
from disputes.states import Offence
from orders import services as orders
from orders.models import Compensation
from orders.states import CompensationReason
from payments import services as payments
from payments.models import WrongPayment
from payments.providers.sandbox import Button
from storefronts import services as storefronts
from storefronts.models import InvitationCode, OwnerStanding
from suppliers import services as suppliers
from suppliers.models import Good
from taoxiaopu.flows import stage
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.models import AuditEntry
from tests.factories import payouts, story
from tests.staff.world import clock

REASON = {"reason": "资料与登记信息不符"}


def press(desk: Client, row: Any, name: str, data: dict[str, str] | None = None) -> int:
    """Press a button; 302 is done, 409 refused."""
    base = f"admin:{row._meta.app_label}_{row._meta.model_name}_act"
    return desk.post(reverse(base, args=[row.pk, name]), data or {}).status_code


def applied() -> Any:
    story.ensure_reference()
    return story.applicant(clock.now())


def in_review() -> Any:
    row = applied()
    return suppliers.take_application(public_id=row.public_id, actor=story.SYSTEM_STAFF, at=clock.now())


def to_mend() -> Any:
    row = in_review()
    suppliers.judge_paper(
        public_id=row.papers.order_by("pk")[0].public_id, is_fine=False, actor=story.SYSTEM_STAFF,
        at=clock.now(), note="缺公章",
    )  # fmt: skip
    return row


def reviewed() -> Any:
    row = applied()
    stage.review(row, story.SYSTEM_STAFF, clock.now())
    row.refresh_from_db()
    return row


def active() -> Any:
    return story.supplier(clock.now())


def suspended() -> Any:
    return suppliers.suspend_supplier(
        public_id=active().public_id, actor=story.SYSTEM_STAFF, at=clock.now(), reason="核查"
    )


def held() -> Any:
    return story.good(active(), clock.now(), title="特供祛斑面膜")


def listed() -> Any:
    return story.good(active(), clock.now())


def doubtful() -> Any:
    return story.shop(story.owner(clock.now()), clock.now(), name="旗航好物")


def open_shop() -> Any:
    return story.shop(story.owner(clock.now()), clock.now())


def hidden() -> Any:
    return storefronts.hide_shop(
        number=open_shop().number, actor=story.SYSTEM_STAFF, at=clock.now(), reason="核查"
    )


def asked_for() -> Any:
    at = clock.now()
    return payouts.a_withdrawal(story.owner(at, 9), at)


def failed_job() -> Any:
    at = clock.now()
    job = jobs.enqueue(kind="storefronts.draw_poster", key="p1", argument="p1", at=at)
    jobs.fail(job, at=at, error="字体缺失", final=True)
    return job


def earned() -> Any:
    at = clock.now()
    good = story.good(active(), at)
    story.paid_order(good, at, through=story.picked_shop(at, good))
    return CommissionLine.objects.get()


def frozen() -> Any:
    return commissions.freeze_commission(
        line_ref=earned().line_ref, reason="疑似刷单", actor=story.SYSTEM_STAFF, at=clock.now()
    )


def paid_wrongly() -> Any:
    at = clock.now()
    charge = orders.open_payment(trade=story.place(story.good(active(), at), at), at=at)
    payments.press_cashier(charge=charge, button=Button.WRONG, at=at)
    story.arrive_refunds(at)
    return WrongPayment.objects.get()


def appealed() -> Any:
    """A penalty that somebody else gave and its owner appeals."""
    at = clock.now()
    shop = open_shop()
    row = disputes.give_penalty(
        party=shop.owner,
        draft=PenaltyDraft(Offence.FALSE_PROMISE, 4, "查实"),
        key="appealed",
        actor=Actor(ActorKind.STAFF, "another", "another"),
        at=at,
    )
    owner = Actor(ActorKind.OWNER, shop.owner.public_id, shop.owner.user.public_id)
    return disputes.appeal_penalty(penalty=row, text="不实", actor=owner, at=at)


ACTS = [
    (appealed, "uphold", REASON, "upheld"),
    (appealed, "lift", REASON, "lifted"),
    (earned, "freeze", REASON, "frozen"),
    (frozen, "unfreeze", REASON, "estimated"),
    (earned, "void", REASON | {"decision": "V-1", "fake": "on"}, "void"),
    (applied, "take", {}, "in_review"),
    (to_mend, "ask", {}, "need_info"),
    (reviewed, "approve", {}, "await_deposit"),
    (in_review, "reject", REASON, "rejected"),
    (active, "suspend", REASON, "suspended"),
    (suspended, "resume", {}, "active"),
    (held, "approve", {}, "listed"),
    (held, "refuse", REASON, "refused"),
    (listed, "delist", REASON, "delisted"),
    (doubtful, "approve", {}, "open"),
    (open_shop, "hide", REASON, "hidden"),
    (hidden, "show", {}, "open"),
    (open_shop, "close", REASON, "closed"),
    (failed_job, "retry", {}, "waiting"),
    (asked_for, "approve", {}, "processing"),
    (asked_for, "reject", REASON, "rejected"),
    (paid_wrongly, "send_back", REASON, "returned"),
]
DECIDED_ONCE = (asked_for, paid_wrongly)  # pressed again, they answer as the first time


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "name", "data", "target"), ACTS, ids=[f"{make.__name__}-{name}" for make, name, _d, _t in ACTS]
)
def test_a_button_works_once(
    judge: User, desk: Client, make: Callable[[], Any], name: str, data: dict[str, str], target: str
) -> None:
    row = make()
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    button = f"/act/{name}/"
    assert button in desk.get(page).content.decode()
    if data:
        assert press(desk, row, name, {"reason": " "}) == 400
    assert press(desk, row, name, data) == 302
    row.refresh_from_db()
    assert row.status == target
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.actor_kind, entry.actor_ref, entry.person) == ("staff", judge.public_id, judge.public_id)

    written = AuditEntry.objects.count()
    assert press(desk, row, name, data) == (302 if make in DECIDED_ONCE else 409)
    row.refresh_from_db()
    assert row.status == target
    assert AuditEntry.objects.count() == written
    assert button not in desk.get(page).content.decode()


@pytest.mark.django_db
def test_a_large_withdrawal_needs_two_people(judge: User, desk: Client) -> None:
    at = clock.now()
    owner = story.owner(at, 9)
    payouts.credit(owner, 600_000, at)
    payouts.give_account(owner, at)
    row = payouts.ask(owner, 500_001, at)
    page = reverse("admin:commissions_withdrawal_change", args=[row.pk])
    assert press(desk, row, "approve") == 302
    assert "待第二人复核" in desk.get(page).content.decode()
    answer = desk.post(reverse("admin:commissions_withdrawal_act", args=[row.pk, "approve"]), {})
    assert (answer.status_code, "该金额须由另一位工作人员复核" in answer.content.decode()) == (409, True)
    row.refresh_from_db()
    assert (row.status, row.endorsed_by) == ("reviewing", judge.public_id)
    other = Client()
    other.force_login(story.user(950, nickname="小二二号", is_staff=True))
    assert press(other, row, "approve") == 302
    row.refresh_from_db()
    assert row.status == "processing"


@pytest.mark.django_db
def test_staff_choose_which_of_an_orders_goods_a_compensation_is_for(desk: Client) -> None:
    at = clock.now()
    supplier = story.supplier(at)
    tea, jam = (story.good(supplier, at, title=title) for title in ("明前龙井", "山楂果酱"))
    order, other = story.paid_order(tea, at), story.paid_order(jam, at)
    page = desk.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "明前龙井 × 1" in page
    late = {"reason": CompensationReason.LATE}
    assert press(desk, order, "compensate", late | {"line": story.line_of(other).ref}) == 400
    assert Compensation.objects.count() == 0
    assert press(desk, order, "compensate", late | {"line": story.line_of(order).ref}) == 302
    assert Compensation.objects.get().line == story.line_of(order)


@pytest.mark.django_db
def test_a_list_asks_for_the_time_once_however_many_rows_it_has(desk: Client) -> None:
    """Which withdrawals are late is read off the rows."""
    asked = []
    for owners in ((71, 72), (73, 74, 75)):
        for n in owners:
            payouts.a_withdrawal(story.owner(clock.now(), n), clock.now())
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("admin:commissions_withdrawal_changelist"))
        asked.append(sum(query["sql"].startswith("SELECT statement_timestamp") for query in queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_what_keeps_a_withdrawal_from_going_stands_on_its_page(desk: Client) -> None:
    row = asked_for()
    page = reverse("admin:commissions_withdrawal_change", args=[row.pk])
    assert "不能通过" not in desk.get(page).content.decode()
    OwnerStanding.objects.filter(owner=row.owner).update(suspended=True)
    shown = desk.get(page).content.decode()
    assert "不能通过" in shown
    assert "掌柜身份已暂停" in shown
    assert press(desk, row, "approve") == 409
    row.refresh_from_db()
    assert row.status == "reviewing"


@pytest.mark.django_db
def test_staff_see_no_whole_account(desk: Client) -> None:
    row = asked_for()
    payouts.commissions.approve_withdrawal(number=row.number, actor=payouts.ANNA, at=clock.now())
    transfer = payouts.transfer_of(row)
    for name, pk in (("commissions_withdrawal", row.pk), ("payments_transfer", transfer.pk)):
        page = desk.get(reverse(f"admin:{name}_change", args=[pk])).content.decode()
        assert "7890" in page
        assert payouts.ACCOUNT not in page
        assert "王小满" not in page


@pytest.mark.django_db
def test_an_unknown_button_and_a_get_do_nothing(desk: Client) -> None:
    row = applied()
    assert press(desk, row, "burn") == 404
    address = reverse("admin:suppliers_supplier_act", args=[row.pk, "approve"])
    assert desk.get(address).status_code == 405
    row.refresh_from_db()
    assert row.status == "submitted"


@pytest.mark.django_db
def test_the_review_queue_decides_many_at_once_and_skips_what_others_decided(desk: Client) -> None:
    supplier, at = active(), clock.now()
    goods = [story.good(supplier, at, title=f"特供面膜 {n} 号") for n in range(3)]
    queue = reverse("admin:suppliers_good_review")
    page = desk.get(queue).content.decode()
    assert page.count('<mark class="tx-word">特供</mark>') == 3

    ids = [good.public_id for good in goods]
    desk.post(queue, {"good": ids, "verdict": "refuse", "reason": ""})
    assert Good.objects.filter(status="held").count() == 3
    suppliers.approve_good(public_id=ids[0], actor=story.SYSTEM_STAFF, at=at)
    answer = desk.post(queue, {"good": ids, "verdict": "refuse", "reason": "特供为禁用语"}, follow=True)
    assert sorted(Good.objects.values_list("status", flat=True)) == ["listed", "refused", "refused"]
    assert "已驳回 2 件" in answer.content.decode()
    assert "1 件已由他人处理，未改动" in answer.content.decode()


@pytest.mark.django_db
def test_an_invitation_is_issued_once_and_bad_ones_are_refused(judge: User, desk: Client) -> None:
    page = reverse("admin:storefronts_invitationcode_issue")
    assert desk.post(page, {"code": "SPRNG2", "max_uses": "5", "days": "30"}).status_code == 302
    row = InvitationCode.objects.get()
    assert (row.code, row.max_uses, row.uses) == ("SPRNG2", 5, 0)
    assert timedelta(days=30) - (row.expires_at - clock.now()) < timedelta(minutes=1)
    for code, uses, status in (("SPRNG2", "5", 400), ("AIO0", "5", 400), ("", "0", 400), ("", "100001", 400)):
        assert desk.post(page, {"code": code, "max_uses": uses, "days": "30"}).status_code == status
    assert InvitationCode.objects.count() == 1


@pytest.mark.django_db
def test_a_second_click_on_the_same_button_is_one_act(judge: User, desk: Client) -> None:
    """The first of two approvals: pressed twice it is no second person, and the answer is the first one's."""
    at = clock.now()
    owner = story.owner(at, 9)
    payouts.credit(owner, 600_000, at)
    payouts.give_account(owner, at)
    row = payouts.ask(owner, 500_001, at)
    words = {"key": "k" * 24, "reason": "已核对"}
    assert [press(desk, row, "approve", words) for _click in "ab"] == [302, 302]
    row.refresh_from_db()
    assert (row.status, row.endorsed_by) == ("reviewing", judge.public_id)
    assert AuditEntry.objects.filter(subject_ref=row.number, event="endorse").count() == 1
    assert (
        press(desk, row, "approve", {"key": "n" * 24}) == 409
    )  # a new page is a new act: one person is not two


@pytest.mark.django_db
def test_a_penalty_is_given_once_and_bad_ones_are_refused(judge: User, desk: Client) -> None:
    owner = open_shop().owner
    address = reverse("admin:disputes_penalty_give") + f"?owner={owner.public_id}"
    assert owner.user.nickname in desk.get(address).content.decode()
    typed = {"offence": "fake_traffic", "points": "", "reason": "三台手机反复点击", "order": "", "key": "k"}
    for wrong in ({"reason": " "}, {"offence": "bait"}, {"points": "13"}, {"order": "nowhere"}):
        assert desk.post(address, typed | wrong).status_code in (400, 404)
        assert not Penalty.objects.exists()
    assert [desk.post(address, typed).status_code for _n in range(2)] == [302, 302]
    row = Penalty.objects.get()
    assert (row.points, row.given_by, row.owner) == (12, judge.public_id, owner)
    page = desk.get(reverse("admin:disputes_penalty_change", args=[row.pk])).content.decode()
    assert "/act/" not in page  # whoever gave it does not decide its appeal
    assert desk.get(reverse("admin:disputes_penalty_give")).status_code == 200
