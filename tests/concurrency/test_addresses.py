"""The lock of the address book, twice: without it two requests both find no default, or both find the last free place."""

import pytest
from django.db import IntegrityError

from accounts import errors, services
from accounts.models import Address
from accounts.services import AddressDraft, addresses
from tests.concurrency.test_locks import errors_in, locked, unlocked
from tests.factories import story
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
DRAFT = AddressDraft("李青禾", "13911112222", "浙江省杭州市", "文三路 1 号")


@locked
def test_two_new_defaults(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    user, meeting = story.user(1), Meeting()
    if not is_locked:
        monkeypatch.setattr(addresses, "lock_rows", unlocked)
    monkeypatch.setattr(addresses, "_no_default", meeting.after(addresses._no_default))
    answers = meeting.run([lambda: services.add_address(user=user, draft=DRAFT, is_default=True, at=AT)] * 2)
    kept = list(Address.objects.order_by("pk").values_list("is_default", flat=True))
    if is_locked:
        assert (errors_in(answers), kept) == ([], [False, True])
    else:
        assert (errors_in(answers), kept) == ([IntegrityError], [True])


@locked
def test_the_twentieth_place(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    user, meeting = story.user(1), Meeting()
    for _place in range(19):
        services.add_address(user=user, draft=DRAFT, at=AT)
    if not is_locked:
        monkeypatch.setattr(addresses, "lock_rows", unlocked)
    monkeypatch.setattr(addresses, "_locked_book", meeting.after(addresses._locked_book))
    answers = meeting.run([lambda: services.add_address(user=user, draft=DRAFT, at=AT)] * 2)
    if is_locked:
        assert (errors_in(answers), Address.objects.count()) == ([errors.AddressBookFull], 20)
    else:
        assert (errors_in(answers), Address.objects.count()) == ([], 21)
