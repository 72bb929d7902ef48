"""Sharing a good, several goods or the shop: greetings, passcodes, poster truth, the archive, and what a scan finds."""

import io
import re
import zipfile
from datetime import datetime, timedelta

import pytest
import zxingcpp
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from storefronts import access, errors, services
from storefronts.models import Click, Passcode, Pick, Poster, ShareLink, Shop
from storefronts.services import DRAW_POSTER, draw_poster_job, poster_path
from storefronts.states import Channel, PosterStyle
from suppliers import services as suppliers
from suppliers.models import Good, Sku
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.settings import Rules
from tests.factories import browsing, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def shop(at: datetime) -> Shop:
    supplier = story.supplier(at)
    goods = [story.good(supplier, at, title=f"滋润面霜 {n} 号", price_fen=10_000 + n) for n in range(5)]
    return story.picked_shop(at, *goods)


@pytest.fixture
def pick(shop: Shop) -> Pick:
    return shop.picks.order_by("pk")[0]


def owner_of(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.owner.user)
    return client


def draw(at: datetime) -> int:
    return jobs.work_off(DRAW_POSTER, at=at, work=draw_poster_job)


def picture(poster: Poster) -> Image.Image:
    poster.refresh_from_db()
    return Image.open(io.BytesIO(poster_path(poster.file).read_bytes()))


def codes(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


class TestPasscodes:
    def test_a_passcode_is_eleven_characters_for_thirty_days(self, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        assert made.passcode
        assert re.fullmatch(r"[0-9A-Za-z]{11}", made.passcode.code)
        assert made.passcode.expires_at - at == timedelta(days=30)
        assert made.spoken.startswith("广告｜滋润面霜 0 号，100 元。")
        assert made.spoken.endswith(f"￥{made.passcode.code}￥")
        assert "http" not in made.spoken

    @pytest.mark.parametrize(
        ("channel", "asked", "made"),
        [
            (Channel.WECHAT, None, False),
            (Channel.MOMENTS, None, False),
            (Channel.WEIBO, None, True),
            (Channel.DOUYIN, None, True),
            (Channel.WECHAT, True, True),
            (Channel.WEIBO, False, False),
        ],
    )
    def test_wechat_gets_none_unless_the_owner_asks(
        self, pick: Pick, at: datetime, channel: Channel, asked: bool | None, made: bool
    ) -> None:
        shared = services.share(pick=pick, channel=channel, with_passcode=asked, at=at)
        assert (shared.passcode is not None, Passcode.objects.count()) == (made, int(made))
        assert bool(shared.spoken) is made

    def test_it_is_kept_while_half_of_its_time_is_left(self, pick: Pick, at: datetime) -> None:
        def code(days: float, seconds: int = 0) -> str:
            later = at + timedelta(days=days, seconds=seconds)
            found = services.share(pick=pick, channel=Channel.WEIBO, at=later).passcode
            assert found
            return found.code

        assert code(0) == code(15, -1)
        assert code(0) != code(15)
        assert Passcode.objects.count() == 2

    def test_it_opens_the_good_until_the_second_it_ends(self, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        for seconds, is_open in ((-1, True), (0, False)):
            when = at + timedelta(days=30, seconds=seconds)
            if is_open:
                assert access.pasted(made.spoken, network="n", at=when).link == made.link
            else:
                with pytest.raises(errors.PasscodeExpired):
                    access.pasted(made.spoken, network="n", at=when)

    @pytest.mark.parametrize(
        "marks", ["￥{}￥", "¥{}¥", "₤{}₤", "${}$", "€{}€", "({})", "（{}）", "《{}》", "￥ {} ￥"]
    )
    def test_it_is_found_between_any_of_the_marks(self, pick: Pick, at: datetime, marks: str) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        assert made.passcode
        text = "看这个 " + marks.format(made.passcode.code) + " 打开就行"
        assert access.pasted(text, network="n", at=at).link == made.link

    @pytest.mark.parametrize("change", [str.swapcase, lambda code: code[:10], lambda code: code + "A"])
    def test_case_and_length_matter(self, pick: Pick, at: datetime, change: object) -> None:
        Passcode.objects.create(
            code="aBcDeFgHiJk",
            link=services.share(pick=pick, channel=Channel.WECHAT, at=at).link,
            created_at=at,
            expires_at=at + timedelta(days=1),
        )
        assert access.pasted("￥aBcDeFgHiJk￥", network="n", at=at)
        with pytest.raises(errors.NothingPasted):
            access.pasted(f"￥{change('aBcDeFgHiJk')}￥", network="n", at=at)  # type: ignore[operator]

    def test_thirty_a_minute_from_one_network_and_no_more(self, at: datetime) -> None:
        for _n in range(30):
            with pytest.raises(errors.NothingPasted):
                access.pasted("￥AAAAAAAAAAA￥", network="10.0.0.1", at=at)
        with pytest.raises(errors.TooManyPastes):
            access.pasted("￥AAAAAAAAAAA￥", network="10.0.0.1", at=at)
        with pytest.raises(errors.NothingPasted):
            access.pasted("￥AAAAAAAAAAA￥", network="10.0.0.2", at=at)

    def test_the_database_refuses_other_shapes_and_no_time(self, pick: Pick, at: datetime) -> None:
        link = services.share(pick=pick, channel=Channel.WECHAT, at=at).link
        for changes in ({"code": "short"}, {"code": "aBcDeFgHiJ-"}, {"expires_at": at}):
            fields = {"code": "aBcDeFgHiJk", "expires_at": at + timedelta(days=1)} | changes
            with pytest.raises(IntegrityError), transaction.atomic():
                Passcode.objects.create(link=link, created_at=at, **fields)


class TestPasting:
    def test_a_whole_text_opens_the_good_and_counts_as_the_owners_click(
        self, shop: Shop, pick: Pick, at: datetime
    ) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        client = browsing.client()
        answer = client.get("/open/", {"text": made.spoken})
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"/s/{shop.number}/g/{pick.good.public_id}/?c=")
        click = Click.objects.get()
        assert (click.link, click.way, click.counted) == (made.link, "passcode", True)
        assert client.cookies["txv"].value

    def test_links_and_shop_numbers_open_too(self, shop: Shop, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        client = browsing.client()
        assert f"/g/{pick.good.public_id}/" in client.get("/open/", {"text": f"看 {made.url} 吧"})["Location"]
        full = "".join(chr(ord(digit) + 0xFEE0) for digit in shop.number)
        for text in (shop.number, f"搜 {shop.number} 进店", f"13911112222 {full}"):
            assert client.get("/open/", {"text": text})["Location"].startswith(f"/s/{shop.number}/?c=")
        assert list(Click.objects.order_by("pk").values_list("way", flat=True)) == ["link", *["number"] * 3]

    @pytest.mark.parametrize(
        "text", ["你好", "￥AAAAAAAAAAA￥", "139111122223", "000000", "<script>", "x" * 5000]
    )
    def test_what_leads_nowhere_is_told_so(self, text: str) -> None:
        answer = browsing.client().get("/open/", {"text": text})
        html = answer.content.decode()
        assert answer.status_code == 404
        assert "没有认出口令、链接或店铺号" in html
        assert "<script>" not in html.split("<main")[1].split("</main")[0]
        assert not Click.objects.exists()

    def test_closed_shops_and_ended_passcodes_say_so(self, shop: Shop, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        client = browsing.client()
        services.hide_shop(number=shop.number, actor=story.SYSTEM_STAFF, at=at, reason="检查")
        answer = client.get("/open/", {"text": made.spoken})
        assert (answer.status_code, "小铺暂停营业" in answer.content.decode()) == (410, True)
        assert client.get("/open/", {"text": shop.number}).status_code == 404
        Passcode.objects.update(created_at=at - timedelta(days=31), expires_at=at - timedelta(days=1))
        answer = client.get("/open/", {"text": made.spoken})
        assert (answer.status_code, "这个口令已过期" in answer.content.decode()) == (410, True)

    def test_home_has_the_box_and_a_look_ahead_is_no_click(self, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WEIBO, at=at)
        client = browsing.client()
        assert f'action="{reverse("open-pasted")}"' in client.get("/").content.decode()
        assert (
            client.get("/open/", {"text": made.spoken}, headers={"sec-purpose": "prefetch"}).status_code
            == 302
        )
        assert client.head("/open/", {"text": made.spoken}).status_code == 302
        assert not Click.objects.exists()


class TestGreetings:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("全网第一的好物", "含广告法禁用词"),
            ("字" * 25, "最多 24 个字"),
            ("亲测好用，推荐", "购买并确认收货后"),
        ],
    )
    def test_what_advertising_may_not_say_is_refused_and_nothing_changes(
        self, pick: Pick, at: datetime, text: str, why: str
    ) -> None:
        with pytest.raises(errors.BadGreeting) as refused:
            services.share(pick=pick, channel=Channel.WECHAT, greeting=text, at=at)
        assert why in refused.value.sentence
        assert not Poster.objects.exists()
        assert not ShareLink.objects.filter(good=pick.good).exists()

    def test_a_greeting_is_drawn_kept_and_taken_away(self, pick: Pick, at: datetime) -> None:
        seconds = iter(range(9))

        def share(greeting: str | None) -> list[bytes]:
            when = at + timedelta(seconds=next(seconds))
            made = services.share(pick=pick, channel=Channel.WECHAT, greeting=greeting, at=when)
            draw(when)
            return [picture(poster).tobytes() for poster in made.posters]

        plain, greeted = share(None), share(" 周末愉快 \n 挑一件 ")
        assert ShareLink.objects.get(good=pick.good).greeting == "周末愉快 挑一件"
        assert all(before != after for before, after in zip(plain, greeted, strict=True))
        assert share(None) == greeted
        assert share("") == plain
        assert Poster.objects.count() == 4  # what was drawn before is taken again
        assert share("字" * 24) != plain

    def test_use_may_be_claimed_once_it_was_bought(self, pick: Pick, at: datetime) -> None:
        pick.bought = True
        assert (
            services.share(pick=pick, channel=Channel.WECHAT, greeting="亲测好用", at=at).link.greeting
            == "亲测好用"
        )

    def test_a_recommendation_that_may_not_be_said_any_more_is_left_out(
        self, pick: Pick, at: datetime
    ) -> None:
        Pick.objects.filter(pk=pick.pk).update(recommendation="全网第一的面霜")
        pick.refresh_from_db()
        made = services.share(pick=pick, channel=Channel.WECHAT, at=at)
        assert all("第一" not in caption.main + (caption.follow_up or "") for caption in made.captions)


class TestShop:
    def test_one_tap_shares_the_shop_with_its_newest_goods(self, shop: Shop, at: datetime) -> None:
        made = services.share_shop(shop=shop, channel=Channel.WEIBO, at=at)
        newest = list(shop.picks.order_by("-picked_at", "-pk").values_list("pk", flat=True)[:4])
        assert [poster.shown for poster in made.posters] == [newest, newest]
        assert made.link.good is None
        assert made.spoken.startswith("广告｜小满的店1-淘小铺。")
        assert len({caption.main for caption in made.captions}) == 3
        for caption in made.captions:
            for text in filter(None, (caption.main, caption.follow_up)):
                assert text.startswith("广告｜") or text.endswith("广告")
                assert made.url in text
        assert draw(at) == 2
        for poster in made.posters:
            image = picture(poster)
            assert image.size == ((750, 1334) if poster.style == PosterStyle.PORTRAIT else (1080, 1080))
            assert codes(image) == [made.url]

    def test_it_is_found_again_until_something_on_it_changes(self, shop: Shop, at: datetime) -> None:
        picks = list(shop.picks.order_by("pk")[:2])
        services.share_shop(shop=shop, channel=Channel.WEIBO, picks=picks, at=at)
        found = services.shop_shared(shop=shop, channel=Channel.WEIBO, at=at)
        assert found
        assert [poster.shown for poster in found.posters] == [[p.pk for p in picks]] * 2
        assert services.shop_shared(shop=shop, channel=Channel.WECHAT, at=at) is None
        Good.objects.filter(pk=picks[0].good_id).update(price_from_fen=9_900)
        assert services.shop_shared(shop=shop, channel=Channel.WEIBO, at=at) is None
        picks[0].good.refresh_from_db()
        services.share_shop(shop=shop, channel=Channel.WEIBO, picks=picks, at=at)
        assert (Poster.objects.count(), ShareLink.objects.filter(channel="weibo").count()) == (4, 1)

    def test_five_goods_foreign_and_delisted_ones_are_refused(self, shop: Shop, at: datetime) -> None:
        def refused(picks: list[Pick]) -> type[Exception]:
            with pytest.raises((errors.TooManyShown, errors.NotInPool)) as error:
                services.share_shop(shop=shop, channel=Channel.WEIBO, picks=picks, at=at)
            return error.type

        picks = list(shop.picks.select_related("good__supplier").order_by("pk"))
        assert refused(picks) is errors.TooManyShown
        other = story.picked_shop(at, picks[0].good, n=2)
        assert refused(list(other.picks.all())) is errors.NotInPool
        suppliers.delist_good(good=picks[1].good, actor=story.supplier_actor(picks[1].good.supplier), at=at)
        assert refused(list(shop.picks.order_by("pk")[1:2])) is errors.NotInPool
        assert not Poster.objects.exists()
        assert services.share_shop(shop=shop, channel=Channel.WEIBO, picks=picks[:1] + picks[2:], at=at)

    def test_the_page_shares_several_goods_and_shows_them(self, shop: Shop, at: datetime) -> None:
        client, address = owner_of(shop), reverse("owner:share-shop")
        assert "生成海报和文案" in client.get(address).content.decode()
        chosen = list(shop.picks.order_by("pk").values_list("pk", flat=True)[:3])
        client.post(address, {"channel": "weibo", "picks": chosen, "greeting": "进店坐坐"})
        html = client.get(address + "?channel=weibo").content.decode()
        assert [html.count("生成中"), html.count(" checked")] == [2, 3]
        assert 'href="sinaweibo://"' in html
        assert "进店坐坐" in html
        assert f"￥{Passcode.objects.get().code}￥" in html
        client.post(address, {"channel": "weibo", "picks": list(shop.picks.values_list("pk", flat=True))})
        assert "一张店铺海报最多放 4 件商品" in client.get(address).content.decode()
        other = story.picked_shop(at, story.good(story.supplier(at, 2), at), n=2)
        assert client.post(address, {"picks": [other.picks.get().pk]}).status_code == 404
        assert Poster.objects.count() == 2

    def test_a_hidden_shop_is_not_shared(self, shop: Shop, at: datetime) -> None:
        services.hide_shop(number=shop.number, actor=story.SYSTEM_STAFF, at=at, reason="检查")
        shop.refresh_from_db()
        with pytest.raises(errors.ShopClosed):
            services.share_shop(shop=shop, channel=Channel.WEIBO, at=at)
        assert (
            "小铺现在没有营业，不能分享" in owner_of(shop).get(reverse("owner:share-shop")).content.decode()
        )


class TestTruth:
    def test_a_scan_after_another_price_says_so_and_shows_the_new_one(
        self, shop: Shop, pick: Pick, at: datetime
    ) -> None:
        made = services.share(pick=pick, channel=Channel.WECHAT, at=at)
        draw(at)
        client = browsing.client()
        told = "价格变过：分享图上的价格可能是以前的"
        assert told not in client.get(f"/x/{made.link.code}", follow=True).content.decode()
        Good.objects.filter(pk=pick.good_id).update(price_from_fen=12_345)
        Sku.objects.filter(good=pick.good_id).update(price_fen=12_345)
        html = client.get(f"/x/{made.link.code}", follow=True).content.decode()
        assert told in html
        assert "<span>123</span>" in html
        assert told not in client.get(f"/s/{shop.number}/g/{pick.good.public_id}/").content.decode()

    def test_a_changed_good_gets_new_posters_and_the_old_files_stay_whole(
        self, pick: Pick, at: datetime
    ) -> None:
        first = services.share(pick=pick, channel=Channel.WECHAT, at=at)
        draw(at)
        old = [picture(poster).tobytes() for poster in first.posters]
        Good.objects.filter(pk=pick.good_id).update(price_from_fen=12_345)
        pick.good.refresh_from_db()
        assert services.shared(pick=pick, channel=Channel.WECHAT, at=at) is None
        again = services.share(pick=pick, channel=Channel.WECHAT, at=at)
        draw(at)
        assert again.link == first.link
        assert {poster.pk for poster in again.posters}.isdisjoint(poster.pk for poster in first.posters)
        assert [picture(poster).tobytes() for poster in first.posters] == old
        assert all(picture(p).tobytes() not in old for p in again.posters)
        assert set(Poster.objects.values_list("price_fen", flat=True)) == {10_000, 12_345}

    def test_a_drawing_that_stops_in_the_middle_leaves_no_file(
        self, pick: Pick, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = services.share(pick=pick, channel=Channel.WECHAT, at=at)

        def killed(*_args: object) -> None:
            raise OSError("no space left")

        monkeypatch.setattr("os.fsync", killed)
        monkeypatch.setattr("os.replace", killed)
        with pytest.raises(OSError, match="no space"):
            draw(at)
        monkeypatch.undo()
        folder = settings.MEDIA_ROOT / "posters"
        assert list(folder.rglob("*.jpg")) == []
        assert {poster.status for poster in Poster.objects.all()} == {"drawing"}
        assert (
            owner_of(made.link.shop).get(reverse("owner:posters-zip", args=[made.link.code])).status_code
            == 404
        )


class TestFiles:
    def test_all_posters_come_in_one_archive_that_is_always_the_same(self, pick: Pick, at: datetime) -> None:
        made = services.share(pick=pick, channel=Channel.WECHAT, at=at)
        draw(at)
        client = owner_of(made.link.shop)
        address = reverse("owner:posters-zip", args=[made.link.code])
        answer = client.get(address)
        assert answer["Content-Type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert sorted(archive.namelist()) == [
            f"{made.link.code}-{style}.jpg" for style in ("portrait", "square")
        ]
        assert archive.testzip() is None
        for poster in made.posters:
            poster.refresh_from_db()
            assert (
                archive.read(f"{made.link.code}-{poster.style}.jpg") == poster_path(poster.file).read_bytes()
            )
        assert client.get(address).content == answer.content

    def test_the_pages_jump_only_where_there_is_an_app(self, pick: Pick, at: datetime) -> None:
        client = owner_of(pick.shop)
        for channel, scheme in (
            ("wechat", "weixin://"),
            ("weibo", "sinaweibo://"),
            ("douyin", "snssdk1128://"),
        ):
            client.post(reverse("owner:share", args=[pick.pk]), {"channel": channel})
            html = client.get(reverse("owner:share", args=[pick.pk]) + f"?channel={channel}").content.decode()
            assert f'href="{scheme}"' in html
            assert 'data-jump="jump-guide"' in html
        client.post(reverse("owner:share", args=[pick.pk]), {"channel": "other"})
        assert (
            '://"'
            not in client.get(reverse("owner:share", args=[pick.pk]) + "?channel=other").content.decode()
        )

    def test_wechat_asks_before_it_makes_a_passcode(self, pick: Pick) -> None:
        client, address = owner_of(pick.shop), reverse("owner:share", args=[pick.pk])
        client.post(address, {"channel": "wechat"})
        html = client.get(address + "?channel=wechat").content.decode()
        assert "也生成口令" in html
        assert "￥" not in html
        client.post(address, {"channel": "wechat", "passcode": "1"})
        html = client.get(address + "?channel=wechat").content.decode()
        assert f"￥{Passcode.objects.get().code}￥" in html
        assert "也生成口令" not in html


def test_the_numbers_are_those_of_the_rules() -> None:
    rules = Rules()
    assert (rules.PASSCODE_VALID_D, rules.PASSCODE_TRIES_MIN, rules.GREETING_MAX) == (30, 30, 24)
