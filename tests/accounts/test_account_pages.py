"""What a person changes about an account, where one is signed in, and what reaches the sandbox's phone."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Channel, OutgoingMessage, SandboxLetter, SandboxMood, User
from accounts.providers import sandbox
from accounts.selectors import device_of, mask_network
from accounts.services import SEND_MESSAGE, Words, sign_up
from taoxiaopu.flows.services import sweep
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.models import Job, JobStatus
from tests.accounts import people
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
MAIL = "shop@example.com"
AT = story.noon(2026, 3, 2)
PHONE_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit Safari/605 MicroMessenger/8.0"
)


@pytest.fixture
def person() -> User:
    """Somebody with a phone and an e-mail address."""
    return sign_up(nickname="小满", password=story.PASSWORD, phone=phone(1), email=MAIL)


@pytest.fixture
def inside(person: User) -> Client:
    """The person's browser."""
    client = Client()
    people.sign_in(client, MAIL)
    return client


def test_another_phone_counts_when_its_code_was_typed(inside: Client, person: User) -> None:
    answer = inside.post(reverse("account_change_phone"), {"phone": phone(2)})
    assert answer["Location"] == reverse("account_verify_phone")
    people.give(inside, "account_verify_phone", people.wrong(people.last().code))
    person.refresh_from_db()
    assert person.phone == phone(1)
    people.give(inside, "account_verify_phone", people.last().code)
    person.refresh_from_db()
    assert (person.phone, person.phone_verified) == (phone(2), True)


def test_another_e_mail_counts_when_its_code_was_typed(inside: Client, person: User) -> None:
    answer = inside.post(reverse("account_email"), {"email": "New@example.com", "action_add": "1"})
    assert answer["Location"] == reverse("account_email_verification_sent")
    people.give(inside, "account_email_verification_sent", people.wrong(people.last().code))
    person.refresh_from_db()
    assert person.email == MAIL
    people.give(inside, "account_email_verification_sent", people.last().code)
    person.refresh_from_db()
    assert person.email == "new@example.com"
    rows = EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")
    assert list(rows) == [("new@example.com", True, True)]


def test_an_e_mail_cannot_be_taken_off(inside: Client, person: User) -> None:
    inside.post(reverse("account_email"), {"email": MAIL, "action_remove": "1"})
    person.refresh_from_db()
    assert person.email == MAIL


@pytest.mark.parametrize(
    ("page", "field", "taken", "code_page"),
    [
        ("account_change_phone", "phone", phone(2), "account_verify_phone"),
        ("account_email", "email", "taken@example.com", "account_email_verification_sent"),
    ],
)
def test_what_another_account_has_is_never_given(
    inside: Client, person: User, page: str, field: str, taken: str, code_page: str
) -> None:
    sign_up(nickname="别人", password=story.PASSWORD, phone=phone(2), email="taken@example.com")
    inside.post(reverse(page), {field: taken, "action_add": "1"})
    people.give(inside, code_page, people.last().code or "000000")
    person.refresh_from_db()
    assert (person.phone, person.email) == (phone(1), MAIL)


def test_a_changed_password_ends_the_other_sessions(inside: Client, person: User) -> None:
    elsewhere = Client()
    people.sign_in(elsewhere, MAIL)
    page = reverse("account_change_password")
    refused = inside.post(page, {"oldpassword": people.WRONG, "password1": "a-new-one-2026"})
    assert refused.context["form"].errors == {"oldpassword": ["当前密码不正确"]}
    weak = inside.post(page, {"oldpassword": story.PASSWORD, "password1": "12345678"})
    assert weak.context["form"].errors == {"password1": ["这个密码太常见。密码不能全是数字。"]}
    assert elsewhere.get("/accounts/settings/").status_code == 200
    assert (
        inside.post(page, {"oldpassword": story.PASSWORD, "password1": "a-new-one-2026"}).status_code == 302
    )
    assert inside.get("/accounts/settings/").status_code == 200
    assert elsewhere.get("/accounts/settings/").status_code == 302


def test_sessions_are_listed_and_ended(inside: Client, person: User) -> None:
    others = [Client(headers={"user-agent": PHONE_AGENT}, REMOTE_ADDR="203.0.113.77") for _n in range(3)]
    for other in others:
        people.sign_in(other, MAIL)
    page = inside.get(reverse("accounts:sessions"))
    visits = page.context["visits"]
    assert [visit.is_here for visit in visits] == [True, False, False, False]
    assert {(visit.device, visit.network) for visit in visits[1:]} == {("微信 · iPhone", "203.0.113.*")}
    assert "203.0.113.77" not in page.text
    inside.post(reverse("accounts:session-end", args=[visits[1].id]))
    still = [other.get("/accounts/settings/").status_code for other in others]
    assert sorted(still) == [200, 200, 302]
    inside.post(reverse("accounts:sessions-end"))
    assert [other.get("/accounts/settings/").status_code for other in others] == [302, 302, 302]
    assert len(inside.get(reverse("accounts:sessions")).context["visits"]) == 1


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/120 Mobile Safari/537", "Chrome · Android"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/17 Safari/605",
            "Safari · macOS",
        ),
        ("curl/8", "未知设备"),
    ],
)
def test_devices_are_called_as_people_call_them(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_addresses_are_shown_without_their_last_part() -> None:
    assert mask_network("203.0.113.77") == "203.0.113.*"
    assert mask_network("2001:db8::1") == "2001:0db8:0000:*"


def message(target: str = "13800000001", network: str = "203.0.113.1", at: object = AT) -> OutgoingMessage:
    return services.send_message(
        channel=Channel.SMS,
        target=target,
        words=Words("验证码 123456", code="123456"),
        network=network,
        at=at,
    )  # type: ignore[arg-type]


def test_a_message_is_sent_by_its_job_and_wiped() -> None:
    row = message()
    assert SandboxLetter.objects.count() == 0
    job = Job.objects.get(kind=SEND_MESSAGE)
    assert (job.argument, "123456" in repr(job.__dict__)) == (str(row.pk), False)
    sweep(at=AT)
    row.refresh_from_db()
    assert (row.text, row.code, row.sent_at) == ("", "", AT)
    letter = sandbox.letters(at=AT).get()
    assert (letter.target, letter.code, letter.text) == ("13800000001", "123456", "验证码 123456")
    sweep(at=AT)
    assert SandboxLetter.objects.count() == 1


def test_a_message_that_waited_too_long_is_not_sent() -> None:
    message()
    sweep(at=AT + services.messages.USEFUL)
    assert SandboxLetter.objects.count() == 1
    message()
    sweep(at=AT + services.messages.USEFUL + timedelta(seconds=1))
    assert SandboxLetter.objects.count() == 1


def test_what_is_rolled_back_is_never_sent() -> None:
    with transaction.atomic():
        message()
        transaction.set_rollback(True)
    assert (OutgoingMessage.objects.count(), Job.objects.count()) == (0, 0)


def test_five_to_one_phone_in_ten_minutes_and_no_sixth() -> None:
    for _n in range(5):
        message()
    with pytest.raises(services.messages.errors.TooManyMessages):
        message()
    assert OutgoingMessage.objects.count() == 5
    message(target="13800000002")
    with pytest.raises(services.messages.errors.TooManyMessages):
        message(at=AT + timedelta(minutes=9, seconds=59))
    message(at=AT + timedelta(minutes=10))


def test_sixty_from_one_network_and_no_more() -> None:
    for n in range(60):
        message(target=f"138{n:08d}")
    with pytest.raises(services.messages.errors.TooManyMessages):
        message(target="13900000000")
    message(target="13900000000", network="203.0.113.2")


def test_the_sixth_code_is_refused_on_the_page(client: Client, person: User) -> None:
    for _n in range(5):
        browser = Client()
        people.ask_code(browser, phone(1))
    answer = people.ask_code(client, phone(1))
    assert answer.status_code == 429
    assert "10 分钟后再试" in answer.text
    assert OutgoingMessage.objects.count() == 5


@pytest.mark.parametrize(("mood", "at_once", "after"), [("well", 1, 1), ("late", 0, 1)])
def test_the_sandbox_can_be_late(client: Client, mood: str, at_once: int, after: int) -> None:
    client.post(reverse("sandbox:mood"), {"mood": mood})
    message()
    sweep(at=AT)
    assert sandbox.letters(at=AT + timedelta(seconds=59)).count() == at_once
    assert sandbox.letters(at=AT + timedelta(seconds=60)).count() == after


def test_the_sandbox_can_fail_and_the_job_tries_again(client: Client, settings: object) -> None:
    settings.RAISE_JOB_ERRORS = False  # type: ignore[attr-defined]
    client.post(reverse("sandbox:mood"), {"mood": SandboxMood.FAIL})
    row = message()
    sweep(at=AT)
    job = Job.objects.get()
    assert (job.status, job.attempts, job.due_at) == (JobStatus.WAITING, 1, AT + jobs.BACKOFF[0])
    row.refresh_from_db()
    assert (row.sent_at, row.code) == (None, "123456")
    client.post(reverse("sandbox:mood"), {"mood": SandboxMood.WELL})
    sweep(at=AT + jobs.BACKOFF[0])
    assert sandbox.letters(at=AT + timedelta(minutes=1)).count() == 1


def test_mail_arrives_beside_the_text_messages(client: Client, person: User, settings: object) -> None:
    settings.EMAIL_BACKEND = "accounts.providers.mail.SandboxMailbox"  # type: ignore[attr-defined]
    people.ask_code(client, MAIL)
    code = people.last().code
    sweep(at=clock.now())
    page = client.get(reverse("sandbox:messages"))
    assert code in page.text
    assert MAIL in page.text
    assert people.totp() in page.text
    part = client.get(reverse("sandbox:messages"), headers={"hx-request": "true"})
    assert code in part.text
    assert "<html" not in part.text


def test_there_is_no_sandbox_elsewhere(client: Client, settings: object) -> None:
    settings.SANDBOX_PROVIDERS = False  # type: ignore[attr-defined]
    assert client.get(reverse("sandbox:messages")).status_code == 404
    assert client.post(reverse("sandbox:mood"), {"mood": "fail"}).status_code == 404
    assert "沙箱消息" not in client.get(reverse("account_login")).text


def test_old_messages_are_forgotten() -> None:
    message()
    sweep(at=AT)
    assert services.forget_messages(at=AT + timedelta(days=7)) == 0
    assert services.forget_messages(at=AT + timedelta(days=7, seconds=1)) == 2
