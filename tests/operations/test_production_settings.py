"""Production does not start without each of its secrets, nor with a weak one, and says which."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from taoxiaopu.operations import checks
from taoxiaopu.settings import secrets

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.production",
    "SECRET_KEY": "Zq3vT8nW1xYb6Lk0RjPcUe5HsMdGfA7iXo2C9tQpVyBwNhKz4DrEuSaJlFgOmI",
    "ALLOWED_HOSTS": "shop.test",
    "BASE_URL": "https://shop.test",
    "PERSONAL_DATA_KEYS": "ZKUuSJDBgn_MUa_3Dm9wLSmfN8ulYVHv0vCVnv3aTVA=",
    "BLIND_INDEX_KEY": "k8Jd0QmZ3xW7rTfYb1NvLs5HcPgUe2Ao",
    "DATABASE_URL": "postgresql://taoxiaopu_app:Xk29dkQmZ3xW@127.0.0.1:1/taoxiaopu",
    "REDIS_URL": "redis://:Xk29dkQmZ3xW@127.0.0.1:1/0",
}
SAYS = """
import json
from django.conf import settings as s
print(json.dumps([s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.SANDBOX_PROVIDERS, s.CLOCK_MAY_ADVANCE, s.DEBUG]))
"""


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own; None takes a variable away."""
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    kept = {name: os.environ[name] for name in ("PATH", "DATA_DIR", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", SAYS], cwd=ROOT, env=kept | given, capture_output=True, text=True, check=False
    )


def test_it_starts_with_all_of_them_and_is_strict() -> None:
    done = start()
    assert json.loads(done.stdout or "0") == [True, True, False, False, False], done.stderr


def test_tls_may_be_off_when_that_is_said() -> None:
    assert json.loads(start(TLS="off", BASE_URL="http://shop.test").stdout) == [
        False,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "PERSONAL_DATA_KEYS", "BLIND_INDEX_KEY"),
        *("DATABASE_URL", "REDIS_URL"),
    ],
)
def test_each_missing_one_is_named(name: str) -> None:
    done = start(**{name: None})
    assert done.returncode != 0
    assert f"{name} is not set: production does not start without it." in done.stderr


def test_the_sandbox_needs_its_own_key() -> None:
    done = start(SANDBOX_PROVIDERS="yes")
    assert "SANDBOX_NOTICE_KEY is not set: production does not start without it." in done.stderr


WEAK = [
    ("SECRET_KEY", "short", "SECRET_KEY is too weak: at least 50 characters"),
    ("SECRET_KEY", "a" * 60, "SECRET_KEY is too weak"),
    ("SECRET_KEY", "development-only-" + "k" * 40, "SECRET_KEY is an example's or development's value"),
    ("SECRET_KEY", "change-me-" + GOOD["SECRET_KEY"], "SECRET_KEY is an example's"),
    ("BLIND_INDEX_KEY", "development-blind-index", "BLIND_INDEX_KEY is an example's or development's value"),
    ("BLIND_INDEX_KEY", "k8Jd0QmZ3xW7rTfYb1NvLs5HcPgUe2A", "BLIND_INDEX_KEY is too weak: at least 32"),
    ("ALLOWED_HOSTS", "shop.test,*", "ALLOWED_HOSTS must name the hosts"),
    ("BASE_URL", "http://shop.test", "BASE_URL is http: say https, or TLS=off when that is meant."),
    ("BASE_URL", "shop.test", "BASE_URL must look like"),
    ("BASE_URL", "https://shop.test/shop", "BASE_URL must look like"),
    ("PERSONAL_DATA_KEYS", secrets.DEVELOPMENT_KEY, "PERSONAL_DATA_KEYS holds development's key"),
    (
        "PERSONAL_DATA_KEYS",
        GOOD["PERSONAL_DATA_KEYS"] + ",x",
        "PERSONAL_DATA_KEYS holds what is not a Fernet key",
    ),
    ("DATABASE_URL", "postgresql://app@db/taoxiaopu", "DATABASE_URL needs a password"),
    ("DATABASE_URL", "postgresql://app:changeme-0123456@db/x", "DATABASE_URL needs a password"),
    ("REDIS_URL", "redis://redis:6379/0", "REDIS_URL has no password"),
    ("REDIS_URL", "redis://:short@redis:6379/0", "REDIS_URL has a weak password"),
]


@pytest.mark.parametrize(
    ("name", "value", "sentence"), WEAK, ids=[f"{n}-{i}" for i, (n, _v, _s) in enumerate(WEAK)]
)
def test_weak_ones_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    readers = {
        "SECRET_KEY": lambda: secrets.strong("SECRET_KEY", 50),
        "BLIND_INDEX_KEY": lambda: secrets.strong("BLIND_INDEX_KEY", 32),
        "ALLOWED_HOSTS": lambda: secrets.hosts("ALLOWED_HOSTS"),
        "BASE_URL": lambda: secrets.base_url("BASE_URL", tls=True),
        "PERSONAL_DATA_KEYS": lambda: secrets.fernet_keys("PERSONAL_DATA_KEYS"),
        "DATABASE_URL": lambda: secrets.database("DATABASE_URL"),
        "REDIS_URL": lambda: secrets.redis("REDIS_URL"),
    }
    with pytest.raises(ImproperlyConfigured) as raised:
        readers[name]()
    assert str(raised.value).startswith(sentence)
    monkeypatch.setenv(name, GOOD[name])
    readers[name]()


def test_https_and_tls_off_do_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "https://shop.test")
    with pytest.raises(ImproperlyConfigured, match="BASE_URL is https and TLS is off"):
        secrets.base_url("BASE_URL", tls=False)


def ids(found: list[object]) -> list[str]:
    return [message.id for message in found]  # type: ignore[attr-defined]


def test_checks_of_a_deployment() -> None:
    with override_settings(CLOCK_MAY_ADVANCE=False, SANDBOX_PROVIDERS=False):
        assert ids(checks.deployment(None)) == []
    with override_settings(TIME_ZONE="UTC", CLOCK_MAY_ADVANCE=True, SANDBOX_PROVIDERS=True):
        assert ids(checks.deployment(None)) == ["operations.E001", "operations.E002", "operations.W004"]


def test_checks_of_the_database_and_redis(db: None, settings: object) -> None:
    assert checks.database_role(None, databases=None) == []
    assert ids(checks.database_role(None, databases=["default"])) == [
        "operations.E006"
    ]  # tests own their tables
    assert checks.redis_policy(None, databases=["default"]) == []
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    assert ids(checks.redis_policy(None, databases=["default"])) == ["operations.W007"]
