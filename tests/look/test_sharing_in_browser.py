"""Sharing on a phone: the code scans from the page itself, copied words lead to the app, other apps' browsers get a way out."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from storefronts import services
from storefronts.models import Shop
from storefronts.services import DRAW_POSTER, draw_poster_job
from storefronts.states import Channel
from taoxiaopu.kernel import clock, jobs
from tests.factories import story

pytestmark = pytest.mark.django_db(transaction=True)
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.50"


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def shop(at: datetime) -> Shop:
    supplier = story.supplier(at)
    return story.picked_shop(at, *(story.good(supplier, at, title=f"滋润面霜 {n} 号") for n in range(3)))


@pytest.fixture
def phone(browser: Browser, live_server: Any, shop: Shop) -> Iterator[BrowserContext]:
    """The owner's phone, signed in."""
    client = Client()
    client.force_login(shop.owner.user)
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, device_scale_factor=2, locale="zh-CN"
    )
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    yield context
    context.close()


def scanned(page: Page) -> set[str]:
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    return {found.text for found in zxingcpp.read_barcodes(shot)}


def test_the_code_scans_from_a_screenshot_of_the_page(
    live_server: Any, phone: BrowserContext, shop: Shop, at: datetime
) -> None:
    pick = shop.picks.order_by("pk")[0]
    good = services.share(pick=pick, channel=Channel.WEIBO, greeting="周末愉快，挑一件", at=at)
    whole = services.share_shop(shop=shop, channel=Channel.WEIBO, at=at)
    assert jobs.work_off(DRAW_POSTER, at=at, work=draw_poster_job) == 4
    page = phone.new_page()
    for path, url in ((f"picks/{pick.pk}/share/", good.url), ("share/", whole.url)):
        page.goto(f"{live_server.url}/owner/{path}?channel=weibo")
        expect(page.locator(".poster img")).to_have_count(2)
        page.wait_for_load_state("networkidle")
        assert scanned(page) == {url}
        assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_copied_words_offer_the_way_into_the_app(
    live_server: Any, phone: BrowserContext, shop: Shop, at: datetime
) -> None:
    pick = shop.picks.order_by("pk")[0]
    services.share(pick=pick, channel=Channel.WEIBO, at=at)
    page = phone.new_page()
    page.goto(f"{live_server.url}/owner/picks/{pick.pk}/share/?channel=weibo")
    guide = page.locator("#jump-guide")
    expect(guide).to_be_hidden()
    page.get_by_role("button", name="复制文案").first.click()
    expect(guide).to_be_visible()
    expect(guide.get_by_role("link", name="打开微博")).to_have_attribute("href", "sinaweibo://")
    guide.get_by_role("button", name="留在这里").click()
    expect(guide).to_be_hidden()


@pytest.mark.parametrize(("agent", "shown"), [(WECHAT, True), (None, False)])
def test_inside_wechat_the_page_says_how_to_open_the_browser(
    live_server: Any, browser: Browser, shop: Shop, agent: str | None, shown: bool
) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 812}, user_agent=agent, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server.url}/s/{shop.number}/")
    hint = page.locator("#in-app")
    if shown:
        hint.click()
        expect(page.locator("#browser-guide")).to_contain_text("选择「在浏览器打开」")
    else:
        expect(hint).to_be_hidden()
    context.close()
