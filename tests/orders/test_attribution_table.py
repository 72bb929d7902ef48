"""Whose an order is, in one table (docs/rules.md §6.4, §6.5): every way to a shop, its limits, and what never earns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from commissions.models import CommissionLine, OrderFact
from commissions.services import override_tier
from orders.models import Order, OrderLine
from orders.selectors import proof_of
from orders.services.attribution import LOST_KEPT
from storefronts import services as storefronts
from storefronts.models import Click, ShareLink, Shop
from storefronts.services.sharing import share_shop
from storefronts.states import Channel, Way
from suppliers.models import Good, SupplierMember
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from tests.factories import browsing, story
from tests.factories.proof import found_by

pytestmark = pytest.mark.django_db
BUYER = "13911112222"
WINDOW = timedelta(hours=360)


@dataclass
class Stage:
    """A good in two owners' shops (the first owner at L3, whose orders bring 500 bp), each with a link to it."""

    at: datetime
    good: Good
    shop: Shop
    other: Shop
    link: ShareLink
    other_link: ShareLink
    browser: Client = field(default_factory=browsing.client)

    def order(self, client: Client | None = None, *, address: str = "", **changes: object) -> Order:
        """Buy one piece in the shop, by the page's own form; ``address`` is the page it is on."""
        carried = parse_qs(urlsplit(address).query).get("c", [""])[0]
        form = browsing.order_form(self.good, through=self.shop, **({"c": carried} | changes))
        answer = (client or self.browser).post("/checkout/", form)
        assert answer.status_code in (302, 303), answer.content.decode()
        return Order.objects.latest("pk")

    def click(self, *, at: datetime | None = None, link: ShareLink | None = None, **changes: object) -> Click:
        given: dict[str, object] = {
            "visitor": "v1",
            "network": "10.0.0.1",
            "user_agent": browsing.PHONE_AGENT,
            "user_id": None,
        }
        return storefronts.record_click(link=link or self.link, at=at or self.at, **(given | changes))  # type: ignore[arg-type]

    def place(self, at: datetime | None = None, **changes: object) -> Order:
        return story.place(self.good, at or self.at, through=self.shop, **changes).orders.get()  # type: ignore[arg-type]


@pytest.fixture
def stage() -> Stage:
    at = clock.now()
    good = story.good(story.supplier(at), at)
    shop, other = story.picked_shop(at, good), story.picked_shop(at, good, n=2)
    override_tier(owner=shop.owner, level=3, reason="试运营", actor=story.SYSTEM_STAFF, at=at)
    links = [
        storefronts.share(pick=one.picks.get(), channel=Channel.WEIBO, at=at).link for one in (shop, other)
    ]
    return Stage(at, good, shop, other, *links)


def by_link(stage: Stage) -> Order:
    return stage.order(address=stage.browser.get(f"/x/{stage.link.code}")["Location"])


def by_shop_number(stage: Stage) -> Order:
    stage.browser.get("/open/", {"text": f"店铺号 {stage.shop.number}，来逛逛"})
    return stage.order()


def by_passcode(stage: Stage) -> Order:
    spoken = storefronts.share(pick=stage.shop.picks.get(), channel=Channel.WEIBO, at=stage.at).spoken
    stage.browser.get("/open/", {"text": spoken})
    return stage.order()


def by_passcode_in_the_search(stage: Stage) -> Order:
    spoken = storefronts.share(pick=stage.shop.picks.get(), channel=Channel.WEIBO, at=stage.at).spoken
    stage.browser.get("/goods/", {"q": spoken}, follow=True)
    return stage.order()


def by_shop_visit(stage: Stage) -> Order:
    stage.browser.get(f"/s/{stage.shop.number}/g/{stage.good.public_id}/")
    return stage.order()


def by_ad_on_the_platforms_pages(stage: Stage) -> Order:
    stage.browser.get(f"/x/{stage.link.code}")
    stage.browser.get(f"/g/{stage.good.public_id}/?ad=moments-7")
    stage.browser.post("/checkout/", browsing.order_form(stage.good))
    return Order.objects.latest("pk")


def by_ad_after_a_click(stage: Stage) -> Order:
    stage.browser.get(f"/x/{stage.link.code}")
    stage.browser.get(f"/s/{stage.shop.number}/g/{stage.good.public_id}/?ad=moments-7")
    return stage.order()


def after(seconds: int) -> Callable[[Stage], Order]:
    def buy(stage: Stage) -> Order:
        stage.click()
        return stage.place(stage.at + WINDOW + timedelta(seconds=seconds))

    return buy


def last_of_two_links(stage: Stage) -> Order:
    newer = share_shop(shop=stage.shop, channel=Channel.MOMENTS, at=stage.at).link
    stage.click()
    stage.click(link=newer, way=Way.PASSCODE, at=stage.at + timedelta(minutes=1))
    return stage.place(stage.at + timedelta(minutes=2))


def other_shops_later_click(stage: Stage) -> Order:
    stage.click()
    stage.click(link=stage.other_link, at=stage.at + timedelta(minutes=1))
    return stage.place(stage.at + timedelta(minutes=2))


def without_cookies(stage: Stage) -> Order:
    address = stage.browser.get(f"/x/{stage.link.code}")["Location"]
    stage.browser.cookies.clear()
    page = stage.browser.get(address)
    stage.browser.cookies.clear()
    assert f'name="c" value="{parse_qs(urlsplit(address).query)["c"][0]}"' in page.content.decode()
    return stage.order(browsing.client(), address=address)


def in_another_browser(stage: Stage) -> Order:
    address = stage.browser.get(f"/x/{stage.link.code}")["Location"]
    system = browsing.client()
    assert system.get(address).cookies["txv"].value  # as "open in browser" does
    return stage.order(system)


def with_a_forged_address(stage: Stage) -> Order:
    stage.click(visitor="victim")
    return stage.order(browsing.client(), address="/?c=victim.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")


def by_a_preview(stage: Stage) -> Order:
    stage.click(user_agent="facebookexternalhit/1.1")
    return stage.place()


def over_the_rate(stage: Stage) -> Order:
    for n in range(20):
        stage.click(visitor=f"w{n}")
    stage.click()
    return stage.place()


def on_the_owners_own_device(stage: Stage) -> Order:
    stage.click(user_id=stage.shop.owner.user_id)
    return stage.place()


def to_the_owners_phone(stage: Stage) -> Order:
    return stage.place(phone=stage.shop.owner.user.phone)


def by_the_owner_for_somebody(stage: Stage) -> Order:
    return stage.place(user=stage.shop.owner.user, phone=BUYER)


def by_the_owner_without_a_phone(stage: Stage) -> Order:
    user = stage.shop.owner.user
    user.phone, user.phone_index, user.email = "", None, "owner@example.com"
    user.save(update_fields=["phone", "phone_index", "email"])
    return stage.place(user=user, phone=BUYER)


def of_own_goods(stage: Stage) -> Order:
    SupplierMember.objects.create(supplier=stage.good.supplier, user=stage.shop.owner.user)
    return stage.place()


NOBODY = ("", "", 0, None, None, [], None)
# how -> kind, evidence, bonus, rule, way of the click, why each other click lost, counts for the tier
TABLE: list[tuple[Callable[[Stage], Order], tuple[object, ...]]] = [
    (by_link, ("shared", "in_shop", 500, "last_click", "link", [], True)),
    (by_shop_number, ("shared", "in_shop", 500, "last_click", "number", [], True)),
    (by_passcode, ("shared", "in_shop", 500, "last_click", "passcode", [], True)),
    (by_passcode_in_the_search, ("shared", "in_shop", 500, "last_click", "passcode", [], True)),
    (by_shop_visit, ("shared", "in_shop", 500, "shop_visit", None, [], True)),
    (by_ad_on_the_platforms_pages, NOBODY),
    (by_ad_after_a_click, ("shared", "in_shop", 500, "last_click", "link", [], True)),
    (after(0), ("shared", "in_shop", 500, "last_click", "link", [], True)),
    (after(1), ("shared", "in_shop", 500, "shop_visit", None, ["too_old"], True)),
    (last_of_two_links, ("shared", "in_shop", 500, "last_click", "passcode", ["earlier"], True)),
    (other_shops_later_click, ("shared", "in_shop", 500, "last_click", "link", ["other_shop"], True)),
    (without_cookies, ("shared", "in_shop", 500, "last_click", "link", [], True)),
    (in_another_browser, ("shared", "in_shop", 500, "last_click", "link", [], True)),
    (with_a_forged_address, ("shared", "in_shop", 500, "shop_visit", None, [], True)),
    (by_a_preview, ("shared", "in_shop", 500, "shop_visit", None, ["not_counted"], True)),
    (over_the_rate, ("shared", "in_shop", 500, "shop_visit", None, ["not_counted"], True)),
    (on_the_owners_own_device, ("shared", "in_shop", 500, "shop_visit", None, ["not_counted"], True)),
    (to_the_owners_phone, ("self", "own_phone", 0, "shop_visit", None, [], False)),
    (by_the_owner_without_a_phone, ("self", "own_account", 0, "shop_visit", None, [], False)),
    (by_the_owner_for_somebody, ("on_behalf", "others_phone", 500, "shop_visit", None, [], True)),
    (of_own_goods, ("own_goods", "works_for_supplier", 0, "shop_visit", None, [], False)),
]


@pytest.mark.parametrize(("how", "expected"), TABLE, ids=lambda value: getattr(value, "__name__", ""))
def test_whose_an_order_is(stage: Stage, how: Callable[[Stage], Order], expected: tuple[object, ...]) -> None:
    order = how(stage)
    kind, evidence, bonus, rule, way, lost, counts = expected
    line = OrderLine.objects.get(order=order)
    assert (order.attribution, order.evidence, line.bonus_bp) == (kind, evidence, bonus)
    if rule is None:
        assert (order.owner, order.shop, order.click, order.basis, line.rate_bp) == (
            None,
            None,
            None,
            None,
            0,
        )
        return
    assert order.owner == stage.shop.owner
    assert order.basis["rule"] == rule
    assert order.basis["window_h"] == 360
    assert (order.basis["click"] or {}).get("way") == way
    assert (order.basis["click"] or {}).get("id") == order.click_id
    assert [copy["lost"] for copy in order.basis["lost"]] == lost
    story.pay(order.trade, order.placed_at)
    earned = CommissionLine.objects.get(order_number=order.number)
    assert (earned.owner, earned.kind, earned.bonus_bp) == (stage.shop.owner, kind, bonus)
    assert OrderFact.objects.get(line_ref=earned.line_ref).counted is counts
    assert verify().problems == []


def test_the_copy_stays_when_the_clicks_are_gone_and_tells_other_shops_to_staff_only(stage: Stage) -> None:
    order = other_shops_later_click(stage)
    Click.objects.filter(link=stage.other_link).delete()
    proof, told = proof_of(order), proof_of(order, for_staff=True)
    assert proof
    assert proof.click
    assert told
    assert (str(proof.rule), proof.click.link, proof.click.is_own) == (
        "最近一次有效点击",
        stage.link.code,
        True,
    )
    assert [(c.link, c.shop, c.is_own) for c in proof.lost] == [("", "", False)]
    assert [(c.link, c.shop) for c in told.lost] == [(stage.other_link.code, stage.other.name)]
    client = Client()
    client.force_login(stage.shop.owner.user)
    html = client.get(f"/owner/orders/{order.number}/attribution/").content.decode()
    assert stage.link.code in html
    assert "其他小铺的链接" in html
    assert "点的是别的小铺，在这家小铺下单" in html
    assert stage.other_link.code not in html
    assert stage.other.name not in html


def test_only_the_last_clicks_are_copied(stage: Stage) -> None:
    for n in range(LOST_KEPT + 3):
        stage.click(link=stage.other_link, network=f"10.0.1.{n}")
    order = stage.place()
    assert (len(order.basis["lost"]), order.basis["more"]) == (LOST_KEPT, 3)


def test_an_order_of_the_version_before_has_no_evidence_and_says_so(stage: Stage) -> None:
    order = stage.place()
    Order.objects.update(basis=None)
    client = Client()
    client.force_login(stage.shop.owner.user)
    html = client.get(f"/owner/orders/{order.number}/attribution/").content.decode()
    assert "这单下单时还没有保留点击证据" in html


def test_verify_names_evidence_that_is_not_the_orders_click(stage: Stage) -> None:
    order = last_of_two_links(stage)
    assert verify().problems == []
    Order.objects.update(click=Click.objects.earliest("pk"))
    assert found_by(verify())["attribution_basis"] == [order.number]
    Order.objects.update(click=None)
    assert found_by(verify())["attribution_basis"] == [order.number]
