"""The inbox: one letter a person and event, words made when it is read, copies by mail, and how long it is kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.letters import KINDS, Letter, letter
from accounts.models import InboxLetter, Letterbox, User
from accounts.selectors import already_told, inbox_of, letterbox_of, unread_count
from accounts.services import Entry, notify, notify_each
from accounts.states import Audience, Topic
from orders.states import Carrier
from taoxiaopu.flows.services import sweep
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.models import Job, JobStatus
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)


@pytest.fixture
def kind() -> Iterator[Letter]:
    made = letter(
        "test_parcel", Audience.SHOPPER, Topic.ORDERS,
        title=_("已发货"), body="{carrier} {amount_fen} {by_at} {lost} {word}", page="order",
        choices={"carrier": Carrier},
    )  # fmt: skip
    yield made
    del KINDS["test_parcel"]


@pytest.fixture
def user() -> User:
    return story.user(1)


def tell(kind: Letter, *users: User | None, ref: str = "R1", at: object = AT) -> None:
    notify(
        kind=kind, recipients=[user.pk if user else None for user in users], ref=ref, at=at,  # type: ignore[arg-type]
        facts={"carrier": "sf", "amount_fen": 1234, "by_at": AT.isoformat(), "word": "{x}%s"}, link=["1" * 16],
    )  # fmt: skip


def test_a_letter_is_one_row_however_often_it_is_sent(
    kind: Letter, user: User, django_assert_num_queries: Callable[..., object]
) -> None:
    other = story.user(2)
    with django_assert_num_queries(1):
        tell(kind, user, other, None, user)
    assert [(x.user_id, x.kind, x.audience, x.ref, x.link, x.created_at, x.read_at) for x in InboxLetter.objects.order_by("user_id")] == [
        (user.pk, "test_parcel", "shopper", "R1", ["1" * 16], AT, None),
        (other.pk, "test_parcel", "shopper", "R1", ["1" * 16], AT, None),
    ]  # fmt: skip
    services.read_letter(user=user, public_id=inbox_of(user, "shopper")[0].public_id, at=AT)
    before = picture()
    tell(kind, user, other, at=AT + timedelta(days=1))
    assert picture() == before
    tell(kind, user, ref="R2")
    assert InboxLetter.objects.filter(user=user).count() == 2


def test_guests_get_none_and_cost_nothing(
    kind: Letter, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(0):
        tell(kind, None)
        notify_each(kind=kind, entries=[], at=AT)


def test_many_events_are_one_statement(
    kind: Letter, user: User, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1):
        notify_each(kind=kind, entries=[Entry(user.pk, f"R{n}") for n in range(500)], at=AT)
    assert unread_count(user.pk, "shopper") == 500
    assert already_told(kind, ["R1", "R499", "R500"]) == {"R1", "R499"}


def test_words_are_made_when_it_is_read(kind: Letter, user: User) -> None:
    tell(kind, user)
    row = inbox_of(user, Audience.SHOPPER).get()
    assert row.title == "已发货"
    assert row.body == "顺丰速运 ¥12.34 2026年6月3日 12:00 — {x}%s"
    assert row.href == f"/orders/{'1' * 16}/"
    KINDS["test_parcel"] = Letter(
        "test_parcel", kind.audience, kind.topic, _("语言"), kind.body, "order", kind.choices
    )
    with translation.override("zh-hans"):
        assert inbox_of(user, Audience.SHOPPER).get().title == "语言"  # today's words for yesterday's letter
    InboxLetter.objects.update(link=["nowhere"])
    assert inbox_of(user, Audience.SHOPPER).get().href == ""


def test_lists_by_audience_topic_and_unread(kind: Letter, user: User) -> None:
    tell(kind, user, ref="A")
    tell(kind, user, ref="B")
    first, second = inbox_of(user, "shopper")
    assert (first.ref, second.ref) == ("B", "A")
    services.read_letter(user=user, public_id=first.public_id, at=AT)
    assert [row.ref for row in inbox_of(user, "shopper", unread=True)] == ["A"]
    assert inbox_of(user, "shopper", topic="orders").count() == 2
    assert inbox_of(user, "shopper", topic="money").count() == 0
    assert (unread_count(user.pk, "shopper"), unread_count(user.pk, "owner")) == (1, 0)


def test_reading_counts_once_and_strangers_find_nothing(kind: Letter, user: User) -> None:
    tell(kind, user)
    row = InboxLetter.objects.get()
    before = picture()
    with pytest.raises(NotFound):
        services.read_letter(user=story.user(2), public_id=row.public_id, at=AT)
    assert picture()["accounts_inboxletter"] == before["accounts_inboxletter"]
    services.read_letter(user=user, public_id=row.public_id, at=AT)
    services.read_letter(user=user, public_id=row.public_id, at=AT + timedelta(hours=1))
    row.refresh_from_db()
    assert row.read_at == AT


def test_reading_all_of_one_inbox_leaves_the_others(kind: Letter, user: User) -> None:
    other = story.user(2)
    tell(kind, user, other, ref="A")
    tell(kind, user, ref="B")
    InboxLetter.objects.create(user=user, kind="x", audience="owner", ref="O", created_at=AT)
    assert services.read_all(user=user, audience="shopper", at=AT) == 2
    assert services.read_all(user=user, audience="shopper", at=AT) == 0
    assert (unread_count(user.pk, "owner"), unread_count(other.pk, "shopper")) == (1, 1)


def test_letters_are_kept_ninety_days(kind: Letter, user: User) -> None:
    tell(kind, user)
    assert services.forget_old_letters(at=AT + timedelta(days=90)) == 0
    assert services.forget_old_letters(at=AT + timedelta(days=90, microseconds=1)) == 1
    assert InboxLetter.objects.count() == 0


def with_mail(n: int, kind: Letter, quiet: tuple[int, int] | None = None) -> User:
    person = services.sign_up(nickname=f"邮{n}", password=story.PASSWORD, email=f"m{n}@example.com")
    start, end = quiet or (None, None)
    services.choose_mail(
        user=person, audience="shopper", kinds=[kind.code], quiet_from=start, quiet_until=end
    )
    return person


def test_a_copy_goes_to_those_who_asked_once(kind: Letter, user: User) -> None:
    at = clock.now()
    asked, silent = (
        with_mail(1, kind),
        services.sign_up(nickname="静", password=story.PASSWORD, email="silent@example.com"),
    )
    tell(kind, user, asked, silent, at=at)
    sweep(at=at)
    sweep(at=at)
    assert [(m.to, m.subject) for m in mail.outbox] == [(["m1@example.com"], "已发货 · 淘小铺")]
    assert mail.outbox[0].body.endswith(f"/orders/{'1' * 16}/")
    assert [(j.kind, j.status) for j in Job.objects.all()] == [("accounts.mail_copy", JobStatus.DONE)]


def test_quiet_hours_wait_until_they_end(kind: Letter) -> None:
    at = story.noon(2026, 6, 3).replace(hour=23, minute=30)
    tell(kind, with_mail(1, kind, (22, 8)), with_mail(2, kind, (9, 18)), at=at)
    assert services.queue_mail_copies(at=at) == 2
    due = dict(Job.objects.values_list("argument", "due_at"))
    letters = {row.user.email: str(row.pk) for row in InboxLetter.objects.select_related("user")}
    assert due[letters["m1@example.com"]] == story.noon(2026, 6, 4).replace(hour=8)
    assert due[letters["m2@example.com"]] == at


@pytest.mark.parametrize(
    ("hours", "hour", "ends"),
    [
        ((22, 8), 22, (4, 8)),
        ((22, 8), 21, None),
        ((22, 8), 0, (3, 8)),
        ((22, 8), 7, (3, 8)),
        ((22, 8), 8, None),
        ((13, 15), 13, (3, 15)),
        ((13, 15), 15, None),
        ((13, 15), 12, None),
        ((9, 9), 9, None),
        ((None, None), 3, None),
    ],
)
def test_quiet_hours(hours: tuple[int, int], hour: int, ends: tuple[int, int] | None) -> None:
    box = Letterbox(quiet_from=hours[0], quiet_until=hours[1])
    found = box.quiet_ends(clock.local(AT).replace(hour=hour, minute=30))
    wanted = story.noon(2026, 6, ends[0]).replace(hour=ends[1]) if ends else None
    assert found == wanted


def test_old_letters_and_lost_ones_are_not_mailed(kind: Letter) -> None:
    person = with_mail(1, kind)
    tell(kind, person, at=AT)
    assert services.queue_mail_copies(at=AT + timedelta(days=1)) == 0
    assert services.queue_mail_copies(at=AT + timedelta(hours=23)) == 1
    job = Job.objects.get()
    InboxLetter.objects.all().delete()
    services.send_mail_copy(job)
    assert mail.outbox == []


def test_choices_are_of_one_audience_and_checked(kind: Letter, user: User) -> None:
    assert (letterbox_of(user).mail_kinds, letterbox_of(user).quiet_from) == ([], None)
    Letterbox.objects.create(user=user, mail_kinds=["of_owner"])
    services.choose_mail(user=user, audience="shopper", kinds=[kind.code], quiet_from=22, quiet_until=8)
    assert letterbox_of(user).mail_kinds == ["of_owner", "test_parcel"]
    before = picture()
    for kinds, start, end in (
        (["of_owner"], None, None),
        ([], 22, None),
        ([], None, 8),
        ([], 24, 8),
        ([], -1, 8),
    ):
        with pytest.raises(BadInput):
            services.choose_mail(
                user=user, audience="shopper", kinds=kinds, quiet_from=start, quiet_until=end
            )
    assert picture() == before
    services.choose_mail(user=user, audience="shopper", kinds=[], quiet_from=None, quiet_until=None)
    assert (letterbox_of(user).mail_kinds, letterbox_of(user).quiet_until) == (["of_owner"], None)


def test_two_kinds_cannot_share_a_name(kind: Letter) -> None:
    with pytest.raises(ValueError, match="test_parcel"):
        letter("test_parcel", Audience.OWNER, Topic.MONEY, title="", body="", page="home")
