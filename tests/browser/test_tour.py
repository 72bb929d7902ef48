"""A newcomer's tour: every page of every role, in both languages, on three widths, in light and in dark.

On each page: the expected answer, no message in the console, no failed request, nothing wider than the window, no
serious finding of axe, and in English no sentence that was left in Chinese.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import get_language_info
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from taoxiaopu.kernel.settings import rules_now
from tests.browser.conftest import SHOTS
from tests.browser.not_pages import NOT_PAGES
from tests.browser.stops import Stop
from tests.browser.table import PAGES
from tests.browser.world import World, words_of_users

pytestmark = pytest.mark.django_db

WIDTHS = {375: 812, 768: 1024, 1280: 900}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
AXE = (Path(settings.BASE_DIR) / "assets" / "node_modules" / "axe-core" / "axe.min.js").read_text()
CHINESE = re.compile(r"[\u3400-\u9fff]")


def addresses(
    patterns: "list[URLPattern | URLResolver] | None" = None, namespace: str = ""
) -> Iterator[tuple[str, str]]:
    """The name and module of every address; the API's own and the acts of the staff's desk are left out."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif pattern.name:
            yield namespace + pattern.name, getattr(pattern.callback, "__module__", "")


def lists_of_staff() -> list[type[Any]]:
    """The models that have a list and pages on the staff's desk."""
    return list(admin.site._registry)


def base_of(model: type[Any]) -> str:
    """The part of the names of a model's addresses that says which model."""
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def test_every_address_is_on_the_tour_or_has_a_reason() -> None:
    per_model = {
        f"{base_of(model)}_{what}"
        for model in lists_of_staff()
        for what in ("changelist", "change", "add", "delete", "history", "act")
    }
    names = {name for name, module in addresses() if "api" not in re.split(r"[._]", module)} - per_model
    assert names - set(PAGES) - set(NOT_PAGES) == set()
    assert (set(PAGES) | set(NOT_PAGES)) - names == set()
    assert set(PAGES) & set(NOT_PAGES) == set()


@dataclass
class Tourist:
    """One role in one language: a browser context that writes down what it complains about."""

    context: BrowserContext
    findings: list[str] = field(default_factory=list)
    where: str = ""

    def open(self, address: str, status: int) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.note(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", lambda answer: self._answered(answer, page))
        answer = page.goto(address, wait_until="load")
        assert answer
        if answer.status != status:
            self.note(f"answers {answer.status}, not {status}")
        return page

    def note(self, what: str) -> None:
        self.findings.append(f"{self.where}: {what}")
        if str(SHOTS) not in ("", "."):
            SHOTS.mkdir(parents=True, exist_ok=True)
            with (SHOTS / "findings.txt").open("a") as file:
                file.write(self.findings[-1] + "\n")

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "status of 40" not in message.text:
            self.note(f"console: {message.text[:300]}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":
            self.note(f"failed: {request.url} {request.failure}")

    def _answered(self, answer: Any, page: Page) -> None:
        is_page = answer.request.is_navigation_request() and answer.frame == page.main_frame
        if answer.status >= 400 and not is_page:
            self.note(f"{answer.status} for {answer.url}")


def wider_than_window(page: Page) -> str:
    """How far the page can be pushed sideways and by what, or an empty text."""
    return str(
        page.evaluate(
            """() => {
              const view = document.scrollingElement;
              if (view.scrollWidth <= window.innerWidth) return "";
              const clipped = (node) => {
                for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
                  if (getComputedStyle(up).overflowX !== "visible") return true;
                }
                return false;
              };
              const out = [...document.body.querySelectorAll("*")].filter(
                (node) => node.getBoundingClientRect().right > window.innerWidth + 1 && !clipped(node));
              const names = out.slice(0, 4).map((node) => node.tagName + "." + node.className);
              return `${view.scrollWidth} px: ${names.join(", ")}`;
            }"""
        )
    )


def seen_by_axe(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Serious and critical findings, each with the first place."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}  # preloading writes styles
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found = page.evaluate("(options) => axe.run(document, options).then((seen) => seen.violations)", options)
    return [
        f"axe {one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:160]}"
        f" {one['nodes'][0]['any'][0]['message'][:160] if one['nodes'][0]['any'] else ''}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def chinese_on(page: Page) -> list[str]:
    """Texts and spoken labels with Chinese characters, but for parts that say of themselves that they are Chinese."""
    return list(
        page.evaluate(
            """() => {
              const found = new Set();
              const chinese = /[\\u3400-\\u9fff]/;
              const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
              for (let node = walk.currentNode; node; node = walk.nextNode()) {
                const element = node.nodeType === 1 ? node : node.parentElement;
                if (!element || element.closest("[lang|=zh]:not(html), script, style, template")) continue;
                if (node.nodeType === 3) {
                  if (chinese.test(node.data)) found.add(node.data.trim());
                  continue;
                }
                for (const name of ["placeholder", "aria-label", "title", "alt", "data-label", "content"]) {
                  const value = node.getAttribute(name);
                  if (value && chinese.test(value)) found.add(value.trim());
                }
                if (node.matches("input[type=submit], input[type=button]") && chinese.test(node.value)) found.add(node.value);
              }
              return [...found];
            }"""
        )
    )


class Words:
    """Knows what people wrote, and what is left of a text without it."""

    def __init__(self) -> None:
        # The suffix is part of each name; a language is called by its own name.
        known = (
            words_of_users()
            | {rules_now().SHOP_SUFFIX}
            | {get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}
        )
        self.known = known
        self.parts = re.compile("|".join(sorted(map(re.escape, known), key=len, reverse=True)))

    def left_of(self, text: str) -> str:
        """What is still Chinese in a text; a part cut off or with stars in it is somebody's name or address."""
        # a name, its first sign, a title around a marked word, a title that was cut off
        if any(text.removesuffix("…") in word for word in self.known):
            return ""
        rest = self.parts.sub("", text)
        rest = re.sub(r"[\u3400-\u9fff]+(?=\*)|(?<=…)[\u3400-\u9fff]+|[\u3400-\u9fff]+(?=…)", "", rest)
        return rest if CHINESE.search(rest) else ""


def stops(*, every: bool) -> Iterator[tuple[str, str, Stop]]:
    """Label, address name and stop; without ``every`` only the first look of each role at each address."""
    for name, looks in PAGES.items():
        done: set[str] = set()
        for n, look in enumerate(looks):
            if every or look.role not in done or look.name:
                done.add(look.role)
                yield f"{name.replace(':', '-')}-{look.name or n}-{look.role}", name, look


def staff_stops(world: World) -> Iterator[tuple[str, str]]:
    """Label and address of each list of the staff's desk and one row of it."""
    for model in lists_of_staff():
        yield f"{base_of(model)[6:]}-list", reverse(f"{base_of(model)}_changelist")
        row = model._default_manager.order_by("pk").last()
        if row is not None:
            yield f"{base_of(model)[6:]}-row", reverse(f"{base_of(model)}_change", args=[row.pk])


def all_stops(world: World, *, every: bool) -> Iterator[tuple[str, str, str, int]]:
    """Role, label, address and status of every page of the tour."""
    for label, name, stop in stops(every=every):
        if not stop.file:
            yield stop.role, label, reverse(name, kwargs=stop.ids(world)) + stop.query(world), stop.status
    for label, address in staff_stops(world):
        yield "staff", label, address, 200
    for role in ("visitor", "owner", "supplier", "staff"):
        yield (
            role,
            f"missing-{role}",
            {"visitor": "/", "staff": "/admin/"}.get(role, f"/{role}/") + "nowhere/",
            404,
        )


def tourist(browser: Browser, site: LiveServer, world: World, role: str, language: str) -> Tourist:
    """Somebody in this role whose browser asks for this language."""
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": 375, "height": WIDTHS[375]},
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    if cookie := world.cookies[role]:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site.url}])
    return Tourist(context)


def tour(browser: Browser, site: LiveServer, world: World, language: str, *, thorough: bool) -> list[str]:
    """Look at every page in one language; returns what was found."""
    words = Words() if language == "en" else None
    people: dict[str, Tourist] = {}
    for role, label, address, status in all_stops(world, every=thorough):
        if role not in people:
            people[role] = tourist(browser, site, world, role, language)
        who = people[role]
        who.where = f"{label} [{language}] {address}"
        page = who.open(address, status)
        look_closely(page, who, language, thorough=thorough)
        if words is not None:
            # what was searched for is said again
            asked = "|".join(re.escape(value) for _name, value in parse_qsl(urlsplit(address).query)) or "$"
            for text in chinese_on(page):
                if words.left_of(text) and words.left_of(re.sub(asked, "", text)):
                    who.note(f"not in English: {text[:120]}")
        keep_pictures(page, label, language)
        page.close()
    for who in people.values():
        who.context.close()
    return [finding for who in people.values() for finding in who.findings]


def look_closely(page: Page, who: Tourist, language: str, *, thorough: bool) -> None:
    """The widths, and axe: in Chinese on a phone, light and dark; thoroughly on every width in both languages."""
    page.wait_for_load_state("networkidle")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        if wide := wider_than_window(page):
            who.note(f"at {width}: {wide}")
        if thorough or (language == "zh" and width == 375):
            for finding in seen_by_axe(page):
                who.note(f"at {width}: {finding}")
            page.emulate_media(color_scheme="dark")
            page.reload(wait_until="networkidle")  # a page that turns dark while it is looked at fades
            for finding in seen_by_axe(page, only=["color-contrast"]):
                who.note(f"dark at {width}: {finding}")
            page.emulate_media(color_scheme="light")
            page.reload(wait_until="networkidle")


def keep_pictures(page: Page, label: str, language: str) -> None:
    """Pictures of the page on every width, in TXP_SCREENSHOTS when it is set."""
    if str(SHOTS) in ("", "."):
        return
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=SHOTS / f"{label}-{language}-{width}.png", full_page=True)


@pytest.mark.slow
@pytest.mark.parametrize("language", LOCALES)
def test_every_page_is_alive(browser: Browser, site: LiveServer, world: World, language: str) -> None:
    assert tour(browser, site, world, language, thorough=False) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LOCALES)
def test_every_page_in_every_state(browser: Browser, site: LiveServer, world: World, language: str) -> None:
    assert tour(browser, site, world, language, thorough=True) == []


@pytest.mark.slow
def test_every_file_comes(site: LiveServer, world: World) -> None:
    for name, looks in PAGES.items():
        for look in looks:
            if look.file:
                client = Client()
                if cookie := world.cookies[look.role]:
                    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
                answer = client.get(reverse(name, kwargs=look.ids(world)) + look.query(world))
                assert answer.status_code == 200, name
                assert not answer["Content-Type"].startswith("text/html"), name
