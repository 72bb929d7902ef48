"""Shared fixtures. Between tests with real commits the tables are emptied as their owner, past the ledger's guards."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_django
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright

from launcher.browser import ARGUMENTS, find

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in the test's own thread

_flush = DatabaseOperations.execute_sql_flush


def _flush_as_owner(self: DatabaseOperations, sql_list: list[str]) -> None:
    """TRUNCATE is refused on the books by trigger; only the tables' owner may step around that, and only here."""
    _flush(
        self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = DEFAULT"]
    )


DatabaseOperations.execute_sql_flush = _flush_as_owner


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """A session that a thread left behind must not keep the test database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    connection.close()  # a browser's loop gives each context a connection of its own; this one would stay


@pytest.fixture(autouse=True)
def _fresh_cache_and_files(tmp_path: Path, settings: object) -> None:
    """Each test has its own media folder and starts with an empty cache, in the platform's own language."""
    translation.deactivate()  # a request leaves its reader's language behind in this thread
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real Chromium for all tests that look at pages: Playwright runs once in a process."""
    path = find()
    assert path, "no Chromium: run `make test`, which finds or installs one"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()
