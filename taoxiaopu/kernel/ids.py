"""Random public identifiers: unguessable, without sequence, safe in URLs and over the phone.

A simulation that must come out the same each time draws them from a seed instead (``drawn_from``).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

from django.conf import settings

from taoxiaopu.kernel.clock import ClockIsFixed

CALM_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: these are read aloud and typed
BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_seed: ContextVar[str | None] = ContextVar("seed of identifiers", default=None)
_chance = secrets.SystemRandom()
_seeded: ContextVar[Random | None] = ContextVar("source of identifiers", default=None)


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Inside, identifiers follow from ``seed`` and can be guessed. Raises ClockIsFixed outside demo and tests."""
    if not settings.CLOCK_MAY_ADVANCE:
        raise ClockIsFixed
    before = _seed.set(seed), _seeded.set(Random(seed))  # noqa: S311  (that is the point)
    try:
        yield
    finally:
        _seeded.reset(before[1])
        _seed.reset(before[0])


@contextmanager
def about(what: str) -> Iterator[None]:
    """One piece of work: where identifiers follow from a seed, its own follow from the seed and ``what`` alone, so that
    nothing depends on which piece came first. Otherwise it changes nothing.
    """
    seed = _seed.get()
    if seed is None:
        yield
        return
    with drawn_from(f"{seed}/{what}"):
        yield


def _random() -> Random:
    return _seeded.get() or _chance


def public_id(length: int = 12) -> str:
    """A random id of ``length`` characters from an alphabet without look-alikes."""
    return "".join(_random().choices(CALM_ALPHABET, k=length))


def order_number() -> str:
    """A 16-digit number for trades, orders, charges and refunds; random, so that it tells nothing about volume."""
    return str(_random().randrange(10**15, 10**16))


def share_code() -> str:
    """The eight characters of a share link (``/x/<code>``)."""
    return public_id(8)


def passcode() -> str:
    """The eleven base-62 characters of a passcode (docs/rules.md §1.6)."""
    return "".join(_random().choices(BASE_62, k=11))


def shop_number(digits: int) -> str:
    """A candidate shop number without leading zero (docs/rules.md §1.6)."""
    low = 10 ** (digits - 1)
    return str(_random().randrange(low, 10 * low))


def secret_key_text() -> str:
    """A one-time or bearer secret, 32 random bytes."""
    return secrets.token_urlsafe(32)


def lookup_code() -> str:
    """Six digits that a guest needs, besides the phone number, to open an order again."""
    return f"{_random().randrange(10**6):06d}"
