"""Personal data: unreadable at rest, found by equality, old keys still read, masks show little."""

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from orders.models import Trade
from taoxiaopu.kernel.personal import (
    BadPhone,
    blind_index,
    decrypt,
    encrypt,
    mask_name,
    mask_phone,
    normalise_phone,
)
from tests.factories import story

AT = story.noon(2026, 6, 3)


@pytest.mark.django_db
def test_a_trades_people_cannot_be_read_in_the_table() -> None:
    trade = story.place(story.good(story.supplier(AT), AT), AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM orders_trade t")
        raw = cursor.fetchone()[0]
    assert not any(secret in raw for secret in ("李青禾", "13911112222", "文三路"))
    read = Trade.objects.get(pk=trade.pk)
    assert (read.receiver, read.phone, read.masked_phone) == ("李青禾", "13911112222", "139****2222")
    assert read.buyer == blind_index("13911112222")


def test_the_same_text_is_never_written_the_same_way() -> None:
    first, second = encrypt("李青禾"), encrypt("李青禾")
    assert first != second
    assert decrypt(first) == decrypt(second) == "李青禾"


def test_a_new_key_reads_what_the_old_one_wrote(settings: Any) -> None:
    old = encrypt("李青禾")
    settings.PERSONAL_DATA_KEYS = [Fernet.generate_key().decode(), *settings.PERSONAL_DATA_KEYS]
    assert decrypt(old) == "李青禾"
    newer = encrypt("李青禾")
    settings.PERSONAL_DATA_KEYS = settings.PERSONAL_DATA_KEYS[1:]
    with pytest.raises(InvalidToken):
        decrypt(newer)


def test_a_blind_index_depends_on_its_own_key_only(settings: Any) -> None:
    before = blind_index("13911112222")
    settings.PERSONAL_DATA_KEYS = [Fernet.generate_key().decode()]
    assert blind_index("13911112222") == before
    settings.BLIND_INDEX_KEY = "another"
    assert blind_index("13911112222") != before


@pytest.mark.parametrize(
    "text", ["13911112222", "+8613911112222", "86 139 1111 2222", "139-1111-2222", "１３９１１１１２２２２"]
)
def test_one_number_in_any_dress(text: str) -> None:
    assert normalise_phone(text) == "13911112222"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1391111222",
        "139111122223",
        "03911112222",
        "+1 415 555 2671",
        "13911112222x",
        "13911112222 ext 5",
        "tel:13911112222",
        "1391111ABCD",
        "139\x0011112222",
        "1" * 5000,
    ],
)
def test_what_is_no_mobile_number(text: str) -> None:
    with pytest.raises(BadPhone):
        normalise_phone(text)


def test_masks() -> None:
    assert (mask_phone("13911112222"), mask_phone("139")) == ("139****2222", "****")
    assert (mask_name("李青禾"), mask_name("李"), mask_name("")) == ("李**", "李*", "")
