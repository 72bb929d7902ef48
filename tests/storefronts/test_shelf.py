"""How a shop is laid out: order, pins, hidden picks, sections, undoing a removal, replacing, ailing picks."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from storefronts import errors, services
from storefronts.models import BoughtGood, Pick, Section, Shop
from storefronts.selectors import picks_of, sections_of, visible_picks
from storefronts.selectors.health import ailing, substitutes_for
from storefronts.services import shelf as shelf_service
from storefronts.states import Ailment
from suppliers.models import Good, Sku, Supplier
from suppliers.services import delist_good
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import Rules
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier(at: datetime) -> Supplier:
    return story.supplier(at)


@pytest.fixture
def shop(at: datetime, supplier: Supplier) -> Shop:
    """A shop with five picks, "4" on top."""
    goods = [story.good(supplier, at, title=str(n), price_fen=1_000 + n) for n in range(5)]
    return story.picked_shop(at, *goods)


def order(shop: Shop) -> str:
    return "".join(pick.good.title for pick in picks_of(shop))


def the(shop: Shop, title: str) -> Pick:
    return Pick.objects.select_related("shop", "good__supplier", "good__category").get(
        shop=shop, good__title=title
    )


def keys(shop: Shop, titles: str) -> list[int]:
    return [the(shop, title).pk for title in titles]


def client_of(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.owner.user)
    return client


# --- Order -----------------------------------------------------------------------------------------------


def test_new_picks_stand_on_top_and_the_given_ones_share_out_their_places(shop: Shop) -> None:
    assert order(shop) == "43210"
    services.arrange(shop=shop, order=keys(shop, "01234"))
    assert order(shop) == "01234"


def test_only_the_named_ones_move(shop: Shop) -> None:
    services.arrange(shop=shop, order=keys(shop, "04"))
    assert order(shop) == "03214"


def test_strangers_and_doubles_are_refused_and_nothing_moves(at: datetime, shop: Shop) -> None:
    other = story.shop(story.owner(at, 2), at, "隔壁小店")
    foreign = services.pick(shop=other, goods=[the(shop, "0").good], at=at)[0]
    for wrong in ([*keys(shop, "01"), foreign.pk], keys(shop, "00"), [10**9]):
        with pytest.raises(NotFound):
            services.arrange(shop=shop, order=wrong)
    services.unpick(pick=the(shop, "2"))
    with pytest.raises(NotFound):
        services.arrange(shop=shop, order=keys(shop, "21"))
    assert order(shop) == "4310"


@pytest.mark.parametrize(
    ("title", "to", "after"),
    [
        ("0", 1, "04321"),
        ("4", 5, "32104"),
        ("4", 99, "32104"),
        ("2", 3, "43210"),
        ("2", 2, "42310"),
        ("2", 4, "43120"),
    ],
)
def test_a_pick_moves_to_a_number(shop: Shop, title: str, to: int, after: str) -> None:
    services.move(pick=the(shop, title), to=to)
    assert order(shop) == after


def test_pinned_ones_stay_first_whatever_moves(at: datetime, shop: Shop) -> None:
    services.set_pinned(pick=the(shop, "1"), pinned=True, at=at)
    assert order(shop) == "14320"
    services.move(pick=the(shop, "0"), to=1)
    assert order(shop) == "10432"
    services.move(pick=the(shop, "1"), to=4)
    assert order(shop) == "10432"
    services.arrange(shop=shop, order=keys(shop, "01432"))
    assert order(shop)[0] == "1"
    services.set_pinned(pick=the(shop, "1"), pinned=False, at=at)
    assert sorted(order(shop)) == list("01234")


def test_the_tenth_pin_passes_and_the_eleventh_is_refused(
    at: datetime, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Rules().PIN_LIMIT == 10
    monkeypatch.setattr(shelf_service, "rules_at", lambda at: Rules(PIN_LIMIT=2))
    services.set_pinned(pick=the(shop, "0"), pinned=True, at=at)
    services.set_pinned(pick=the(shop, "1"), pinned=True, at=at)
    services.set_pinned(pick=the(shop, "1"), pinned=True, at=at)
    with pytest.raises(errors.PinLimitReached):
        services.set_pinned(pick=the(shop, "2"), pinned=True, at=at)
    assert Pick.objects.filter(is_pinned=True).count() == 2


def test_the_page_keeps_typed_numbers_dragged_rows_and_arrows(shop: Shop) -> None:
    client, url = client_of(shop), reverse("owner:shelf")
    html = client.get(url).content.decode()
    assert html.count('class="shelf-row') == 5
    rows = {"pick": keys(shop, "43210"), "was": [1, 2, 3, 4, 5]}
    assert client.post(url, rows | {"n": [1, 2, 3, 4, 1]}).status_code == 302
    assert order(shop) == "04321"
    rows = {"pick": keys(shop, "04321"), "was": [1, 2, 3, 4, 5]}
    client.post(url, rows | {"n": [3, 2, 3, 4, ""]})
    assert order(shop) == "43021"
    answer = client.post(url, {"pick": keys(shop, "01234"), "was": [1] * 5, "n": [1, 2, 3, 4, 5]},
                         headers={"X-Requested-With": "fetch"})  # fmt: skip
    assert (answer.status_code, order(shop)) == (204, "01234")
    client.post(reverse("owner:pick-place", args=keys(shop, "4")), {"to": "1", "back": "shelf", "page": "1"})
    assert order(shop) == "40123"


# --- Hidden, removed, replaced ---------------------------------------------------------------------------


def test_a_hidden_pick_leaves_the_shop_but_its_link_works(at: datetime, shop: Shop) -> None:
    row, client = the(shop, "3"), client_of(shop)
    client.post(reverse("owner:pick-visibility", args=[row.pk]), {"hidden": "1"})
    assert "3" not in [pick.good.title for pick in visible_picks(shop)]
    assert order(shop) == "43210"
    assert Client().get(f"/s/{shop.number}/g/{row.good.public_id}/").status_code == 200
    client.post(reverse("owner:pick-visibility", args=[row.pk]), {"hidden": "0"})
    assert visible_picks(shop).count() == 5


def test_a_removal_is_undone_with_words_place_and_section(at: datetime, shop: Shop) -> None:
    row, client = the(shop, "2"), client_of(shop)
    services.recommend(pick=row, text="晚上用很舒服", at=at)
    group = services.add_section(shop=shop, name="晚安", at=at)
    services.put_into_section(pick=row, section=group)
    answer = client.post(reverse("owner:unpick", args=[row.pk]), follow=True)
    assert reverse("owner:pick-restore", args=[row.pk]) in answer.content.decode()
    assert order(shop) == "4310"
    client.post(reverse("owner:pick-restore", args=[row.pk]))
    row = the(shop, "2")
    assert (order(shop), row.recommendation, row.section) == ("43210", "晚上用很舒服", group)
    assert Pick.objects.filter(shop=shop).count() == 5


def test_a_removal_cannot_be_undone_when_the_good_is_off_sale(
    at: datetime, supplier: Supplier, shop: Shop
) -> None:
    row = the(shop, "2")
    services.unpick(pick=row)
    delist_good(good=row.good, actor=story.supplier_actor(supplier), at=at)
    with pytest.raises(errors.NotInPool):
        services.restore(pick=the(shop, "2"), at=at)
    assert order(shop) == "4310"


def test_another_good_takes_over_slot_place_pin_and_section(
    at: datetime, supplier: Supplier, shop: Shop
) -> None:
    good, old = story.good(supplier, at, title="新"), the(shop, "2")
    group = services.add_section(shop=shop, name="晚安", at=at)
    services.put_into_section(pick=old, section=group)
    new = services.replace(pick=old, good=good, at=at)
    assert order(shop) == "43新10"
    assert (new.slot, new.section_id, the(shop, "2").slot) == (old.slot, group.pk, None)
    assert services.replace(pick=old, good=good, at=at) == new
    with pytest.raises(errors.AlreadyPicked):
        services.replace(pick=the(shop, "1"), good=good, at=at)
    with pytest.raises(errors.PickGone):
        services.replace(pick=old, good=story.good(supplier, at, title="别的"), at=at)
    assert order(shop) == "43新10"


def test_who_bought_before_picking_may_say_so(at: datetime, supplier: Supplier, shop: Shop) -> None:
    good = story.good(supplier, at, title="新")
    services.mark_bought(user_id=shop.owner.user_id, good_id=good.pk)
    services.mark_bought(user_id=shop.owner.user_id, good_id=good.pk)
    row = services.pick(shop=shop, goods=[good], at=at)[0]
    assert (row.bought, BoughtGood.objects.count()) == (True, 1)
    services.recommend(pick=row, text="亲测好用", at=at)
    with pytest.raises(errors.BadRecommendation):
        services.recommend(pick=the(shop, "1"), text="亲测好用", at=at)


def test_a_consumer_who_becomes_an_owner_has_bought_it(at: datetime, supplier: Supplier) -> None:
    good = story.good(supplier, at, title="新")
    person = story.owner(at, 7)
    order_ = story.paid_order(good, at, user=person.user)
    story.ship(order_, at)
    assert not BoughtGood.objects.exists()
    story.confirm(order_, at)
    shop = story.shop(person, at, "七号店")
    assert services.pick(shop=shop, goods=[good], at=at)[0].bought


# --- Sections --------------------------------------------------------------------------------------------


def test_sections_are_named_moved_and_removed_with_their_picks_kept(at: datetime, shop: Shop) -> None:
    client = client_of(shop)
    for name in ("早餐", "带娃好物", "出差"):
        client.post(reverse("owner:sections"), {"name": name})
    first, _second, third = sections_of(shop)
    client.post(reverse("owner:section", args=[third.pk]), {"to": "1"})
    client.post(reverse("owner:section", args=[first.pk]), {"name": "早上"})
    assert [row.name for row in sections_of(shop)] == ["出差", "早上", "带娃好物"]
    client.post(reverse("owner:pick-section", args=keys(shop, "3")), {"section": first.pk})
    assert [row.size for row in sections_of(shop)] == [0, 1, 0]
    html = Client().get(f"/s/{shop.number}/?section={first.pk}").content.decode()
    assert html.count("<article") == 1
    assert "早上" in html
    assert "出差" not in html
    client.post(reverse("owner:section-removal", args=[first.pk]))
    assert (order(shop), the(shop, "3").section) == ("43210", None)
    assert Section.objects.count() == 2


@pytest.mark.parametrize("name", ["", "  ", "一" * 13, "全国最好", "早餐"])
def test_a_bad_name_of_a_section_is_refused(at: datetime, shop: Shop, name: str) -> None:
    services.add_section(shop=shop, name="早餐", at=at)
    services.add_section(shop=shop, name="二" * 12, at=at)
    answer = client_of(shop).post(reverse("owner:sections"), {"name": name})
    assert answer.status_code == 400
    assert Section.objects.count() == 2


def test_the_last_section_that_fits_passes_and_the_next_is_refused(at: datetime, shop: Shop) -> None:
    for n in range(Rules().SECTION_LIMIT):
        services.add_section(shop=shop, name=f"组{n}", at=at)
    with pytest.raises(errors.SectionLimitReached):
        services.add_section(shop=shop, name="多", at=at)
    assert Section.objects.filter(shop=shop).count() == 20


def test_a_section_of_another_shop_is_refused_by_page_service_and_table(at: datetime, shop: Shop) -> None:
    other = story.shop(story.owner(at, 2), at, "隔壁小店")
    foreign = services.add_section(shop=other, name="别家", at=at)
    url = reverse("owner:pick-section", args=keys(shop, "3"))
    assert client_of(shop).post(url, {"section": foreign.pk}).status_code == 404
    with pytest.raises(NotFound):
        services.put_into_section(pick=the(shop, "3"), section=foreign)
    Pick.objects.filter(pk=the(shop, "3").pk).update(section=foreign)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="pick_in_shops_section"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_preview_shows_what_customers_see_before_they_can(at: datetime, shop: Shop) -> None:
    services.set_hidden(pick=the(shop, "3"), hidden=True)
    services.hide_shop(number=shop.number, reason="查一查", actor=story.SYSTEM_STAFF, at=at)
    html = client_of(shop).get(reverse("owner:shop-preview")).content.decode()
    assert html.count("<article") == 4
    assert "另有 1 件已隐藏或已下架" in html
    assert "小铺现在没有营业" in html


# --- Health ----------------------------------------------------------------------------------------------


def ill(shop: Shop, at: datetime) -> dict[str, list[Ailment]]:
    return {Good.objects.get(picks=key).title: wrong for key, wrong in ailing(shop, at=at)}


def test_what_ails_picks_is_found_and_nothing_else(at: datetime, supplier: Supplier, shop: Shop) -> None:
    assert ill(shop, at) == {}
    delist_good(good=the(shop, "0").good, actor=story.supplier_actor(supplier), at=at)
    Good.objects.filter(title="1").update(price_from_fen=1_002)
    Good.objects.filter(title="2").update(rate_bp=1999)
    for title, left in (("3", 9), ("4", 0)):
        Sku.objects.filter(good__title=title).update(available=left, received=left)
    assert ill(shop, at) == {
        "0": [Ailment.OFF_SALE],
        "4": [Ailment.SOLD_OUT],
        "2": [Ailment.RATE_DOWN],
        "1": [Ailment.PRICE_UP],
        "3": [Ailment.LOW_STOCK],
    }
    assert list(ill(shop, at)) == ["0", "4", "2", "1", "3"]
    Sku.objects.filter(good__title="3").update(available=10, received=10)
    Good.objects.filter(title="1").update(price_from_fen=1_001)
    Good.objects.filter(title="2").update(rate_bp=2000)
    assert list(ill(shop, at)) == ["0", "4"]


@pytest.mark.parametrize(("begins", "ends"), [(1, 2), (-2, -1), (-2, 0)])
def test_a_good_out_of_its_season_is_told_as_such(at: datetime, shop: Shop, begins: int, ends: int) -> None:
    hours = timedelta(hours=1)
    Good.objects.filter(title="3").update(sale_from=at - hours, sale_until=at + hours)
    assert ill(shop, at) == {}
    Good.objects.filter(title="3").update(sale_from=at + begins * hours, sale_until=at + ends * hours)
    assert ill(shop, at) == {"3": [Ailment.OFF_SEASON]}


def test_a_coming_lower_rate_is_told_and_what_was_noted_is_not(at: datetime, shop: Shop) -> None:
    Good.objects.filter(title="1").update(next_rate_bp=1000, next_rate_at=at + timedelta(days=2))
    Good.objects.filter(title="2").update(price_from_fen=5_000, rate_bp=1000)
    assert ill(shop, at) == {"1": [Ailment.RATE_FALLS], "2": [Ailment.RATE_DOWN, Ailment.PRICE_UP]}
    client_of(shop).post(reverse("owner:pick-note", args=keys(shop, "2")), {"back": "health"})
    assert list(ill(shop, at)) == ["1"]


def test_substitutes_are_of_the_category_earn_more_and_come_nearest_in_price(
    at: datetime, supplier: Supplier, shop: Shop
) -> None:
    row = the(shop, "0")  # 1,000 fen at 2000 bp; the other four in the shop earn more, but are picked

    def made(title: str, price: int, rate: int, stock: int = 50) -> Good:
        return story.good(supplier, at, title=title, price_fen=price, rate_bp=rate, stock=stock)

    near = made("近", 1_010, 2000)
    cheaper = made("低价高佣", 900, 3000)
    far = made("远", 3_000, 2000)
    made("一样多", 1_000, 2000)
    made("赚得少", 1_001, 1000)
    made("太贵", 4_001, 2000)
    made("太便宜", 249, 5000)
    made("缺货", 1_005, 3000, stock=0)
    delist_good(good=made("已下架", 1_001, 3000), actor=story.supplier_actor(supplier), at=at)
    assert substitutes_for(row) == [near, cheaper, far]
    assert substitutes_for(row, many=1) == [near]


def test_one_tap_on_the_health_page_replaces(at: datetime, supplier: Supplier, shop: Shop) -> None:
    better = story.good(supplier, at, title="更好", price_fen=1_100, rate_bp=3000)
    row, client = the(shop, "2"), client_of(shop)
    delist_good(good=row.good, actor=story.supplier_actor(supplier), at=at)
    html = client.get(reverse("owner:health")).content.decode()
    assert "1 件商品需要看一看" in html
    assert "更好" in html
    client.post(
        reverse("owner:pick-replacement", args=[row.pk]), {"good": better.public_id, "back": "health"}
    )
    assert picks_of(shop)[2].good == better
    assert "选品都好" in client.get(reverse("owner:health")).content.decode()
