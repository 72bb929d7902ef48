"""How often a sign-in may be tried: failures are counted per account, whoever makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache

from accounts import errors
from taoxiaopu.kernel.personal import blind_index

FAILURES = 10
PAUSE_S = 900


@dataclass(slots=True)
class Attempt:
    """One try; the caller says how it ended."""

    succeeded: bool = False


@contextmanager
def sign_in_try(identifier: str) -> Iterator[Attempt]:
    """Count one try for this phone or e-mail. Raises TooManySignIns after FAILURES wrong ones in PAUSE_S seconds."""
    key = f"sign-in:{blind_index(identifier.strip().lower())}"
    if cache.get(key, 0) >= FAILURES:
        raise errors.TooManySignIns(minutes=PAUSE_S // 60)
    attempt = Attempt()
    yield attempt
    if attempt.succeeded:
        cache.delete(key)
    else:
        cache.add(key, 0, PAUSE_S)
        cache.incr(key)
