"""Reads what production cannot do without, and says in one sentence what is wrong with it and how to make it right."""

import os
import re
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from taoxiaopu.settings import env

NOT_SECRET = re.compile(
    r"development|change[-_ ]?me|example|insecure|replace|your[-_ ]|placeholder", re.IGNORECASE
)
DEVELOPMENT_KEY = "ZGV2ZWxvcG1lbnQta2V5LW5vdC1hLXNlY3JldC0tLS0="
MAKE_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(64))"'
MAKE_FERNET = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


def needed(name: str) -> str:
    """A variable that must be there. Raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: production does not start without it.")
    return value


def strong(name: str, length: int) -> str:
    """A random secret of at least ``length`` characters, not one that stands in a file for all to read."""
    value = needed(name)
    if NOT_SECRET.search(value):
        raise ImproperlyConfigured(f"{name} is an example's or development's value. Make one: {MAKE_KEY}")
    if len(value) < length or len(set(value)) < 10:
        raise ImproperlyConfigured(
            f"{name} is too weak: at least {length} characters, drawn at random. Make one: {MAKE_KEY}"
        )
    return value


def fernet_keys(name: str) -> list[str]:
    """A ring of Fernet keys, newest first."""
    keys = [key.strip() for key in needed(name).split(",") if key.strip()]
    for key in keys:
        if key == DEVELOPMENT_KEY:
            raise ImproperlyConfigured(f"{name} holds development's key. Make one: {MAKE_FERNET}")
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds what is not a Fernet key. Make one: {MAKE_FERNET}"
            ) from None
    return keys


def hosts(name: str) -> list[str]:
    """Host names that are answered; never all of them."""
    needed(name)
    words = env.words(name)
    if any(word == "*" for word in words):
        raise ImproperlyConfigured(f"{name} must name the hosts: * answers whoever forges one.")
    return words


def base_url(name: str, *, tls: bool) -> str:
    """Where the platform is reached, without a slash at the end."""
    value = needed(name).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise ImproperlyConfigured(f"{name} must look like https://shop.example.")
    if tls and parts.scheme == "http":
        raise ImproperlyConfigured(f"{name} is http: say https, or TLS=off when that is meant.")
    if not tls and parts.scheme == "https":
        raise ImproperlyConfigured(f"{name} is https and TLS is off: they must agree.")
    return value


def database(name: str) -> None:
    """An address with a password that guards something."""
    parts = urlsplit(needed(name))
    if not parts.password or NOT_SECRET.search(parts.password) or len(parts.password) < 12:
        raise ImproperlyConfigured(
            f"{name} needs a password of at least 12 characters that stands in no example."
        )


def redis(name: str) -> None:
    """An address; a password unless Redis listens where only we can reach it."""
    parts = urlsplit(needed(name))
    if parts.password is not None and (NOT_SECRET.search(parts.password) or len(parts.password) < 12):
        raise ImproperlyConfigured(
            f"{name} has a weak password: at least 12 characters that stand in no example."
        )
    if parts.password is None and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ImproperlyConfigured(f"{name} has no password, and Redis is not on this machine.")
