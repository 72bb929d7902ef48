"""What a browser adds to the pages of goods: many pictures put together by hand, and barcodes read out of pictures."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from suppliers import photographs
from suppliers.models import Good, Supplier
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.desk import member
from tests.factories.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "6901234567892"


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[tuple[Page, Supplier]]:
    """A member's browser that reads no barcodes by itself; anything that the policy stops fails the test."""
    client, supplier = member(clock.now())
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 1280, "height": 900}
    )
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    context.add_init_script("delete window.BarcodeDetector")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page, supplier
    context.close()
    assert wrong == []


def upload(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/png", "buffer": data}


def drag(page: Page, row: Locator, onto: Locator) -> None:
    """Drag as a hand does: a browser says that something is over another only from the second move on."""
    row.locator("img").hover()
    page.mouse.down()
    for _time in range(3):
        onto.locator("img").hover()
    page.mouse.up()


def keys(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator('[data-picture-list] [name="picture_key"]').all()]


def test_pictures_are_chosen_moved_cut_and_removed(desk: tuple[Page, Supplier], tmp_path: Path) -> None:
    page, supplier = desk
    good = story.good(supplier, clock.now())
    page.goto(f"/supplier/goods/{good.public_id}/")
    chooser = page.locator('[data-pictures] input[type="file"]')
    chooser.set_input_files([upload("a.png", png("red", (80, 40))), upload("b.png", png("green"))])
    chooser.set_input_files([upload("c.png", png("blue")), upload("d.png", png("gold"))])
    assert keys(page) == ["new:0", "new:1", "new:2", "new:3"]
    rows = page.locator("[data-picture]")
    rows.nth(2).get_by_role("button", name="前移").press("Enter")
    expect(page.locator("[data-picture-said]")).to_have_text("已移到第 2 张")
    assert keys(page) == ["new:0", "new:2", "new:1", "new:3"]
    drag(page, rows.nth(3), rows.nth(0))
    expect(page.locator('[data-picture-list] [name="picture_key"]').first).to_have_value("new:3")
    assert keys(page) == ["new:3", "new:0", "new:2", "new:1"]
    places = page.locator('[data-picture-list] [name="picture_place"]').all()
    assert [box.input_value() for box in places] == ["1", "2", "3", "4"]
    rows.nth(3).get_by_label("删除").check()
    rows.nth(1).get_by_role("button", name="裁剪").click()
    square = page.locator("#crop cropper-selection")
    expect(square).to_be_visible()
    square.press("ArrowRight")
    page.locator("[data-crop-done]").click()
    expect(page.locator("#crop")).not_to_be_visible()
    left, top, side = map(int, rows.nth(1).locator("[data-picture-cut]").input_value().split(","))
    assert side >= 9_900
    assert 0 <= left <= 10_000
    assert 0 <= top <= 10_000
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/supplier/goods/**")
    expect(page.locator("[data-picture]")).to_have_count(3)
    good.refresh_from_db()
    assert good.picture == photographs.store(png("gold"))
    assert good.gallery[1] == photographs.store(png("blue"))
    with Image.open(photographs.upload_file(good.gallery[0], 1000)) as cut:
        assert cut.width == cut.height <= 40


def test_a_barcode_is_read_out_of_a_picture_where_the_browser_cannot(desk: tuple[Page, Supplier]) -> None:
    page, _supplier = desk
    made = BytesIO()
    bars = zxingcpp.create_barcode(CODE, zxingcpp.BarcodeFormat.EAN13)
    Image.fromarray(zxingcpp.write_barcode_to_image(bars, scale=4)).convert("RGB").save(made, "PNG")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/supplier/goods/scan/")
    expect(page.get_by_label("条码照片")).to_be_visible()
    assert not [url for url in asked if "vendor/barcode" in url]
    page.get_by_label("条码照片").set_input_files([upload("none.png", png("red", (200, 200)))])
    expect(page.locator("[data-scan-said]")).to_have_text(
        "照片里没有找到条码，请靠近、对正再拍一张，或手工输入。"
    )
    assert len([url for url in asked if url.endswith(".wasm")]) == 1
    page.get_by_label("条码照片").set_input_files([upload("code.png", made.getvalue())])
    page.wait_for_url(f"**/supplier/goods/new/?barcode={CODE}")
    expect(page.locator("#id_barcode")).to_have_value(CODE)
    assert not Good.objects.exists()
