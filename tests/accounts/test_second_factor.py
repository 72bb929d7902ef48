"""The second factor: staff and suppliers cannot enter their desks without one; a code works once, a recovery code once."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import enrol_totp, hire, require_mfa, sign_up
from taoxiaopu.flows import stage
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import AuditEntry
from tests.accounts import people
from tests.factories import story
from tests.factories.numbers import phone

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 3, 2)
ENROL = "/accounts/second-factor/new/"
MAIL = "desk@example.com"
DESKS = (
    "supplier:home", "supplier:goods", "supplier:orders", "supplier:import", "supplier:payable", "supplier:freight",
    "admin:index", "admin:accounts_user_changelist", "staff:import", "accounts:tokens",
)  # fmt: skip


def bare(user: User) -> User:
    """Take the authenticator away that the factories give."""
    Authenticator.objects.filter(user=user).delete()
    return user


@pytest.fixture
def member() -> User:
    """A member of a supplier that was let in and who has no authenticator."""
    return bare(story.supplier(AT).members.get().user)


@pytest.fixture
def staff() -> User:
    """Staff without an authenticator."""
    return hire(nickname="小二", email="staff@example.com", password=story.PASSWORD)


@pytest.mark.parametrize("role", ["member", "staff"])
@pytest.mark.parametrize("door", DESKS)
def test_every_door_leads_to_enrolment(role: str, door: str, request: pytest.FixtureRequest) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(role))
    for answer in (client.get(reverse(door)), client.post(reverse(door))):
        assert (answer.status_code, answer["Location"]) == (302, ENROL)


def test_a_fragment_of_a_desk_sends_the_whole_page(member: User) -> None:
    client = Client(headers={"hx-request": "true"})
    client.force_login(member)
    assert client.get(reverse("supplier:goods"))["HX-Redirect"] == ENROL


@pytest.mark.parametrize(
    "address", ["/", "/accounts/settings/", "/accounts/sessions/", "/accounts/password/"]
)
def test_what_is_no_desk_stays_open(member: User, address: str) -> None:
    client = Client()
    client.force_login(member)
    assert client.get(address).status_code == 200


def test_owners_and_applicants_need_none(client: Client) -> None:
    client.force_login(story.owner(AT).user)
    assert client.get(reverse("owner:home")).status_code == 200
    assert client.get(reverse("accounts:tokens")).status_code == 200
    ensure_reference()
    user = story.user(7)
    story.hand_in(user, AT, 7)
    client.force_login(user)
    assert client.get(reverse("supplier:apply")).status_code == 200


def test_approval_marks_the_members_once() -> None:
    ensure_reference()
    user = story.user(7)
    applied = story.hand_in(user, AT, 7)
    assert not User.objects.get(pk=user.pk).mfa_required
    stage.let_in(applied, story.SYSTEM_STAFF, AT)
    assert User.objects.get(pk=user.pk).mfa_required
    require_mfa(user=user, at=AT)
    assert AuditEntry.objects.filter(event="require_mfa", subject_ref=user.public_id).count() == 1


def test_enrolment_opens_the_desk_and_ends_other_sessions(client: Client) -> None:
    user = sign_up(nickname="山茶花", password=story.PASSWORD, email=MAIL)
    require_mfa(user=user, at=AT)
    elsewhere = Client()
    people.sign_in(elsewhere, MAIL)
    people.sign_in(client, MAIL)
    page = client.get(ENROL)
    assert page.status_code == 200
    secret = page.context["secret"]
    assert secret in page.text
    assert secret not in "".join(Session.objects.values_list("session_data", flat=True))
    assert people.give(client, "mfa_activate_totp", people.wrong(people.totp(secret))).status_code == 422
    assert client.get(reverse("accounts:tokens")).status_code == 302
    assert people.give(client, "mfa_activate_totp", people.totp(secret))["Location"].endswith("/recovery/")
    assert client.get(reverse("accounts:tokens")).status_code == 200
    assert elsewhere.get("/accounts/settings/").status_code == 302
    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in kept


def test_codes_are_shown_once_and_each_works_once(client: Client) -> None:
    user = sign_up(nickname="山茶花", password=story.PASSWORD, email=MAIL)
    people.sign_in(client, MAIL)
    secret = client.get(ENROL).context["secret"]
    people.give(client, "mfa_activate_totp", people.totp(secret))
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(set(codes)) == 10
    again = client.get(reverse("mfa_view_recovery_codes"))
    assert codes[0] not in again.text
    for expected in (302, 422):
        browser = Client()
        people.sign_in(browser, MAIL)
        assert people.give(browser, "mfa_authenticate", codes[0]).status_code == expected
        assert people.is_in(browser) is (expected == 302)
    assert user.is_active


def test_password_and_one_time_code_both_ask_for_it(client: Client) -> None:
    story.user(5, is_staff=True)
    assert people.sign_in(client, phone(5), next="/admin/")["Location"] == reverse("mfa_authenticate")
    assert not people.is_in(client)
    assert people.give(client, "mfa_authenticate", people.wrong(people.totp())).status_code == 422
    assert people.give(client, "mfa_authenticate", people.totp())["Location"] == "/admin/"
    by_code = Client()
    people.ask_code(by_code, phone(5))
    answer = people.give(by_code, "account_confirm_login_code", people.last().code)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not people.is_in(by_code)


def test_a_code_of_the_authenticator_works_once(client: Client) -> None:
    story.user(5, is_staff=True)
    code = people.totp()
    people.sign_in(client, phone(5))
    assert people.give(client, "mfa_authenticate", code).status_code == 302
    second = Client()
    people.sign_in(second, phone(5))
    assert people.give(second, "mfa_authenticate", code).status_code == 422
    cache.clear()


def test_a_session_of_staff_lasts_eight_hours_and_no_longer(client: Client) -> None:
    story.user(5, is_staff=True)
    people.sign_in(client, phone(5))
    people.give(client, "mfa_authenticate", people.totp())
    row = Session.objects.get(session_key=client.session.session_key)
    assert timedelta(hours=7, minutes=59) < row.expire_date - timezone.now() <= timedelta(hours=8)
    fresh = hire(nickname="新人", email="new@example.com", password=story.PASSWORD)
    other = Client()
    people.sign_in(other, fresh.email or "")
    row = Session.objects.get(session_key=other.session.session_key)
    assert row.expire_date - timezone.now() <= timedelta(hours=8)


def test_the_admin_has_no_door_of_its_own(client: Client) -> None:
    login = reverse("admin:login")
    assert client.get("/admin/")["Location"].startswith(login)
    assert client.get(login, {"next": "/admin/orders/order/"})["Location"] == (
        "/accounts/sign-in/?next=%2Fadmin%2Forders%2Forder%2F"
    )
    assert client.get(login, {"next": "//evil.example"})["Location"] == "/accounts/sign-in/?next=%2Fadmin%2F"
    person = story.user(5, is_staff=True)
    client.post(login, {"username": person.phone, "password": story.PASSWORD})
    assert not people.is_in(client)
    client.force_login(story.user(6))
    assert client.get(login).status_code == 403


def test_who_needs_it_cannot_turn_it_off_and_others_can(client: Client) -> None:
    person = story.user(5, is_staff=True)
    people.sign_in(client, phone(5))
    people.give(client, "mfa_authenticate", people.totp())
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "不能关闭" in answer.content.decode()
    assert Authenticator.objects.filter(user=person).exists()
    story.enrol(story.user(6))
    other = Client()
    people.sign_in(other, phone(6))
    people.give(other, "mfa_authenticate", people.totp())
    assert other.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(
        user__phone_index=story.User.objects.get(nickname="用户6").phone_index
    )


def test_giving_an_authenticator_twice_keeps_the_first() -> None:
    user = story.user(1)
    enrol_totp(user=user, secret=people.TOTP_SECRET, at=clock.now())
    first = Authenticator.objects.get(user=user).data
    enrol_totp(user=user, secret="A" * 32, at=clock.now())
    assert Authenticator.objects.get(user=user).data == first


def test_after_five_minutes_the_password_is_asked_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(nickname="山茶花", password=story.PASSWORD, email=MAIL)
    people.sign_in(client, MAIL)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert client.get(ENROL)["Location"].startswith("/accounts/confirmation/")
    again = client.post("/accounts/confirmation/", {"password": people.WRONG})
    assert again.status_code == 422
    answer = client.post("/accounts/confirmation/", {"password": story.PASSWORD, "next": ENROL})
    assert answer["Location"] == ENROL
    assert client.get(ENROL).status_code == 200
