"""Versions of rule documents: the table of moves walked, seven days to the second, two people, numbers that fit together."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from rulebook import errors, services
from rulebook.models import Version
from rulebook.numbers import NUMBERS, home_of, numbers_of
from rulebook.selectors import changes_of, edition_before, present_among
from rulebook.services import publishing
from rulebook.states import (
    COMMENT_LEAST,
    COMMENT_MOST,
    COMMENTS,
    NOTICE,
    VERSIONS,
    CommentStatus,
    VersionStatus,
)
from taoxiaopu.flows.reference import first_day
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.models import AuditEntry, Job, RulesVersion
from taoxiaopu.kernel.setting_bounds import BadSetting, faults_of
from taoxiaopu.kernel.settings import TYPES, Rules, rules_at, rules_now
from tests.factories import rulebook
from tests.factories.rulebook import PUBLISHER, WRITER
from tests.factories.threads import Meeting
from tests.factories.world import picture

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LAW = "《中华人民共和国电子商务法》第三十四条"
APRIL = clock.local_instant(date(2026, 4, 1))


def rules_picture() -> tuple[list[Any], ...]:
    """The rows that a version may touch: the whole database is too much to look at a hundred times."""
    models = (Version, RulesVersion, Job, AuditEntry)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


def publish_of(row: Version, effective_at: datetime, at: datetime, actor: Actor = PUBLISHER) -> Version:
    return services.publish(number=row.number, effective_at=effective_at, actor=actor, at=at)


def heard(code: str = "commission", **changes: Any) -> tuple[Version, datetime]:
    """A version whose comments were heard, and the first instant at which it may be published."""
    row = rulebook.in_comment(code, AT, **changes)
    assert row.comments_until is not None
    return row, row.comments_until + SECOND


def test_first_versions_tell_the_numbers_in_force_and_are_there_once() -> None:
    services.ensure_documents(at=first_day())
    rows = list(Version.objects.order_by("document__position"))
    assert [row.number for row in rows] == [
        "service-1", "suppliers-1", "owners-1", "commission-1", "tiers-1", "disputes-1", "penalties-1", "privacy-1",
    ]  # fmt: skip
    by_code = {row.document.code: row for row in rows}
    assert "平台技术服务费 = 佣金 × 10%，" in by_code["commission"].text_zh
    assert "Platform fee = commission × 10%," in by_code["commission"].text_en
    assert "| 超级 | ¥100,000 | 600 | 300 | 10% | 0.3% | 6 | 8% | 3 |" in by_code["tiers"].text_zh
    assert "| Super | ¥100,000 | 600 | 300 | 10% | 0.3% | 6 | 8% | 3 |" in by_code["tiers"].text_en
    assert "信用分须高于 700（等于不通过），查询结果在 30 天内有效" in by_code["owners"].text_zh
    assert "| 保证金 | ¥10,000 |" in by_code["suppliers"].text_zh
    assert "Pay within 30 minutes;" in by_code["service"].text_en
    for row in rows:
        assert "{{" not in row.text_zh + row.text_en
        assert (row.effective_at, row.status, row.changes) == (first_day(), "published", {})
    assert services.ensure_documents(at=AT) == 0
    assert Version.objects.count() == 8
    assert verify().problems == []


def test_every_number_has_one_home_and_is_told_there() -> None:
    services.ensure_documents(at=first_day())
    told = {name: [] for name in TYPES}
    for row in Version.objects.select_related("document"):
        for name in numbers_of(row.document.code):
            told[name].append(row.document.code)
    assert {name: codes for name, codes in told.items() if codes != [home_of(name)]} == {}
    assert set(NUMBERS) == set(TYPES)


@pytest.mark.parametrize("early", [timedelta(0), SECOND, timedelta(microseconds=1)])
def test_seven_days_to_the_second(early: timedelta) -> None:
    row, at = heard(PLATFORM_FEE_BP=1200)
    before = picture()
    if early:
        with pytest.raises(errors.NoticeTooShort) as refused:
            publish_of(row, at + NOTICE - early, at)
        assert refused.value.params["days"] == 7
        assert picture() == before
        return
    published = publish_of(row, at + NOTICE, at)
    assert (published.published_at, published.effective_at) == (at, at + timedelta(days=7))
    assert rules_at(at + NOTICE - timedelta(microseconds=1)) == Rules()
    assert rules_at(at + NOTICE) == Rules(PLATFORM_FEE_BP=1200)


def test_published_is_after_the_comments_by_another_person() -> None:
    row, at = heard()
    assert row.comments_until is not None
    before = picture()
    with pytest.raises(errors.CommentsStillOpen):
        publish_of(row, row.comments_until + NOTICE, row.comments_until)
    with pytest.raises(errors.SamePerson):
        publish_of(row, at + NOTICE, at, WRITER)
    assert picture() == before
    assert publish_of(row, at + NOTICE, at).publisher == "publisher"


@pytest.mark.parametrize(("length", "fits"), [
    (COMMENT_LEAST - SECOND, False), (COMMENT_LEAST, True), (COMMENT_MOST, True), (COMMENT_MOST + SECOND, False),
])  # fmt: skip
def test_comments_take_3_to_60_days(length: timedelta, fits: bool) -> None:
    row = rulebook.draft("service", AT)
    before = picture()
    if fits:
        services.open_comments(number=row.number, until=AT + length, actor=WRITER, at=AT)
        return
    with pytest.raises(errors.CommentsTooShort):
        services.open_comments(number=row.number, until=AT + length, actor=WRITER, at=AT)
    assert picture() == before


def test_by_order_of_law_at_once_with_two_people_and_its_name() -> None:
    row = rulebook.in_comment("commission", AT, MIN_WITHDRAW_FEN=500)
    before = picture()
    for basis, actor, effective_at, why in (
        ("太短", PUBLISHER, AT, errors.NoLegalBasis),
        (LAW, WRITER, AT, errors.SamePerson),
        (LAW, PUBLISHER, AT - SECOND, BadInput),
    ):
        with pytest.raises(why):
            services.publish_urgent(
                number=row.number, effective_at=effective_at, legal_basis=basis, actor=actor, at=AT
            )
        assert picture() == before
    services.publish_urgent(number=row.number, effective_at=AT, legal_basis=LAW, actor=PUBLISHER, at=AT)
    assert rules_at(AT).MIN_WITHDRAW_FEN == 500
    assert audit.history("rules", row.number).last().reason == LAW
    assert verify().problems == []


@pytest.mark.parametrize("hour", [0, 1])
def test_tier_rules_begin_with_a_month(hour: int) -> None:
    row, at = heard("tiers", TIER_ORDERS=[21, 120, 600])
    begin = APRIL + timedelta(hours=hour)
    before = picture()
    if hour:
        with pytest.raises(errors.NotMonthStart):
            publish_of(row, begin, at)
        assert picture() == before
    else:
        publish_of(row, begin, at)
        assert rules_at(begin).TIER_ORDERS == (21, 120, 600)
    assert services.earliest_effect("tiers", at=at) == APRIL
    assert services.earliest_effect("commission", at=at) == at + NOTICE


def test_earliest_month_when_seven_days_end_exactly_with_it() -> None:
    begin = APRIL
    assert services.earliest_effect("tiers", at=begin - NOTICE) == begin
    later = clock.local_instant(date(2026, 5, 1))
    assert services.earliest_effect("tiers", at=begin - NOTICE + SECOND) == later


def test_withdrawn_before_its_day_it_never_counts() -> None:
    row, at = heard(PLATFORM_FEE_BP=1200)
    publish_of(row, at + NOTICE, at)
    day = at + NOTICE
    before = picture()
    with pytest.raises(errors.InForce):
        services.withdraw(number=row.number, actor=WRITER, at=day, reason="不再需要")
    assert picture() == before
    services.withdraw(number=row.number, actor=WRITER, at=day - SECOND, reason="不再需要")
    assert rules_at(day) == Rules()
    assert RulesVersion.objects.get().withdrawn_at == day - SECOND
    assert verify().problems == []
    again = rulebook.draft("commission", day)
    assert (again.number, again.edition) == ("commission-3", 3)


def test_versions_follow_one_another() -> None:
    first = rulebook.published("commission", AT, PLATFORM_FEE_BP=1200)
    with pytest.raises(errors.OutOfOrder):
        rulebook.published("commission", AT)
    Version.objects.filter(number="commission-3").get()
    services.withdraw(number="commission-3", actor=WRITER, at=AT - NOTICE, reason="另行安排")
    second = rulebook.published("commission", AT + SECOND, PLATFORM_FEE_BP=1300)
    with pytest.raises(errors.LaterEdition):
        services.withdraw(number=first.number, actor=WRITER, at=AT - SECOND, reason="不再需要")
    assert "× 13%，" in second.text_zh
    assert edition_before(second) == first
    assert [c.old + " " + c.new for c in changes_of(second, at=AT)] == ["12% 13%"]
    assert services.supersede_due(at=AT) == 1  # the first edition of all
    assert services.supersede_due(at=AT) == 0
    assert services.supersede_due(at=AT + SECOND) == 1
    statuses = Version.objects.filter(document__code="commission").order_by("edition")
    assert [v.status for v in statuses] == ["superseded", "superseded", "withdrawn", "published"]
    assert present_among(list(statuses), AT) == first
    assert present_among(list(statuses), AT + SECOND) == second
    assert verify().problems == []


def test_one_draft_at_a_time_and_only_own_numbers() -> None:
    row = rulebook.draft("commission", AT)
    with pytest.raises(errors.DraftOpen):
        services.draft_version(code="commission", actor=WRITER, at=AT)
    with pytest.raises(NotFound):
        services.draft_version(code="nothing", actor=WRITER, at=AT)
    before = picture()
    for changes, source, why in (
        ({"BONUS_BP": [0, 1, 2, 3]}, "", errors.BadDraft),
        ({"NOTHING": 1}, "", BadSetting),
        ({"PLATFORM_FEE_BP": "1200"}, "", BadSetting),
        ({"PLATFORM_FEE_BP": True}, "", BadSetting),
        ({"PLATFORM_FEE_BP": 10_001}, "", BadSetting),
        ({}, "{{PICK_LIMIT}}", errors.BadDraft),
        ({}, "{{PLATFORM_FEE_BP.1}}", errors.BadDraft),
        ({}, "\x00", errors.BadDraft),
    ):
        words = rulebook.words(row, **changes)
        draft = services.Draft(
            words.title_zh, words.title_en, words.summary_zh, words.summary_en, words.source_zh + source,
            words.source_en, words.changes,
        )  # fmt: skip
        with pytest.raises(why):
            services.edit_draft(number=row.number, draft=draft, actor=WRITER, at=AT)
        assert picture() == before


def test_no_rules_pay_out_more_than_was_paid() -> None:
    """Bonus and fee live in two documents: neither may come to lie beyond the other, on any coming day."""
    with pytest.raises(BadSetting):
        rulebook.published("tiers", APRIL, BONUS_BP=[0, 200, 500, 1001])
    services.withdraw(number="tiers-2", actor=WRITER, at=AT, reason="重新起草")
    rulebook.published("tiers", APRIL, BONUS_BP=[0, 200, 500, 1000])
    row = rulebook.in_comment(
        "commission", AT, PLATFORM_FEE_BP=900
    )  # fits the present numbers, not those of April
    assert row.comments_until is not None
    before = picture()
    with pytest.raises(errors.WouldBreak) as refused:
        publish_of(row, row.comments_until + SECOND + NOTICE, row.comments_until + SECOND)
    assert refused.value.params["name"] == "BONUS_BP"
    assert picture() == before


def test_withdrawing_may_not_break_what_rests_on_it() -> None:
    fee = rulebook.published("commission", APRIL - timedelta(days=1), PLATFORM_FEE_BP=1500)
    bonus = rulebook.published("tiers", APRIL, BONUS_BP=[0, 200, 500, 1500])
    at, before = APRIL - timedelta(days=5), picture()
    with pytest.raises(errors.WouldBreak):
        services.withdraw(number=fee.number, actor=WRITER, at=at, reason="不再需要")
    assert picture() == before
    services.withdraw(number=bonus.number, actor=WRITER, at=at, reason="不再需要")
    services.withdraw(number=fee.number, actor=WRITER, at=at, reason="不再需要")
    assert rules_at(APRIL) == Rules()


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_see_each_other(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A higher bonus and a lower fee, each sound alone: with the lock one is refused, without it both get through."""
    bonus = rulebook.in_comment("tiers", AT, BONUS_BP=[0, 200, 500, 1000])
    fee = rulebook.in_comment("commission", AT, PLATFORM_FEE_BP=900)
    at = AT + COMMENT_LEAST + SECOND
    meeting = Meeting()
    if not locked:
        monkeypatch.setattr(publishing, "lock_name", lambda name: None)
    monkeypatch.setattr(publishing, "_require_sound_days", meeting.after(publishing._require_sound_days))
    done = meeting.run([lambda row=row: publish_of(row, APRIL, at) for row in (bonus, fee)])
    refused = [answer for answer in done if isinstance(answer, errors.WouldBreak)]
    assert (len(refused), bool(faults_of(rules_at(APRIL)))) == ((1, False) if locked else (0, True))


STATES = {
    VersionStatus.DRAFT: lambda: rulebook.draft("commission", AT),
    VersionStatus.IN_COMMENT: lambda: rulebook.in_comment("commission", AT),
    VersionStatus.PUBLISHED: lambda: rulebook.published("commission", AT + timedelta(days=30)),
    VersionStatus.SUPERSEDED: lambda: _superseded(),
    VersionStatus.WITHDRAWN: lambda: _withdrawn(),
}


def _superseded() -> Version:
    row = rulebook.published("commission", AT)
    rulebook.published("commission", AT + SECOND)
    services.supersede_due(at=AT + SECOND)
    return row


def _withdrawn() -> Version:
    row = rulebook.draft("commission", AT)
    return services.withdraw(number=row.number, actor=WRITER, at=AT, reason="不再需要")


def fire(row: Version, event: str, actor: Actor) -> None:
    at = AT + COMMENT_LEAST + SECOND
    calls = {
        "open_comments": lambda: services.open_comments(
            number=row.number, until=at + COMMENT_LEAST, actor=actor, at=at
        ),
        "revise": lambda: services.revise(number=row.number, actor=actor, at=at, reason="修改"),
        "publish": lambda: publish_of(row, at + NOTICE, at, actor),
        "publish_urgent": lambda: services.publish_urgent(
            number=row.number, effective_at=at, legal_basis=LAW, actor=actor, at=at
        ),
        "withdraw": lambda: services.withdraw(number=row.number, actor=actor, at=at, reason="不再需要"),
    }
    calls[event]()


@pytest.mark.parametrize("state", VersionStatus)
def test_the_table_of_versions_walked(state: VersionStatus) -> None:
    """Every event from every state by every actor: what the table names happens, everything else changes nothing."""
    row = STATES[state]()
    row.refresh_from_db()
    assert row.status == state
    for event, kind in product(
        ("open_comments", "revise", "publish", "publish_urgent", "withdraw"), ActorKind
    ):
        actor = Actor(kind, "publisher", "publisher")
        wanted = VERSIONS.find(row.status, event, kind)
        before = rules_picture()
        saved = transaction.savepoint()
        if wanted is None:
            with pytest.raises(MoveRefused):
                fire(row, event, actor)
            assert rules_picture() == before
        else:
            fire(row, event, actor)
            row.refresh_from_db()
            assert row.status == wanted.target
            last = audit.history("rules", row.number).last()
            assert (last.event, last.from_state, last.to_state) == (event, state, wanted.target)
        transaction.savepoint_rollback(saved)
        row.refresh_from_db()
    edges = {(a, b) for a in VersionStatus for b in VersionStatus if a != b}
    assert set(import_module("rulebook.migrations.0002_guards").EDGES) == VERSIONS.edges()
    for source, target in edges - VERSIONS.edges():
        if source == state:
            with pytest.raises(DatabaseError), transaction.atomic():
                Version.objects.filter(pk=row.pk).update(status=target)


def test_only_staff_drafts_and_edits() -> None:
    row = rulebook.draft("commission", AT)
    before = picture()
    for kind in (ActorKind.BUYER, ActorKind.OWNER, ActorKind.SUPPLIER, ActorKind.SYSTEM):
        actor = Actor(kind, "x", "x")
        with pytest.raises(MoveRefused):
            services.draft_version(code="tiers", actor=actor, at=AT)
        with pytest.raises(MoveRefused):
            services.edit_draft(number=row.number, draft=rulebook.words(row), actor=actor, at=AT)
    assert picture() == before


def test_other_numbers_at_the_same_instant_are_all_in_force() -> None:
    rulebook.new_numbers(AT, PLATFORM_FEE_BP=1200, PICK_LIMIT=900)
    assert rules_at(AT) == Rules(PLATFORM_FEE_BP=1200, PICK_LIMIT=900)
    assert rules_now() == Rules(PLATFORM_FEE_BP=1200, PICK_LIMIT=900)
    assert verify().problems == []


def test_comments_move_by_staff_alone() -> None:
    allowed = {
        (state, event, kind)
        for state, event, kind in product(CommentStatus, ("show", "hide"), ActorKind)
        if COMMENTS.find(state, event, kind)
    }
    assert allowed == {
        ("held", "show", "staff"),
        ("hidden", "show", "staff"),
        ("shown", "hide", "staff"),
        ("held", "hide", "staff"),
    }
