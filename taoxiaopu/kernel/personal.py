"""Personal data at rest: encrypted text columns, blind indexes for equality search, masks for display.

Keys come from PERSONAL_DATA_KEYS (newest first, Fernet keys) and BLIND_INDEX_KEY, apart from SECRET_KEY, so that
either can be rotated alone (docs/rules.md §8.4).
"""

import hashlib
import hmac
from typing import Any

import phonenumbers
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

from taoxiaopu.kernel.errors import DomainError


class BadPhone(DomainError):
    """Not a mainland mobile number."""

    code = "bad_phone"
    message = "请填写 11 位中国大陆手机号"
    status = 400
    field = "phone"


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PERSONAL_DATA_KEYS])


def encrypt(text: str) -> str:
    """Encrypt with the newest key."""
    return _ring().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key of the ring made it."""
    return _ring().decrypt(token.encode()).decode()


def blind_index(value: str) -> str:
    """HMAC-SHA-256 of a normalised value: equality search without storing the value."""
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column whose value is encrypted in the database. Cannot be filtered on: use a blind index."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value in (None, "") else encrypt(str(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value in (None, "") else decrypt(value)


def normalise_phone(text: str) -> str:
    """The 11 digits of a mainland mobile number. Raises BadPhone."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise BadPhone from None
    national = str(number.national_number)
    if number.country_code != 86 or len(national) != 11 or not national.startswith("1"):
        raise BadPhone
    if not phonenumbers.is_possible_number(number):
        raise BadPhone
    return national


def mask_phone(phone: str) -> str:
    """``138****0701``."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****"


def mask_name(name: str) -> str:
    """First character and stars: ``王**``."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""
