"""The demo's story in the test database, a web server over it and one real browser, for all tests in this folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from taoxiaopu.flows import demo
from taoxiaopu.kernel import clock
from tests.browser.world import World, build

SHOTS = Path(os.environ.get("TXP_SCREENSHOTS", ""))


@pytest.fixture(autouse=True)
def _fresh_cache_and_files() -> None:
    """One folder for the whole tour instead of one for each test: pictures are drawn once."""


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The story, told once, and everything that a page's address can name; the tables are empty again afterwards."""
    folder = tmp_path_factory.mktemp("tour")
    (folder / "imports").mkdir()
    before = django_settings.DATA_DIR, django_settings.MEDIA_ROOT
    django_settings.DATA_DIR, django_settings.MEDIA_ROOT = folder, folder / "media"
    with django_db_blocker.unblock():
        try:
            demo.tell(now=clock.now(), real_file=None, say=lambda _line: None, crowd=False)
            yield build()
        finally:
            call_command("flush", interactive=False, verbosity=0)
            django_settings.DATA_DIR, django_settings.MEDIA_ROOT = before


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[LiveServer]:
    """A web server over the story."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()
