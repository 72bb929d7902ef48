"""What only a browser can tell: the look is kept, charts are drawn under the content security policy, dialogs hold the keys."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from suppliers.models import Good
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone after dark; it fails the test when a page complains in the console."""
    context = browser.new_context(viewport={"width": 375, "height": 812}, color_scheme="dark", locale="zh-CN")
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert complaints == []


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(clock.now()), clock.now())


def theme(page: Page) -> Any:
    return page.evaluate("[document.documentElement.dataset.theme, document.documentElement.dataset.bsTheme]")


def colour(page: Page) -> Any:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_system_decides_until_someone_chooses_and_the_choice_stays(live_server: Any, page: Page) -> None:
    page.goto(live_server.url)
    assert theme(page) == ["dark", "dark"]
    assert colour(page) == "rgb(21, 17, 16)"
    page.get_by_role("button", name="浅色").click()
    assert theme(page) == ["light", "light"]
    page.goto(f"{live_server.url}/goods/")
    assert theme(page) == ["light", "light"]
    assert colour(page) == "rgb(247, 243, 237)"
    expect(page.get_by_role("button", name="浅色")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("localStorage.adminTheme") == '"light"'  # where the staff's desk looks
    page.get_by_role("button", name="跟随系统").click()
    assert theme(page) == ["dark", "dark"]
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_paper_is_white_after_dark_and_without_navigation(live_server: Any, page: Page) -> None:
    page.goto(live_server.url)
    assert theme(page) == ["dark", "dark"]
    page.emulate_media(media="print")
    assert colour(page) == "rgb(255, 255, 255)"
    expect(page.locator(".phone-foot")).to_be_hidden()


def test_a_chart_is_drawn_switched_and_follows_the_theme(live_server: Any, page: Page) -> None:
    client, supplier = member(clock.now())
    made = story.good(supplier, clock.now() - timedelta(days=3))
    story.paid_order(made, clock.now() - timedelta(days=2))
    story.paid_order(made, clock.now())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page.goto(f"{live_server.url}/supplier/")
    chart = page.get_by_role("figure").first
    chart.scroll_into_view_if_needed()
    stage = chart.locator("canvas")
    expect(stage).to_be_visible()
    picture = "canvas => canvas.toDataURL()"
    chart.get_by_role("button", name="订单", exact=True).click()
    expect(chart.get_by_role("button", name="订单", exact=True)).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(1_200)  # its growing has come to rest
    dark = stage.evaluate(picture)
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(1_200)
    assert stage.evaluate(picture) != dark
    chart.get_by_text("看表格").click()
    expect(chart.get_by_role("row").nth(1)).to_contain_text("¥100.00")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_sheet_takes_the_keys_and_gives_them_back(live_server: Any, page: Page, good: Good) -> None:
    page.goto(f"{live_server.url}/g/{good.public_id}/")
    opener = page.locator("[data-open]").first
    opener.focus()
    page.keyboard.press("Enter")
    sheet = page.locator("dialog[open]")
    expect(sheet).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog[open]')"
        )
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    assert opener.evaluate("one => one === document.activeElement")


def test_the_first_tab_skips_to_the_content(live_server: Any, page: Page) -> None:
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
