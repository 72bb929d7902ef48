"""The owner's pages of storefronts: joining, the shop, the pool, picks and sharing, empty and full."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RealName
from accounts.services import sign_up
from storefronts import services as storefronts
from storefronts.models import InvitationCode, Owner, Pick, Poster, ShareLink, Shop
from storefronts.services import DRAW_POSTER, draw_poster_job
from storefronts.services import picks as pick_service
from storefronts.services.standing import (
    Violations,
    mark_bought,
    write_debt,
    write_tier,
    write_violations,
)
from suppliers.services import delist_good
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.models import Job, JobStatus
from taoxiaopu.kernel.settings import Rules
from tests.factories import numbers, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> datetime:
    return clock.now()


def signed_in(owner: Owner) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def page(client: Client, name: str, *args: object, query: str = "", status: int = 200) -> str:
    answer = client.get(reverse(f"owner:{name}", args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


# --- Joining ---------------------------------------------------------------------------------------------


def code(at: datetime, **changes: object) -> str:
    fields: dict[str, object] = {"max_uses": 1, "expires_at": at + timedelta(days=1)}
    made = storefronts.issue_invitation(actor=story.SYSTEM_STAFF, at=at, **(fields | changes))  # type: ignore[arg-type]
    return made.code


def join(client: Client, invitation: str, **changes: str) -> tuple[int, str]:
    fields = {"invitation": invitation, "name": "王小满", "id_number": numbers.identity(7), "consent": "on"}
    answer = client.post(reverse("owner:join"), fields | changes)
    return answer.status_code, answer.content.decode()


def test_who_is_no_owner_is_led_to_joining_and_strangers_to_sign_in() -> None:
    client = Client()
    assert client.get(reverse("owner:home")).url.startswith(reverse("account_login"))  # type: ignore[attr-defined]
    client.force_login(story.user(1))
    assert client.get(reverse("owner:pool")).url == reverse("owner:join")  # type: ignore[attr-defined]
    html = page(client, "join")
    assert "后三位就是信用分" in html
    assert "138****1701" in html


def test_an_expired_code_is_refused_on_its_field_and_what_was_typed_is_kept(at: datetime) -> None:
    client = Client()
    client.force_login(story.user(1))
    invitation = code(at - timedelta(days=3), expires_at=at - timedelta(days=2))
    status, html = join(client, invitation)
    assert status == 400
    assert "邀请码无效：已于" in html
    assert "过期" in html
    assert 'value="王小满"' in html
    assert f'value="{numbers.identity(7)}"' in html
    assert not Owner.objects.exists()


def test_a_score_of_700_is_refused_and_701_passes(at: datetime) -> None:
    client, invitation = Client(), code(at)
    client.force_login(story.user(1, score=700))
    status, html = join(client, invitation)
    assert (status, "您的信用分为 700，开店须超过 700 分" in html) == (400, True)
    assert not Owner.objects.exists()
    assert InvitationCode.objects.get().uses == 0
    client.force_login(story.user(2, score=701))
    status, _html = join(client, invitation, id_number=numbers.identity(8))
    assert status == 302
    assert Owner.objects.count() == 1
    assert InvitationCode.objects.get().uses == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id_number": "110101199003070000"}, "身份证号有误"),
        ({"id_number": numbers.identity(7, born="20200101")}, "开店须年满 18 周岁"),
        ({"consent": ""}, "须同意核验才能开店"),
        ({"name": "王"}, "请填写真实姓名"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_joins(
    at: datetime, changes: dict[str, str], sentence: str
) -> None:
    client = Client()
    client.force_login(story.user(1))
    status, html = join(client, code(at), **changes)
    assert (status, sentence in html) == (400, True)
    assert not Owner.objects.exists()


def test_a_provider_that_does_not_answer_keeps_what_was_typed(at: datetime) -> None:
    client = Client()
    client.force_login(story.user(1, score=0))
    status, html = join(client, code(at))
    assert (status, "信用服务暂时没有回应" in html, 'value="王小满"' in html) == (400, True, True)


def test_who_signs_in_by_e_mail_is_told_to_use_a_phone(at: datetime) -> None:
    client = Client()
    client.force_login(sign_up(nickname="无号", password=story.PASSWORD, email="owner@example.com"))
    status, html = join(client, code(at))
    assert (status, "请用手机号注册的账号开店" in html) == (400, True)
    assert not Owner.objects.exists()


@pytest.mark.parametrize(("days", "status"), [(30, 400), (31, 302)])
def test_a_score_counts_for_thirty_days(at: datetime, days: int, status: int) -> None:
    user, client = story.user(1, score=700), Client()
    client.force_login(user)
    assert join(client, code(at))[0] == 400
    user.set_phone(numbers.phone(1, 900))
    user.save()
    record = RealName.objects.get()
    RealName.objects.update(
        credit_checked_at=record.credit_checked_at - timedelta(days=days) + timedelta(minutes=1)
    )
    assert join(client, code(at))[0] == status


# --- Shop ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("小满的店", "可以使用，将显示为「小满的店-淘小铺」"),
        ("旗\u200b 舰", "名称不能含有“旗舰”或类似字样"),
        ("店", "名称至少要有 2 个字符"),
        ("奇舰好物", "需要人工审核"),
        ("别人的店", "店名“别人的店”已被使用"),
        ("小满淘小铺", "名称不用填写“淘小铺”"),
    ],
)
def test_a_name_is_judged_while_it_is_typed(at: datetime, name: str, sentence: str) -> None:
    story.shop(story.owner(at, 1), at, name="别人的店")
    client = signed_in(story.owner(at, 2))
    answer = client.get(reverse("owner:name-check"), {"name": name})
    assert sentence in answer.content.decode()


def test_a_shop_is_opened_and_shows_number_link_and_checklist(at: datetime) -> None:
    client = signed_in(story.owner(at))
    assert client.get(reverse("owner:shop")).url == reverse("owner:open-shop")  # type: ignore[attr-defined]
    answer = client.post(reverse("owner:open-shop"), {"name": "旗舰小店", "description": "好物"})
    assert answer.status_code == 400
    assert "旗舰小店" in answer.content.decode()
    assert not Shop.objects.exists()
    assert (
        client.post(reverse("owner:open-shop"), {"name": "小满 的店", "description": "好物"}).status_code
        == 302
    )
    made = Shop.objects.get()
    html = page(client, "shop", query="?opened=1")
    assert made.number in html
    assert len(made.number) == 6
    assert "小满 的店-淘小铺" in html
    assert ShareLink.objects.get(shop=made, good=None).code in html
    assert "0/1000" in html
    assert "还没有商品，客人进店看不到东西" in html
    qr = client.get(reverse("owner:shop-qr"))
    assert qr["Content-Type"] == "image/png"
    assert qr.content.startswith(b"\x89PNG")
    again = client.post(reverse("owner:open-shop"), {"name": "第二家店"})
    assert "您当前等级最多可开 1 家小铺" in again.content.decode()
    assert Shop.objects.count() == 1


def test_a_doubtful_name_waits_for_review_and_the_page_says_what_is_locked(at: datetime) -> None:
    client = signed_in(story.owner(at))
    client.post(reverse("owner:open-shop"), {"name": "奇舰好物"})
    html = page(client, "shop")
    assert "店名审核中" in html
    assert "店名审核通过后开放；现在可以先选货" in html


def test_name_and_description_change_together_or_not_at_all(at: datetime) -> None:
    shop = story.shop(story.owner(at), at)
    client, url = signed_in(shop.owner), reverse("owner:shop-edit")
    assert client.post(url, {"name": "小满的店", "description": "新简介"}).status_code == 302
    shop.refresh_from_db()
    assert (shop.description, shop.renamed_at) == ("新简介", None)
    assert client.post(url, {"name": "大满的店", "description": "新简介"}).status_code == 302
    refused = client.post(url, {"name": "中满的店", "description": "不该保存"})
    assert (refused.status_code, "24 小时内只能修改一次" in refused.content.decode()) == (400, True)
    shop.refresh_from_db()
    assert (shop.name, shop.description) == ("大满的店", "新简介")


@pytest.mark.parametrize(
    ("days", "points", "debt_fen", "opened"),
    [(90, 11, 0, True), (89, 11, 0, False), (90, 12, 0, False), (90, 11, 1, False)],
)
def test_a_second_shop_needs_tier_age_few_points_and_no_debt(
    at: datetime, days: int, points: int, debt_fen: int, opened: bool
) -> None:
    shop = story.shop(story.owner(at), at - timedelta(days=days))
    write_tier(owner=shop.owner, tier=3)
    write_violations(owner=shop.owner, violations=Violations(points, at.year), at=at)
    write_debt(owner=shop.owner, debt_fen=debt_fen, at=at)
    client = signed_in(shop.owner)
    assert "再开一家小铺" in page(client, "shop")
    answer = client.post(reverse("owner:open-shop"), {"name": "第二家店"})
    assert answer.status_code == (302 if opened else 400)
    assert ("再开一家小铺须第一家开满 90 天" in answer.content.decode()) is not opened
    assert Shop.objects.count() == (2 if opened else 1)
    if opened:
        second = Shop.objects.latest("id")
        assert second.number in page(client, "shop")
        client.get(reverse("owner:shop") + f"?use={shop.number}")
        assert shop.number in page(client, "home")


def test_two_owners_who_take_one_name_at_once_get_a_sentence(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.shop(story.owner(at, 1), at, name="小满的店")
    other = story.owner(at, 2)
    real = Shop.objects.filter
    calls: list[object] = []

    def blind(*args: object, **kwargs: object) -> object:
        if "name_skeleton" in kwargs and not calls:
            calls.append(1)
            return Shop.objects.none()
        return real(*args, **kwargs)

    monkeypatch.setattr(Shop.objects, "filter", blind)
    answer = signed_in(other).post(reverse("owner:open-shop"), {"name": "小满的店"})
    assert (answer.status_code, "已被使用" in answer.content.decode()) == (400, True)
    assert Shop.objects.count() == 1


# --- Pool and picks --------------------------------------------------------------------------------------


def test_the_pool_shows_what_each_good_earns_at_the_owners_tier(at: datetime) -> None:
    supplier = story.supplier(at)
    story.good(supplier, at, price_fen=10_000, rate_bp=2000, title="滋润面霜 50g")
    story.good(supplier, at, price_fen=1980, rate_bp=910, title="护手霜 30g")
    shop = story.shop(story.owner(at), at)
    client = signed_in(shop.owner)
    html = page(client, "pool")
    assert earned(html) == ["18.00", "1.62"] or earned(html) == ["1.62", "18.00"]
    write_tier(owner=shop.owner, tier=3)
    assert sorted(earned(page(client, "pool"))) == ["1.71", "19.00"]
    assert earned(page(client, "pool", query="?sort=earn")) == ["19.00", "1.71"]
    assert earned(page(client, "pool", query="?q=面霜")) == ["19.00"]
    assert earned(page(client, "pool", query="?category=food")) == []
    assert "没有找到" in page(client, "pool", query="?q=没有这个")


def earned(html: str) -> list[str]:
    """The sums beside 「赚」, in the order of the page."""
    found = re.findall(
        r'class="earn [^"]*">\s*\S*?<span class="money[^>]*>.*?<span>([\d,]+)</span>.*?<span class="money-fen">(\.\d\d)',
        html,
        re.S,
    )
    return [yuan + fen for yuan, fen in found]


def test_one_tap_picks_by_htmx_and_the_button_becomes_the_next_step(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    shop = story.shop(story.owner(at), at)
    client = signed_in(shop.owner)
    answer = client.post(reverse("owner:pick", args=[good.public_id]), headers={"HX-Request": "true"})
    assert "已选入" in answer.content.decode()
    assert "分享赚" in answer.content.decode()
    pick = Pick.objects.get(shop=shop, good=good)
    assert pick.slot == 1
    assert reverse("owner:share", args=[pick.pk]) in page(client, "pool")
    client.post(reverse("owner:pick", args=[good.public_id]))
    assert Pick.objects.count() == 1
    assert "滋润面霜 50g" in page(client, "shop")


def test_the_pick_after_the_last_slot_is_refused_with_a_sentence(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    supplier = story.supplier(at)
    first, second = (story.good(supplier, at, title=f"滋润面霜 {n}g") for n in range(2))
    shop = story.shop(story.owner(at), at)
    monkeypatch.setattr(pick_service, "rules_at", lambda at: Rules(PICK_LIMIT=1))
    client = signed_in(shop.owner)
    client.post(reverse("owner:pick", args=[first.public_id]))
    answer = client.post(reverse("owner:pick", args=[second.public_id]), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "小铺最多选 1 件商品" in answer["HX-Trigger"].encode().decode("unicode_escape")
    assert Pick.objects.get().good == first


def test_a_delisted_pick_is_shown_as_invalid_and_counts_until_it_is_removed(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    client = signed_in(shop.owner)
    delist_good(good=good, actor=story.supplier_actor(good.supplier), at=at)
    html = page(client, "shop")
    assert "有 1 件商品已下架" in html
    assert "已失效" in html
    assert "1/1000" in html
    client.post(reverse("owner:unpick", args=[Pick.objects.get().pk]))
    assert "0/1000" in page(client, "shop")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("好" * 201, "推荐理由最多 200 字"),
        ("这是最好的面霜", "推荐理由含广告法禁用词：最好"),
        ("我亲测有用", "购买并确认收货后，才能写"),
    ],
)
def test_a_bad_recommendation_is_refused_with_its_reason_and_kept_in_the_box(
    at: datetime, text: str, sentence: str
) -> None:
    shop = story.picked_shop(at, story.good(story.supplier(at), at))
    pick = Pick.objects.get()
    answer = signed_in(shop.owner).post(
        reverse("owner:pick-detail", args=[pick.pk]), {"recommendation": text}
    )
    html = answer.content.decode()
    assert (answer.status_code, sentence in html, text in html) == (400, True, True)
    pick.refresh_from_db()
    assert pick.recommendation == ""


def test_a_recommendation_of_200_characters_and_of_a_buyer_is_kept(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    pick = Pick.objects.get()
    client, url = signed_in(shop.owner), reverse("owner:pick-detail", args=[pick.pk])
    assert client.post(url, {"recommendation": "好" * 200}).status_code == 302
    mark_bought(user_id=shop.owner.user_id, good_id=good.pk)
    assert client.post(url, {"recommendation": "我亲测有用"}).status_code == 302
    pick.refresh_from_db()
    assert pick.recommendation == "我亲测有用"


def test_the_page_of_a_good_breaks_its_earning_down(at: datetime) -> None:
    good = story.good(story.supplier(at), at, stock=7)
    shop = story.shop(story.owner(at), at)
    write_tier(owner=shop.owner, tier=4)
    html = page(signed_in(shop.owner), "good", good.public_id)
    amounts = [text for text in ("20", "2", "1", "19") if f"<span>{text}</span>" in html]
    assert amounts == ["20", "2", "1", "19"]
    assert ">.60<" in html  # bonus 1.60, so 19.60 in hand
    assert "库存 7" in html
    assert "付款后 48 小时内发货" in html
    assert good.supplier.name in html


# --- Sharing ---------------------------------------------------------------------------------------------


def draw_all(at: datetime) -> None:
    assert jobs.work_off(DRAW_POSTER, at=at, work=draw_poster_job) == 2


def test_sharing_makes_link_captions_and_two_posters_that_appear_when_drawn(at: datetime) -> None:
    shop = story.picked_shop(at, story.good(story.supplier(at), at))
    pick, client = Pick.objects.get(), signed_in(shop.owner)
    assert "生成海报和文案" in page(client, "share", pick.pk)
    assert not ShareLink.objects.filter(good__isnull=False).exists()
    answer = client.post(reverse("owner:share", args=[pick.pk]), {"channel": "moments"})
    assert answer.status_code == 302
    html = page(client, "share", pick.pk, query="?channel=moments")
    link = ShareLink.objects.get(good=pick.good)
    assert link.channel == "moments"
    assert f"/x/{link.code}" in html
    assert html.count("生成中") == 2
    assert "hx-get=" in html
    assert "广告" in html
    draw_all(clock.now())
    drawn = page(client, "share-posters", link.code)
    assert drawn.count("<img") == 2
    assert "hx-get" not in drawn
    for poster in Poster.objects.all():
        picture = client.get(reverse("owner:poster", args=[poster.public_id]))
        body = picture.content
        is_png = body.startswith(b"\x89PNG")
        assert picture["Content-Type"] == ("image/png" if is_png else "image/jpeg")
        assert picture["Cache-Control"] == "private, max-age=31536000, immutable"
        assert is_png or body.startswith(b"\xff\xd8")


def test_a_poster_that_failed_can_be_asked_for_again(at: datetime) -> None:
    shop = story.picked_shop(at, story.good(story.supplier(at), at))
    pick, client = Pick.objects.get(), signed_in(shop.owner)
    client.post(reverse("owner:share", args=[pick.pk]), {"channel": "wechat"})
    Job.objects.filter(kind=DRAW_POSTER).update(status=JobStatus.FAILED)
    html = page(client, "share", pick.pk)
    assert html.count("没有画成") == 2
    assert 'hx-trigger="load delay' not in html
    poster = Poster.objects.first()
    assert poster is not None
    client.post(reverse("owner:poster-retry", args=[poster.public_id]))
    assert Job.objects.get(key=poster.public_id).status == JobStatus.WAITING
    assert client.get(reverse("owner:poster", args=[poster.public_id])).status_code == 404


def test_a_new_recommendation_asks_for_new_posters(at: datetime) -> None:
    shop = story.picked_shop(at, story.good(story.supplier(at), at))
    pick, client = Pick.objects.get(), signed_in(shop.owner)
    client.post(reverse("owner:share", args=[pick.pk]))
    client.post(reverse("owner:pick-detail", args=[pick.pk]), {"recommendation": "冬天用它很润"})
    assert "生成海报和文案" in page(client, "share", pick.pk)
    client.post(reverse("owner:share", args=[pick.pk]))
    assert Poster.objects.count() == 4
    assert ShareLink.objects.filter(good=pick.good).count() == 1


def test_a_closed_name_or_good_is_not_shared(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    pick, client = Pick.objects.get(), signed_in(shop.owner)
    storefronts.hide_shop(number=shop.number, actor=story.SYSTEM_STAFF, at=at, reason="检查")
    client.post(reverse("owner:share", args=[pick.pk]))
    assert "小铺状态为“已隐藏”，暂时不能分享" in page(client, "share", pick.pk)
    assert not Poster.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?category=%00",
        "?page=-1&sort=nonsense",
        "?after=99999999999.1",
        "?after=x",
        "?price_from=-1&price_to=x",
    ],
)
def test_odd_questions_to_the_pool_are_answered(at: datetime, query: str) -> None:
    client = signed_in(story.shop(story.owner(at), at).owner)
    answer = client.get(reverse("owner:pool") + query)
    assert answer.status_code == (400 if "%00" in query else 200)
    assert client.post(reverse("owner:pick-many"), {"goods": ["a\x00b"]}).status_code == 302
    assert not Pick.objects.exists()


# --- Strangers -------------------------------------------------------------------------------------------


def test_another_owners_things_do_not_exist(at: datetime) -> None:
    shop = story.picked_shop(at, story.good(story.supplier(at), at))
    signed_in(shop.owner).post(reverse("owner:share", args=[Pick.objects.get().pk]))
    draw_all(clock.now())
    pick, poster = Pick.objects.get(), Poster.objects.first()
    assert poster is not None
    stranger = signed_in(story.shop(story.owner(at, 2), at, name="别家小店").owner)
    for name, key in [
        ("pick-detail", pick.pk),
        ("share", pick.pk),
        ("share-posters", pick.pk),
        ("poster", poster.public_id),
    ]:
        assert stranger.get(reverse(f"owner:{name}", args=[key])).status_code == 404
    for name, key in [("unpick", pick.pk), ("share", pick.pk), ("poster-retry", poster.public_id)]:
        assert stranger.post(reverse(f"owner:{name}", args=[key])).status_code == 404
    assert stranger.get(reverse("owner:shop") + f"?use={shop.number}").status_code == 404
    pick.refresh_from_db()
    assert pick.slot == 1
