"""Who accepts what, comments and answers, letters to everybody concerned."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from accounts.models import InboxLetter, User
from accounts.services import sign_up
from rulebook import errors, services
from rulebook.models import Acceptance, Comment, Version
from rulebook.selectors import comments_of, duty_of, waiting_comments
from rulebook.services import ANNOUNCE
from rulebook.states import COMMENT_LEAST, NOTICE
from suppliers import services as suppliers
from taoxiaopu.flows.reference import first_day
from taoxiaopu.flows.services import sweep
from taoxiaopu.flows.services.announcing import announce_rules
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at
from tests.factories import numbers, rulebook, story
from tests.factories.rulebook import PUBLISHER, WRITER
from tests.factories.world import picture

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OWNER = Actor(ActorKind.OWNER, "anna", "anna-person")


@pytest.fixture(autouse=True)
def _documents() -> None:
    services.ensure_documents(at=first_day())


def accepted(party_kind: str, ref: str) -> dict[str, str]:
    rows = Acceptance.objects.filter(party_kind=party_kind, party_ref=ref).order_by("id")
    return dict(rows.values_list("version__number", "channel"))


def test_joining_applying_and_signing_up_accept_what_is_in_force() -> None:
    rulebook.published("owners", AT, PICK_LIMIT=900)
    owner = story.owner(AT)
    assert accepted("owner", owner.public_id) == dict.fromkeys(
        ("service-1", "owners-2", "commission-1", "tiers-1", "disputes-1", "penalties-1", "privacy-1"), "join"
    )
    assert accepted("owner", story.owner(AT - SECOND, 2).public_id)["owners-1"] == "join"
    company = story.hand_in(story.user(5), AT, 5)
    assert accepted("supplier", company.public_id) == dict.fromkeys(
        ("service-1", "suppliers-1", "commission-1", "disputes-1", "penalties-1", "privacy-1"), "apply"
    )
    suppliers.take_application(public_id=company.public_id, actor=story.SYSTEM_STAFF, at=AT)
    suppliers.reject_supplier(public_id=company.public_id, actor=story.SYSTEM_STAFF, at=AT, reason="资料不全")
    rulebook.published("suppliers", AT + SECOND, AUTH_CHAIN_MAX=4)
    actor = story.supplier_actor(company)
    suppliers.resubmit(supplier=company, application=story.application(5), actor=actor, at=AT + SECOND)
    assert accepted("supplier", company.public_id)["suppliers-2"] == "apply"
    by_form = sign_up(nickname="小满", password="", phone=numbers.phone(77), verified=False, accepted_at=AT)
    assert accepted("buyer", by_form.public_id) == dict.fromkeys(
        ("service-1", "disputes-1", "privacy-1"), "sign_up"
    )
    assert accepted("buyer", story.user(6).public_id) == {}
    row = Acceptance.objects.get(party_ref=owner.public_id, version__number="owners-2")
    assert (row.person, row.at, row.text_hash) == (owner.user.public_id, AT, row.version.text_hash)
    assert verify().problems == []


def test_a_new_version_asks_to_be_accepted() -> None:
    services.accept_present(party=OWNER, channel="join", at=AT - timedelta(days=30))
    assert not duty_of(OWNER, at=AT)
    new = rulebook.published("owners", AT, PICK_LIMIT=900)
    rulebook.published("suppliers", AT, AUTH_CHAIN_MAX=4)  # none of hers
    before = duty_of(OWNER, at=AT - SECOND)
    assert (before.due, before.coming) == ([], [new])
    after = duty_of(OWNER, at=AT)
    assert (after.due, after.coming) == ([new], [])
    assert services.accept(party=OWNER, hashes={new.number: new.text_hash}, at=AT) == 1
    assert services.accept(party=OWNER, hashes={new.number: new.text_hash}, at=AT) == 0
    assert not duty_of(OWNER, at=AT)
    assert accepted("owner", "anna")["owners-2"] == "read"


def test_accepted_is_what_was_shown_by_whom_it_concerns() -> None:
    new = rulebook.published("owners", AT)
    draft = rulebook.draft("service", AT)
    supplier = Actor(ActorKind.SUPPLIER, "acme")
    before = picture()
    for party, hashes, why in (
        (OWNER, {new.number: "0" * 64}, errors.OtherText),
        (supplier, {new.number: new.text_hash}, errors.NotConcerned),
        (OWNER, {draft.number: draft.text_hash}, NotFound),
        (OWNER, {new.number: new.text_hash, "nothing-1": ""}, NotFound),
    ):
        with pytest.raises(why):
            services.accept(party=party, hashes=hashes, at=AT)
    assert picture() == before


def test_placed_orders_keep_the_numbers_of_their_day() -> None:
    company = story.supplier(AT)
    shop = story.picked_shop(AT, story.good(company, AT))
    good = company.goods.get()
    day = AT + timedelta(days=20)
    old = story.paid_order(good, day - SECOND, through=shop)
    rulebook.new_numbers(day, PLATFORM_FEE_BP=1500)
    new = story.paid_order(good, day, through=shop, phone="13911119999")
    assert [order.lines.get().fee_bp for order in (old, new)] == [1000, 1500]
    assert rules_at(day).PLATFORM_FEE_BP == 1500
    old.lines.get().refresh_from_db()
    assert old.lines.get().fee_bp == 1000
    assert verify().problems == []


def said(version: Version, n: int = 1, text: str = "建议放宽", party: Actor = OWNER) -> Comment:
    at = version.comments_from + n * timedelta(minutes=2)
    return services.comment(version=version, text=text, party=party, shown_name="安**", at=at)


def test_five_comments_a_minute_apart_while_they_are_open() -> None:
    version = rulebook.in_comment("owners", AT)
    assert version.comments_until is not None
    first = said(version)
    with pytest.raises(errors.CommentTooSoon):
        services.comment(
            version=version, text="又及", party=OWNER, shown_name="安**", at=first.at + timedelta(seconds=59)
        )
    services.comment(
        version=version, text="又及", party=OWNER, shown_name="安**", at=first.at + timedelta(seconds=60)
    )
    for n in (3, 4):
        said(version, n)
    last = services.comment(
        version=version, text="最后一条", party=OWNER, shown_name="安**", at=version.comments_until
    )
    before = picture()
    with pytest.raises(errors.TooManyComments):
        said(version, 9)
    other = Actor(ActorKind.OWNER, "bela", "bela-person")
    with pytest.raises(errors.CommentsClosed):
        services.comment(
            version=version, text="迟到", party=other, shown_name="贝**", at=version.comments_until + SECOND
        )
    with pytest.raises(errors.NotConcerned):
        said(version, 9, party=Actor(ActorKind.SUPPLIER, "acme", "acme"))
    for text in ("x", " x ", "x" * 1001, "a\x00b"):
        with pytest.raises(BadInput):
            said(version, 9, text, other)
    assert picture() == before
    assert [row.slot for row in comments_of(version)] == [1, 2, 3, 4, 5]
    assert last.status == "shown"


def test_listed_words_wait_and_answers_are_public_once() -> None:
    version = rulebook.in_comment("owners", AT)
    held, shown = said(version, 1, "全网第一的平台"), said(version, 2)
    assert (held.status, list(comments_of(version)), waiting_comments()) == ("held", [shown], 2)
    services.answer_comment(number=shown.number, text="已采纳", actor=WRITER, at=AT)
    services.show_comment(number=held.number, actor=WRITER, at=AT)
    services.hide_comment(number=shown.number, actor=WRITER, at=AT, reason="泄露他人信息")
    before = picture()
    with pytest.raises(errors.AlreadyAnswered):
        services.answer_comment(number=shown.number, text="改口", actor=WRITER, at=AT)
    with pytest.raises(MoveRefused):
        services.answer_comment(number=held.number, text="冒充", actor=OWNER, at=AT)
    with pytest.raises(MoveRefused):
        services.hide_comment(number=held.number, actor=OWNER, at=AT, reason="不喜欢")
    with pytest.raises(BadInput):
        services.hide_comment(number=held.number, actor=WRITER, at=AT, reason=" ")
    assert picture() == before
    assert [row.number for row in comments_of(version)] == [held.number]
    assert verify().problems == []


def letters(kind: str) -> set[str]:
    return set(InboxLetter.objects.filter(kind=kind).values_list("user__nickname", flat=True))


def test_everybody_concerned_is_told_once() -> None:
    owner, company = story.owner(AT), story.supplier(AT)
    person = company.members.get().user
    User.objects.filter(pk=story.user(9, nickname="离开的人").pk).update(is_active=False)
    version = rulebook.in_comment("commission", AT, PLATFORM_FEE_BP=1200)
    at = AT + COMMENT_LEAST + SECOND
    services.publish(number=version.number, effective_at=at + NOTICE, actor=PUBLISHER, at=at)
    sweep(at=at)
    for news in ("comments", "published"):
        assert letters(f"rules_{news}_owner") == {owner.user.nickname}
        assert letters(f"rules_{news}_supplier") == {person.nickname}
        assert letters(f"rules_{news}_shopper") == set()
    letter = InboxLetter.objects.get(kind="rules_published_owner")
    assert letter.title == "规则将变更"
    assert letter.body == "《佣金与结算规则》第 2 版已公布，2026年3月12日 12:00 起生效，请阅读并确认"
    assert letter.href == "/rules/commission/2/"
    before = picture()
    for job in Job.objects.filter(kind=ANNOUNCE):
        announce_rules(job, at=at)
    assert {t: d for t, d in picture().items() if t != "kernel_job"} == {
        t: d for t, d in before.items() if t != "kernel_job"
    }
    services.withdraw(number=version.number, actor=WRITER, at=at + SECOND, reason="另行安排")
    sweep(at=at + SECOND)
    assert letters("rules_withdrawn_owner") == {owner.user.nickname}


@pytest.mark.parametrize("slice_of", [1, 2, 3])
def test_letters_to_all_members_slice_by_slice(slice_of: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taoxiaopu.flows.services.announcing.SLICE", slice_of)
    people = {story.user(n, nickname=f"会员{n}").nickname for n in range(1, 4)}
    rulebook.in_comment("privacy", AT)
    assert jobs.work_off(ANNOUNCE, at=AT, work=partial(announce_rules, at=AT)) == 1
    assert people <= letters("rules_comments_shopper")
    assert len(set(InboxLetter.objects.values_list("public_id", flat=True))) == InboxLetter.objects.count()
