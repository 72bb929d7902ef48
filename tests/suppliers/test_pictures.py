"""Drawn packshots and uploaded pictures: what comes out, and every way a file is refused."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from suppliers.pictures import (
    FileTooLarge,
    ImageTooLarge,
    NotAnImage,
    PictureError,
    PictureSubject,
    draw_good_picture,
    reencode_upload,
)
from suppliers.pictures.lettering import drawable, wrap, wrap_evenly
from suppliers.pictures.motifs import MOTIFS
from suppliers.pictures.reading import read_look
from taoxiaopu.kernel.errors import DomainError

CREAM = PictureSubject("自然堂 雪域精粹纯粹滋润霜50g 补水保湿", "自然堂", "beauty", "A1")
CREAM_LOOK = read_look(CREAM.title, CREAM.brand, "beauty")


def opened(raw: bytes) -> Image.Image:
    return Image.open(BytesIO(raw))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


class TestDrawnPicture:
    @pytest.mark.parametrize("size", [160, 800, 1000])
    def test_is_a_square_webp_of_the_size_asked(self, size: int) -> None:
        picture = opened(draw_good_picture(CREAM, size))
        assert (picture.format, picture.size, picture.mode) == ("WEBP", (size, size), "RGB")

    def test_same_subject_same_bytes_other_key_other_picture(self) -> None:
        first = draw_good_picture(CREAM, 400)
        assert draw_good_picture(CREAM, 400) == first
        twins = [PictureSubject(CREAM.title, CREAM.brand, "beauty", f"A{n}") for n in range(2, 8)]
        assert len({first, *(draw_good_picture(twin, 400) for twin in twins)}) > 3

    @pytest.mark.parametrize("variant", [0, 1, 2])
    @pytest.mark.parametrize("kind", sorted(MOTIFS))
    def test_every_motif_is_seen_and_keeps_the_top_free(
        self, kind: str, variant: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawing, look = MOTIFS[kind], replace(CREAM_LOOK, kind=kind, variant=variant)
        monkeypatch.setattr("suppliers.pictures.packshot.read_look", lambda *_: look)
        monkeypatch.setitem(MOTIFS, kind, lambda pen, _: drawing(pen, look))
        picture = opened(draw_good_picture(PictureSubject("霜", "自然堂", "beauty", "k"), 300)).convert("L")
        middle = picture.crop((75, 40, 225, 260)).getextrema()
        assert middle[1] - middle[0] > 60
        top = picture.crop((0, 0, 300, 12)).getextrema()
        assert top[1] - top[0] < 60

    @pytest.mark.parametrize(
        ("title", "kind"),
        [
            ("CHANDO/自然堂 雪域精粹纯粹滋润霜50g 补水保湿 滋润水润面霜", "jar"),
            ("自然堂 雪域纯粹滋润洗颜霜 110g  补水保湿  洗面奶女 深层清洁", "tube"),
            ("CHANDO/自然堂 凝时鲜颜肌活修护精华液35ml 淡化细纹护肤精华", "dropper"),
            ("CHANDO/自然堂活泉保湿修护精华水（滋润型135ml 补水控油爽肤水", "bottle"),
            ("CHANDO/自然堂雪润深澈精华面膜贴5片 补水", "sachet"),
            ("Clinique/倩碧撞色小方 唇膏口红一", "lipstick"),
            ("自然堂纤长浓密养护睫毛膏 浓密丰盈持久卷翘彩妆正", "wand"),
            ("资生堂 全球彩妆丝柔亮滑眼影组3g", "palette"),
            ("美宝莲巨遮瑕气垫BB霜 轻薄滋润补水", "compact"),
            ("雅诗兰黛香水正品 摩登都市淡香氛30ml/50ml", "perfume"),
            ("兰芝智护尽享防晒霜 SPF50+/PA+++防水清爽全身50ml", "tube"),
            ("shiseido资生堂心机彩妆臻采透无瑕粉底液", "foundation"),
            ("兰芝臻白清润6件套 升级版 补水保湿净白", "set"),
            ("没有名字的东西", "carton"),
            ("", "carton"),
        ],
    )
    def test_reads_the_thing_from_a_real_title(self, title: str, kind: str) -> None:
        assert read_look(title, "自然堂", "beauty").kind == kind

    @pytest.mark.parametrize(
        ("category", "kind"),
        [("food", "pouch"), ("baby", "feeder"), ("home", "vase"), ("apparel", "shirt"), ("other", "carton")],
    )
    def test_other_categories_have_their_own_thing(self, category: str, kind: str) -> None:
        assert read_look("面霜", "山间集", category).kind == kind

    @pytest.mark.parametrize(
        ("title", "brand", "latin", "own"),
        [
            ("自然堂 面霜", "自然堂", "CHANDO", "自然堂"),
            ("Bibo/贝宝 奶瓶", "贝宝", "BIBO", "贝宝"),
            ("奶瓶", "Bibo/贝宝", "BIBO", "贝宝"),
            ("T恤", "Cotton Way", "COTTON WAY", ""),
            ("茶", "山间集", "", "山间集"),
            ("茶", "", "", ""),
        ],
    )
    def test_letters_the_brand_in_both_scripts(self, title: str, brand: str, latin: str, own: str) -> None:
        look = read_look(title, brand, "beauty")
        assert (look.latin, look.brand) == (latin, own)

    def test_contents_come_from_the_title(self) -> None:
        assert read_look("精华水135ML 补水", "自然堂", "beauty").contents == "135 ml"
        assert read_look("面膜5片", "自然堂", "beauty").contents == "5 片"
        assert read_look("精华水", "自然堂", "beauty").contents == ""

    def test_hostile_words_are_drawn_not_run(self) -> None:
        hostile = PictureSubject("{{7*7}}<script>😀\x00霜\u202e", "😀\u200b", "beauty", "../../x\x00")
        assert opened(draw_good_picture(hostile, 200)).size == (200, 200)


class TestLettering:
    def test_keeps_markup_drops_what_has_no_glyph(self) -> None:
        assert drawable("a😀b\u200bc\ud7ffd\n{{7*7}}<b>堃祎") == "abcd {{7*7}}<b>堃祎"

    def test_composes_marks_and_drops_the_rest(self) -> None:
        assert drawable("e\u0301") == "é"
        assert drawable("e\u0301\u0333\u0489") == "é"

    def test_wraps_within_the_limit_and_the_lines(self) -> None:
        rows = wrap("雪域精粹纯粹滋润霜五十克补水保湿，很好", 20, 100, 3)
        assert rows == ["雪域精粹纯", "粹滋润霜五", "十克补水…"]

    def test_cuts_a_word_longer_than_a_line(self) -> None:
        rows = wrap("W" * 60, 20, 100, 20)
        assert "".join(rows) == "W" * 60
        assert len(rows) > 5

    def test_no_line_begins_with_closing_punctuation(self) -> None:
        assert wrap("雪域精粹纯，滋润", 20, 100, 2) == ["雪域精粹", "纯，滋润"]

    def test_even_lines_leave_no_single_character_behind(self) -> None:
        assert wrap("雪域精粹纯粹", 20, 100, 2) == ["雪域精粹纯", "粹"]
        assert [len(row) for row in wrap_evenly("雪域精粹纯粹", 20, 100, 2)] == [3, 3]


class TestUpload:
    def test_three_sizes_and_a_digest(self) -> None:
        made = reencode_upload(saved(Image.new("RGB", (1600, 800), "red"), "JPEG"))
        assert (made.width, made.height) == (1000, 500)
        assert [opened(raw).size for raw in (made.large, made.card, made.thumb)] == [
            (1000, 500),
            (480, 480),
            (160, 160),
        ]
        assert {opened(raw).format for raw in (made.large, made.card, made.thumb)} == {"WEBP"}
        assert len(made.sha256) == 64

    def test_small_picture_is_not_blown_up(self) -> None:
        made = reencode_upload(saved(Image.new("RGB", (300, 200)), "PNG"))
        assert (made.width, made.height) == (300, 200)

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_takes_the_three_formats(self, form: str) -> None:
        assert reencode_upload(saved(Image.new("RGB", (20, 20), "green"), form)).width == 20

    def test_turns_upright_and_drops_all_metadata(self) -> None:
        image = Image.new("RGB", (60, 40), "blue")
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = "Camera of somebody"
        exif.get_ifd(0x8825)[1] = "N"
        made = reencode_upload(saved(image, "JPEG", exif=exif))
        assert (made.width, made.height) == (40, 60)
        assert not opened(made.large).getexif()
        assert b"Camera" not in made.large

    @pytest.mark.parametrize("mode", ["CMYK", "L", "RGBA", "LA", "P", "1", "I;16"])
    def test_any_colours_become_rgb(self, mode: str) -> None:
        image = (
            Image.new("RGB", (30, 30), "white").convert(mode)
            if mode != "I;16"
            else Image.new(mode, (30, 30), 65535)
        )
        raw = saved(image, "JPEG" if mode == "CMYK" else "PNG")
        large = opened(reencode_upload(raw).large)
        assert large.mode == "RGB"
        assert min(low for low, _ in large.getextrema()) > 240

    def test_clear_pixels_lie_on_white(self) -> None:
        raw = saved(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG")
        assert min(low for low, _ in opened(reencode_upload(raw).large).getextrema()) > 250

    def test_first_frame_of_an_animation(self) -> None:
        frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
        raw = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=90, lossless=True)
        large = opened(reencode_upload(raw).large)
        assert getattr(large, "n_frames", 1) == 1
        red, _, blue = large.convert("RGB").getpixel((15, 15))
        assert red > 200 > 60 > blue

    def test_what_is_appended_is_gone(self) -> None:
        raw = saved(Image.new("RGB", (30, 30)), "PNG") + b"<html><script>alert(1)</script>"
        made = reencode_upload(raw)
        assert b"script" not in made.large + made.card + made.thumb

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"hello",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            b"<html></html>",
            b"GIF89a" + b"\0" * 40,
            b"\xff\xd8\xff\xe0broken",
            png_header(10, 10),
            png_header(0, 10),
        ],
    )
    def test_refuses_what_is_no_picture(self, raw: bytes) -> None:
        with pytest.raises(NotAnImage) as refused:
            reencode_upload(raw)
        assert (refused.value.code, refused.value.status) == ("not_an_image", 400)

    def test_refuses_a_gif_that_is_whole(self) -> None:
        with pytest.raises(NotAnImage):
            reencode_upload(saved(Image.new("P", (20, 20)), "GIF"))

    def test_refuses_half_a_jpeg(self) -> None:
        raw = saved(Image.effect_mandelbrot((300, 300), (-3, -2.5, 2, 2.5), 100), "JPEG")
        with pytest.raises(NotAnImage):
            reencode_upload(raw[: len(raw) // 2])

    @pytest.mark.parametrize(
        ("width", "height"), [(5001, 5000), (9000, 9000), (10000, 10000), (60000, 60000)]
    )
    def test_refuses_pixels_over_the_cap_before_decoding(self, width: int, height: int) -> None:
        with pytest.raises(ImageTooLarge) as refused:
            reencode_upload(png_header(width, height))
        assert refused.value.code == "image_too_large"
        assert "2500 万像素" in refused.value.sentence

    def test_takes_exactly_the_cap_of_pixels(self) -> None:
        assert reencode_upload(saved(Image.new("1", (5000, 5000)), "PNG")).width == 1000

    def test_bytes_cap_on_both_sides(self) -> None:
        raw = saved(Image.new("RGB", (20, 20)), "PNG")
        cap = 8 * 1024 * 1024
        assert reencode_upload(raw.ljust(cap, b"\0")).width == 20
        with pytest.raises(FileTooLarge) as refused:
            reencode_upload(raw.ljust(cap + 1, b"\0"))
        assert refused.value.code == "file_too_large"

    def test_all_refusals_are_expected_failures(self) -> None:
        assert issubclass(PictureError, DomainError)
        assert {error.code for error in (NotAnImage, ImageTooLarge, FileTooLarge)} == {
            "not_an_image",
            "image_too_large",
            "file_too_large",
        }
