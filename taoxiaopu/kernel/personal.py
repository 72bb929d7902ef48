"""Personal data at rest: encrypted text columns, blind indexes for equality search, masks for display.

Keys come from PERSONAL_DATA_KEYS (newest first, Fernet keys) and BLIND_INDEX_KEY, apart from SECRET_KEY, so that
either can be rotated alone (docs/rules.md §8.4).
"""

import base64
import hashlib
import hmac
import re
from functools import cache
from typing import Any

import phonenumbers
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError

PHONE = re.compile(r"\s*\+?[\d\s()-]{11,24}")


class BadPhone(DomainError):
    """Not a mainland mobile number."""

    code = "bad_phone"
    message = _("请填写 11 位中国大陆手机号")
    status = 400
    field = "phone"


_MUNICIPALITY = re.compile(r"\s*(北京|上海|天津|重庆)")
_PROVINCE = re.compile(
    r"\s*((?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省?"
    r"|(?:内蒙古|广西|西藏|宁夏|新疆)(?:维吾尔|壮族|回族)?(?:自治区)?|(?:香港|澳门)(?:特别行政区)?)\s*"
)
_CITY = re.compile(r"([\u4e00-\u9fff]{2,8}?(?:自治州|地区|盟|市))")
_STREET = re.compile(r"[路街道巷弄号村镇乡区县旗栋楼园苑场]")


def _ring() -> MultiFernet:
    return _ring_of(tuple(settings.PERSONAL_DATA_KEYS))


@cache
def _ring_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Encrypt with the newest key."""
    return _ring().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key of the ring made it."""
    return _ring().decrypt(token.encode()).decode()


def seal(data: bytes) -> bytes:
    """Encrypt bytes with the newest key: a file's contents, without the third that text would add."""
    return base64.urlsafe_b64decode(_ring().encrypt(data))


def unseal(sealed: bytes) -> bytes:
    """Decrypt bytes with whichever key of the ring sealed them."""
    return _ring().decrypt(base64.urlsafe_b64encode(sealed))


def blind_index(value: str) -> str:
    """HMAC-SHA-256 of a normalised value: equality search without storing the value."""
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column whose value is encrypted in the database. Cannot be filtered on: use a blind index."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value in (None, "") else encrypt(str(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value in (None, "") else decrypt(value)


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Bytes that ``seal`` made, as they are stored. ``digest`` names the column with their SHA-256, which is written
    along when a new key takes over.
    """

    def __init__(self, *args: Any, digest: str, **kwargs: Any) -> None:
        self.digest = digest
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"digest": self.digest}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else bytes(value)


def normalise_phone(text: str) -> str:
    """The 11 digits of a mainland mobile number. Letters and extensions are no part of one. Raises BadPhone."""
    if not PHONE.fullmatch(text):
        raise BadPhone
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


def mask_place(address: str) -> str:
    """Province and city of an address as typed, ``浙江省杭州市``, and never more of it; empty when it names none."""
    if found := _MUNICIPALITY.match(address):
        return f"{found[1]}市"
    province = _PROVINCE.match(address)
    if not province:
        return ""
    city = _CITY.match(address[province.end() :])
    known = city and not _STREET.search(city[1].removesuffix("地区"))
    return province[1] + (city[1] if city and known else "")
