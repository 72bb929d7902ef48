"""How often a sign-in may be tried: failures are counted per account, whoever makes them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts import errors
from accounts.models import Address, User
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

FAILURES = 10
PAUSE_S = 900


def address_for(user: User, public_id: str) -> Address:
    """One of a member's own addresses. Raises NotFound."""
    row = Address.objects.filter(user=user, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(slots=True)
class Attempt:
    """One try; the caller says how it ended."""

    succeeded: bool = False


@contextmanager
def sign_in_try(identifier: str) -> Iterator[Attempt]:
    """Count one try for this phone or e-mail. Raises TooManySignIns after FAILURES wrong ones in PAUSE_S seconds."""
    key = f"sign-in:{blind_index(_account(identifier))}"
    if _failures(key) >= FAILURES:
        raise errors.TooManySignIns(minutes=PAUSE_S // 60)
    attempt = Attempt()
    yield attempt
    with suppress(RedisError, ValueError):  # without Redis nobody is counted, and nobody is locked out
        if attempt.succeeded:
            cache.delete(key)
        else:
            cache.add(key, 0, PAUSE_S)
            cache.incr(key)


def _account(identifier: str) -> str:
    # One phone has many spellings; all of them are tries for the same account.
    try:
        return normalise_phone(identifier)
    except BadPhone:
        return identifier.strip().lower()


def _failures(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except RedisError:
        return 0
