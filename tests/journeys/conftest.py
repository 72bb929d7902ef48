"""A running platform and real browsers in front of it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.factories.platform import Platform

SHOTS = Path(os.environ.get("TXP_SCREENSHOTS", ""))


@pytest.fixture
def platform(transactional_db: None, tmp_path: Path) -> Iterator[Platform]:
    """A running platform over an empty database."""
    running = Platform(tmp_path / "data")
    (tmp_path / "data").mkdir()
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def person(browser: Browser, platform: Platform) -> Iterator[Callable[..., Page]]:
    """Opens a page of somebody's own browser: ``person(375)`` on a phone, ``person(1280)`` at a desk."""
    contexts = []

    def open_page(width: int) -> Page:
        height = 812 if width < 500 else 900
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=platform.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=width < 500,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "response",
            lambda answer: errors.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )
        return page

    errors: list[str] = []
    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """Keeps a full-page screenshot under TXP_SCREENSHOTS, when it is set."""

    def take(page: Page, name: str) -> None:
        if str(SHOTS) not in ("", "."):
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return take
