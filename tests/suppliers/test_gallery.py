"""Many pictures of a good: chosen at once, encoded anew, in order, cut to a square, taken away, reviewed, served."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from suppliers import access, errors, photographs
from suppliers import services as suppliers
from suppliers.models import Good, GoodChange, Supplier
from suppliers.pictures import Cut, NotAnImage
from suppliers.services import GoodDraft, PictureDraft
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import Rules
from tests.factories import story
from tests.factories.desk import member
from tests.factories.pictures import png
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
DRAFT = GoodDraft("滋润面霜 50g", "beauty", "山茶花", "清爽不油腻", 10_000, 50, 2000)
MOST = Rules().GOOD_PICTURES_MAX
COLOURS = ("red", "green", "blue", "teal", "navy", "gold", "pink", "tan", "lime", "gray")


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def raws(n: int) -> list[PictureDraft]:
    return [PictureDraft(png(colour)) for colour in COLOURS[:n]]


def listed(supplier: Supplier, pictures: list[PictureDraft]) -> Good:
    draft = replace(DRAFT, pictures=pictures)
    return suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)


def edit(good: Good, pictures: list[PictureDraft] | None, **changes: Any) -> Good:
    draft = replace(DRAFT, pictures=pictures, **changes)
    good.refresh_from_db()
    return suppliers.edit_good(good=good, draft=draft, actor=story.supplier_actor(good.supplier), at=AT)


def kept(*names: str) -> list[PictureDraft]:
    return [PictureDraft(name=name) for name in names]


def size_of(name: str, size: int) -> tuple[int, int]:
    with Image.open(photographs.upload_file(name, size)) as image:
        assert image.format == "WEBP"
        return image.size


def test_the_first_is_the_main_one_and_each_is_there_in_three_sizes(supplier: Supplier) -> None:
    good = listed(supplier, raws(3))
    assert len(set(good.pictures)) == 3
    assert good.pictures == [good.picture, *good.gallery]
    assert [size_of(name, 1000) for name in good.pictures] == [(40, 30)] * 3
    assert [size_of(name, 480) for name in good.pictures] == [(480, 480)] * 3
    assert [size_of(name, 160) for name in good.pictures] == [(160, 160)] * 3


def test_as_many_as_the_rules_say_and_no_more(supplier: Supplier) -> None:
    assert len(listed(supplier, raws(MOST)).pictures) == MOST
    before = picture()
    with pytest.raises(errors.TooManyPictures):
        listed(supplier, raws(MOST + 1))
    assert picture() == before


def test_the_same_picture_twice_counts_once(supplier: Supplier) -> None:
    assert len(listed(supplier, [*raws(2), *raws(2)]).pictures) == 2


def test_one_that_is_no_picture_refuses_all(supplier: Supplier) -> None:
    good = listed(supplier, raws(2))
    before = picture()
    with pytest.raises(NotAnImage):
        listed(supplier, [*raws(1), PictureDraft(b"no picture")])
    with pytest.raises(NotAnImage):
        edit(good, [*kept(*good.pictures), PictureDraft(b"no picture")])
    assert picture() == before


def test_order_and_removal_go_at_once_without_review(supplier: Supplier) -> None:
    good = listed(supplier, raws(3))
    one, two, three = good.pictures
    row = edit(good, kept(three, one))
    assert (row.pictures, row.version) == ([three, one], 2)
    assert edit(good, []).pictures == []
    assert edit(good, None).pictures == []
    assert not GoodChange.objects.exists()
    before = picture()
    with pytest.raises(errors.PictureGone):
        edit(good, kept(two))
    assert picture() == before


def test_a_picture_that_was_not_shown_waits_for_review(supplier: Supplier) -> None:
    good = listed(supplier, raws(2))
    shown = good.pictures
    row = edit(good, [PictureDraft(png("gold")), *kept(*shown)])
    assert row.pictures == shown
    change = GoodChange.objects.get(status="open")
    names = [change.picture, *change.gallery]
    assert names[1:] == shown
    # What waits is what the form shows, so that it can be put in another order, too.
    edit(good, kept(shown[0], names[0]))
    change = GoodChange.objects.get(status="open")
    assert [change.picture, *change.gallery] == [shown[0], names[0]]
    assert suppliers.approve_change(public_id=change.public_id, actor=story.SYSTEM_STAFF, at=AT).pictures == [
        shown[0],
        names[0],
    ]


def test_the_first_pictures_of_a_drawn_good_need_no_review(supplier: Supplier) -> None:
    good = story.good(supplier, AT)
    assert len(edit(good, raws(4)).pictures) == 4
    assert not GoodChange.objects.exists()


def test_a_square_is_cut_where_it_was_asked_for_and_needs_no_review(supplier: Supplier) -> None:
    made = BytesIO()
    image = Image.new("RGB", (60, 30), "red")
    image.paste("blue", (30, 0, 60, 30))
    image.save(made, "PNG")
    good = listed(supplier, [PictureDraft(made.getvalue(), cut=Cut(10_000, 0, 10_000)), *raws(1)])
    assert size_of(good.picture, 1000) == (30, 30)
    with Image.open(photographs.upload_file(good.picture, 1000)) as cut:
        red, _green, blue = cut.convert("RGB").getpixel((15, 15))  # type: ignore[misc]
    assert (red < 40, blue > 215) == (True, True)
    (other,) = good.gallery
    row = edit(good, [PictureDraft(name=other, cut=Cut()), *kept(good.picture)])
    assert size_of(row.picture, 1000) == (30, 30)
    assert row.picture != other
    assert not GoodChange.objects.exists()


@pytest.mark.parametrize(
    "cut", [Cut(side_bp=999), Cut(side_bp=10_001), Cut(left_bp=-1), Cut(top_bp=10_001), Cut(side_bp=0)]
)
def test_a_square_out_of_the_picture_is_refused(supplier: Supplier, cut: Cut) -> None:
    before = picture()
    with pytest.raises(errors.BadCut):
        listed(supplier, [PictureDraft(png(), cut=cut)])
    assert picture() == before


@pytest.mark.parametrize(
    ("cut", "box"),
    [
        (Cut(), (50, 0, 150, 100)),
        (Cut(0, 0, 10_000), (0, 0, 100, 100)),
        (Cut(10_000, 10_000, 5_000), (150, 50, 200, 100)),
        (Cut(5_000, 5_000, 1_000), (95, 45, 105, 55)),
    ],
)
def test_every_square_lies_within_the_picture(cut: Cut, box: tuple[int, int, int, int]) -> None:
    assert cut.box(200, 100) == box


def test_pictures_of_another_supplier_are_not_there(supplier: Supplier) -> None:
    foreign = listed(story.supplier(AT, 2, brands=("山茶花",)), raws(2))
    own = listed(supplier, [PictureDraft(png("gold"))])
    before = picture()
    for name in foreign.pictures:
        with pytest.raises(errors.PictureGone):
            edit(own, kept(name))
        with pytest.raises(NotFound):
            access.upload_for_supplier(supplier, name)
        assert access.upload_for_supplier(foreign.supplier, name) == name
    assert picture() == before


def test_the_database_knows_no_gallery_without_a_main_picture(supplier: Supplier) -> None:
    good = listed(supplier, raws(2))
    with pytest.raises(IntegrityError, match="good_main_picture_first"), transaction.atomic():
        Good.objects.filter(pk=good.pk).update(picture="")


def test_each_picture_has_an_address_and_no_other(supplier: Supplier, client: Client) -> None:
    good = listed(supplier, raws(3))
    for size in (160, 480, 1000):
        for place, name in enumerate(good.gallery, 1):
            answer = client.get(reverse("good-gallery", args=[good.public_id, 1, place, size]))
            assert b"".join(answer.streaming_content) == photographs.upload_file(name, size).read_bytes()  # type: ignore[attr-defined]
            assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    for place, size in ((0, 480), (3, 480), (1, 481)):
        assert client.get(reverse("good-gallery", args=[good.public_id, 1, place, size])).status_code == 404
    edit(good, kept(*reversed(good.pictures)))
    moved = client.get(reverse("good-gallery", args=[good.public_id, 1, 2, 160]))
    assert (moved.status_code, moved["Location"]) == (
        302, reverse("good-gallery", args=[good.public_id, 2, 2, 160]),
    )  # fmt: skip


def test_the_buyers_page_shows_all_of_them(supplier: Supplier, client: Client) -> None:
    good = listed(supplier, raws(3))
    page = client.get(reverse("good", args=[good.public_id])).text
    for place in (1, 2):
        assert f'src="{reverse("good-gallery", args=[good.public_id, 1, place, 1000])}"' in page
        assert f"{reverse('good-gallery', args=[good.public_id, 1, place, 480])} 480w" in page
    assert 'href="#picture-3"' in page
    bare = story.good(supplier, AT)
    assert 'href="#picture-1"' not in client.get(reverse("good", args=[bare.public_id])).text


# The form


def words(**changes: object) -> dict[str, object]:
    return {
        "title": "滋润面霜 50g", "category": "beauty", "brand": "山茶花", "price": "100.00", "stock": "50",
        "rate": "20", "ship_within_h": "48", "description": "清爽不油腻",
    } | changes  # fmt: skip


def files(*colours: str) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{colour}.png", png(colour), "image/png") for colour in colours]


def test_without_javascript_files_come_in_the_order_in_which_they_were_chosen(at: datetime) -> None:
    client, _supplier = member(at)
    answer = client.post(reverse("supplier:good-new"), words(picture=files("red", "green", "blue")))
    assert answer.status_code == 302
    good = Good.objects.get()
    assert good.pictures == [photographs.store(png(colour)) for colour in ("red", "green", "blue")]
    page = client.get(reverse("supplier:good", args=[good.public_id]))
    assert [row.key for row in page.context["form"].picture_rows] == good.pictures


def test_numbers_put_them_in_order_and_a_tick_takes_one_away(at: datetime) -> None:
    client, supplier = member(at)
    good = listed(supplier, raws(3))
    one, two, three = good.pictures
    sent = words(
        picture_key=[one, two, three],
        picture_place=["3", "2", "1"],
        picture_cut=["", "", ""],
        picture_remove=[two],
    )
    assert client.post(reverse("supplier:good", args=[good.public_id]), sent).status_code == 302
    good.refresh_from_db()
    assert good.pictures == [three, one]


def test_new_files_stand_where_their_rows_stand(at: datetime) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at)
    sent = words(
        picture=files("red", "green", "blue"), picture_key=["new:2", "new:0", "new:1"],
        picture_place=["1", "2", "3"], picture_cut=["middle", "", "0,0,5000"], picture_remove=["new:0"],
    )  # fmt: skip
    assert client.post(reverse("supplier:good", args=[good.public_id]), sent).status_code == 302
    good.refresh_from_db()
    assert [size_of(name, 1000) for name in good.pictures] == [(30, 30), (15, 15)]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"picture_cut": ["1,2"]}, "裁剪范围有误，请重新裁剪"),
        ({"picture_cut": ["0,0,99"]}, "裁剪范围有误，请重新裁剪"),
        ({"picture_key": ["0" * 64]}, "有一张图片已不在这件商品上，请刷新后重试"),
        ({"picture": files(*COLOURS)}, f"每件商品最多 {MOST} 张图片"),
        (
            {"picture": [SimpleUploadedFile("a.png", b"0" * (8 * 1024 * 1024 + 1))]},
            "图片文件超过 8 MB，请压缩后再上传",
        ),
    ],
)
def test_what_cannot_be_is_said_at_the_field(at: datetime, sent: dict[str, Any], sentence: str) -> None:
    client, supplier = member(at)
    good = listed(supplier, raws(1))
    before = picture()
    answer = client.post(
        reverse("supplier:good", args=[good.public_id]),
        words(picture_key=[good.picture], picture_place=["1"], picture_cut=[""]) | sent,
    )
    assert (answer.status_code, answer.context["form"].errors) == (422, {"picture": [sentence]})
    assert picture() == before
