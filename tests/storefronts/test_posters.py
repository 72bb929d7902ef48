"""Posters: exact sizes, a code that phones can read, the word that the law asks for, and stable pixels."""

from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageStat

from storefronts import posters
from storefronts.posters import (
    SIZES,
    STYLES,
    PosterSpec,
    ShopPosterSpec,
    ShownGood,
    Style,
    draw_poster,
    draw_shop_poster,
    price_text,
    qr_png,
)
from suppliers.pictures import PictureSubject, draw_good_picture
from suppliers.pictures.lettering import width

GOLDEN = Path(__file__).parent / "golden"
URL = "https://taoxiaopu.example.com/x/k7m2qp9z"
HOSTILE = "{{7*7}}<script>alert('x')</script>😀\u200b\u202eé\u0301\u0333" + "W" * 40
both_styles = pytest.mark.parametrize("style", STYLES)


@lru_cache(maxsize=8)
def picture(title: str = "自然堂 雪域精粹纯粹滋润霜50g") -> bytes:
    return draw_good_picture(PictureSubject(title, "自然堂", "beauty", "A18164178225"), 600)


def spec(style: Style, **changes: object) -> PosterSpec:
    made = PosterSpec(
        style=style,
        picture=picture(),
        title="CHANDO/自然堂 雪域精粹纯粹滋润霜50g 补水保湿 滋润水润面霜",
        price_fen=13900,
        shop_name="小满的梳妆台-淘小铺",
        recommendation="换季脸干的姐妹看这里，质地清爽不黏，早晚都能用。",
        url=URL,
    )
    return replace(made, **changes)


@lru_cache(maxsize=8)
def drawn(made: PosterSpec) -> Image.Image:
    return Image.open(BytesIO(draw_poster(made))).convert("RGB")


def codes(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference of a channel, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(first, second)).mean)


@both_styles
class TestEveryPoster:
    def test_size_and_weight_are_as_promised(self, style: Style) -> None:
        raw = draw_poster(spec(style))
        image = Image.open(BytesIO(raw))
        assert image.format == "JPEG"
        assert image.size == {"portrait": (750, 1334), "square": (1080, 1080)}[style]
        assert len(raw) <= 300 * 1024

    def test_code_reads_at_full_size(self, style: Style) -> None:
        assert codes(drawn(spec(style))) == [URL]

    def test_code_reads_at_a_third(self, style: Style) -> None:
        wide, high = SIZES[style]
        assert codes(drawn(spec(style)).resize((wide // 3, high // 3), Image.Resampling.BILINEAR)) == [URL]

    def test_code_reads_after_a_messenger_squeezed_the_picture(self, style: Style) -> None:
        out = BytesIO()
        drawn(spec(style)).save(out, "JPEG", quality=50)
        assert codes(Image.open(out)) == [URL]

    @pytest.mark.parametrize("length", [20, 42, 43, 63, 85, 107, 120])
    def test_code_is_large_and_level_m_whatever_the_link(self, style: Style, length: int) -> None:
        url = "http://" + "h" * (length - 16) + "/x/abcdef"
        assert len(url) == length
        found = zxingcpp.read_barcodes(drawn(spec(style, url=url)))
        assert [(code.text, code.ec_level) for code in found] == [(url, "M")]
        corners = found[0].position
        assert corners.top_right.x - corners.top_left.x >= 238
        assert corners.bottom_left.y - corners.top_left.y >= 238

    def test_quiet_zone_of_four_modules_is_white(self, style: Style) -> None:
        image = drawn(spec(style))
        found = zxingcpp.read_barcodes(image)[0].position
        edge = (found.top_right.x - found.top_left.x) / 33
        left, top = found.top_left.x - 4 * edge + 6, found.top_left.y - 4 * edge + 6
        right, low = found.bottom_right.x + 4 * edge - 6, found.bottom_right.y + 4 * edge - 6
        for box in (
            (left, top, right, found.top_left.y - 4),
            (left, found.bottom_left.y + 4, right, low),
            (left, top, found.top_left.x - 4, low),
            (found.top_right.x + 4, top, right, low),
        ):
            assert image.convert("L").crop(tuple(round(n) for n in box)).getextrema()[0] > 225

    def test_same_spec_same_bytes(self, style: Style) -> None:
        assert draw_poster(spec(style)) == draw_poster(spec(style))

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "别的东西"},
            {"price_fen": 13901},
            {"shop_name": "阿圆-淘小铺"},
            {"recommendation": ""},
            {"url": URL[:-1] + "y"},
        ],
    )
    def test_everything_in_the_spec_is_seen(self, style: Style, change: dict[str, object]) -> None:
        assert difference(drawn(spec(style)), drawn(spec(style, **change))) > 0.05

    def test_carries_the_word_advertisement(self, style: Style, monkeypatch: pytest.MonkeyPatch) -> None:
        with_word = drawn(spec(style))
        written: list[str] = []
        real = posters.write

        def without_word(draw: object, xy: object, text: str, *rest: object, **named: object) -> float:
            written.append(text)
            return 0.0 if text == "广告" else real(draw, xy, text, *rest, **named)

        monkeypatch.setattr(posters, "write", without_word)
        without = Image.open(BytesIO(draw_poster(spec(style)))).convert("RGB")
        changed = ImageChops.difference(with_word, without).convert("L").point(lambda v: 255 * (v > 60))
        left, top, right, low = changed.getbbox()
        assert written.count("广告") == 1
        assert 34 <= right - left <= 60
        assert 16 <= low - top <= 30
        wide, high = SIZES[style]
        assert left > 0
        assert right <= wide - 40
        assert low < high // 8

    def test_hostile_text_is_only_text(self, style: Style) -> None:
        made = spec(style, title=HOSTILE, shop_name=HOSTILE, recommendation=HOSTILE * 3)
        image = drawn(made)
        assert image.size == SIZES[style]
        assert codes(image) == [URL]

    def test_braces_are_drawn_as_they_are(self, style: Style) -> None:
        assert difference(drawn(spec(style, title="{{7*7}}")), drawn(spec(style, title="49"))) > 0.05

    def test_what_has_no_glyph_leaves_no_box_behind(self, style: Style) -> None:
        assert draw_poster(spec(style, title="面霜😀\ud7ff\u200b")) == draw_poster(spec(style, title="面霜"))

    def test_empty_words_still_make_a_poster(self, style: Style) -> None:
        assert codes(drawn(spec(style, title="😀", shop_name="", recommendation=" \n"))) == [URL]

    @pytest.mark.parametrize("price_fen", [1, 99, 100, 12999999, 12345678901])
    def test_any_price_keeps_clear_of_the_code(self, style: Style, price_fen: int) -> None:
        assert codes(drawn(spec(style, price_fen=price_fen))) == [URL]

    def test_looks_as_approved(self, style: Style) -> None:
        wide, high = SIZES[style]
        small = drawn(spec(style)).resize((wide // 3, high // 3), Image.Resampling.BOX)
        approved = Image.open(GOLDEN / f"poster_{style}.png").convert("RGB")
        assert small.size == approved.size
        assert difference(small, approved) < 1.5

    @pytest.mark.parametrize("side", ["JPEG", "PNG", "WEBP"])
    def test_takes_any_format_and_shape_of_picture(self, style: Style, side: str) -> None:
        out = BytesIO()
        Image.new("RGB", (900, 300), "teal").save(out, side)
        assert drawn(spec(style, picture=out.getvalue())).size == SIZES[style]


class TestSpec:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://taoxiaopu.example.com/x/abcde",
            "https://taoxiaopu.example.com/x/abcdefghijklm",
            "https://taoxiaopu.example.com/x/ABCDEF",
            "https://taoxiaopu.example.com/x/abcdef\n",
            "https://taoxiaopu.example.com/y/abcdef",
            "https://tao xiaopu.example.com/x/abcdef",
            "javascript:alert(1)//x/abcdef",
            "ftp://taoxiaopu.example.com/x/abcdef",
            "http://" + "h" * 105 + "/x/abcdef",
        ],
    )
    def test_refuses_any_other_link(self, url: str) -> None:
        with pytest.raises(ValueError, match="short link"):
            spec("portrait", url=url)
        with pytest.raises(ValueError, match="short link"):
            qr_png(url)

    @pytest.mark.parametrize("code", ["abcdef", "abcdef123456"])
    def test_takes_codes_of_six_to_twelve(self, code: str) -> None:
        assert spec("square", url=f"http://localhost:8000/x/{code}").url.endswith(code)

    def test_refuses_an_unknown_style(self) -> None:
        with pytest.raises(ValueError, match="unknown poster style"):
            spec("landscape")


class TestParts:
    @pytest.mark.parametrize(
        ("fen", "text"),
        [(1, ("0", ".01")), (990, ("9", ".90")), (13900, ("139", "")), (129900, ("1,299", ""))],
    )
    def test_price_in_yuan(self, fen: int, text: tuple[str, str]) -> None:
        assert price_text(fen) == text

    @pytest.mark.parametrize(
        ("title", "shown"),
        [
            ("霜" * 30, "霜" * 30),
            ("霜" * 31, "霜" * 29 + "…"),
            ("霜" * 24 + " 补水保湿补水保湿", "霜" * 24),
            ("霜" * 30 + " 补水", "霜" * 30),
            ("霜" * 28 + "/补水保湿", "霜" * 28 + "…"),
        ],
    )
    def test_title_of_thirty_at_most(self, title: str, shown: str) -> None:
        assert posters._title(title) == shown

    def test_longest_shop_name_keeps_its_suffix(self, monkeypatch: pytest.MonkeyPatch) -> None:
        name = "铺" * 20 + "-淘小铺"
        written: list[tuple[str, int]] = []
        real = posters.write

        def noted(draw: object, xy: object, text: str, px: int, *rest: object, **named: object) -> float:
            written.append((text, px))
            return real(draw, xy, text, px, *rest, **named)

        monkeypatch.setattr(posters, "write", noted)
        for style in STYLES:
            written.clear()
            draw_poster(spec(style, shop_name=name))
            assert [(text, width(text, px) <= 530) for text, px in written if text == name] == [(name, True)]

    def test_code_alone_for_the_share_page(self) -> None:
        image = Image.open(BytesIO(qr_png(URL, box=8)))
        assert (image.format, image.size) == ("PNG", ((29 + 8) * 8, (29 + 8) * 8))
        assert [(code.text, code.ec_level) for code in zxingcpp.read_barcodes(image.convert("L"))] == [
            (URL, "M")
        ]
        assert image.convert("L").crop((0, 0, 296, 32)).getextrema() == (255, 255)
        assert image.convert("L").getpixel((32, 32)) == 0


SHELF = ("自然堂 雪域精粹纯粹滋润霜50g", "倩碧男士三步曲护肤套装", "植村秀洁颜油 150ml", "美加净护手霜60g")


def shop_spec(style: Style, count: int = 4, **changes: object) -> ShopPosterSpec:
    made = ShopPosterSpec(
        style=style,
        goods=tuple(ShownGood(picture(t), t, 13_900 + 9_950 * n) for n, t in enumerate(SHELF[:count])),
        shop_name="小满的梳妆台-淘小铺",
        number="603218",
        description="换季护肤的好物，件件自己看过再推荐",
        url=URL,
        greeting="周末愉快，给自己挑一件",
    )
    return replace(made, **changes)


@lru_cache(maxsize=8)
def shop_drawn(made: ShopPosterSpec) -> Image.Image:
    return Image.open(BytesIO(draw_shop_poster(made))).convert("RGB")


@both_styles
class TestShopPoster:
    @pytest.mark.parametrize("count", range(5))
    def test_size_weight_and_code_with_any_number_of_goods(self, style: Style, count: int) -> None:
        raw = draw_shop_poster(shop_spec(style, count))
        image = Image.open(BytesIO(raw))
        assert (image.format, image.size) == ("JPEG", SIZES[style])
        assert len(raw) <= 400 * 1024
        assert codes(image) == [URL]

    def test_code_reads_small_and_squeezed(self, style: Style) -> None:
        wide, high = SIZES[style]
        image, out = shop_drawn(shop_spec(style)), BytesIO()
        assert codes(image.resize((wide // 3, high // 3), Image.Resampling.BILINEAR)) == [URL]
        image.save(out, "JPEG", quality=50)
        assert codes(Image.open(out)) == [URL]

    @pytest.mark.parametrize(
        "change",
        [
            {"shop_name": "阿圆-淘小铺"},
            {"number": "603219"},
            {"description": ""},
            {"greeting": ""},
            {"url": URL[:-1] + "y"},
            {"goods": shop_spec("square").goods[::-1]},
        ],
    )
    def test_everything_in_the_spec_is_seen(self, style: Style, change: dict[str, object]) -> None:
        assert difference(shop_drawn(shop_spec(style)), shop_drawn(shop_spec(style, **change))) > 0.02

    def test_carries_the_word_advertisement_once(self, style: Style, monkeypatch: pytest.MonkeyPatch) -> None:
        written: list[str] = []
        real = posters.write

        def noting(draw: object, xy: object, text: str, *rest: object, **named: object) -> float:
            written.append(text)
            return real(draw, xy, text, *rest, **named)

        monkeypatch.setattr(posters, "write", noting)
        draw_shop_poster(shop_spec(style))
        assert written.count("广告") == 1

    def test_hostile_and_empty_words_are_only_words(self, style: Style) -> None:
        goods = tuple(replace(good, title=HOSTILE) for good in shop_spec(style).goods)
        made = shop_spec(style, goods=goods, shop_name=HOSTILE, description=HOSTILE * 3, greeting=HOSTILE)
        assert codes(shop_drawn(made)) == [URL]
        assert codes(shop_drawn(shop_spec(style, 0, shop_name="", description="", greeting=""))) == [URL]

    def test_looks_as_approved(self, style: Style) -> None:
        wide, high = SIZES[style]
        small = shop_drawn(shop_spec(style)).resize((wide // 3, high // 3), Image.Resampling.BOX)
        approved = Image.open(GOLDEN / f"shop_poster_{style}.png").convert("RGB")
        assert small.size == approved.size
        assert difference(small, approved) < 1.5

    def test_same_spec_same_bytes_and_no_fifth_good(self, style: Style) -> None:
        assert draw_shop_poster(shop_spec(style)) == draw_shop_poster(shop_spec(style))
        with pytest.raises(ValueError, match="4 goods"):
            shop_spec(style, goods=shop_spec(style).goods + shop_spec(style).goods[:1])


@both_styles
def test_a_greeting_is_seen_and_keeps_clear_of_the_code(style: Style) -> None:
    greeted = drawn(spec(style, greeting="周末愉快，给自己挑一件"))
    assert difference(drawn(spec(style)), greeted) > 0.02
    assert codes(greeted) == [URL]
    assert codes(drawn(spec(style, greeting=HOSTILE))) == [URL]
