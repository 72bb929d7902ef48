"""Papers as files and pages: what an upload may be (trust §7 B9-B13), who sees it, and what staff see."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from fpdf import FPDF
from PIL import Image, ImageChops

from suppliers import services as suppliers
from suppliers.errors import DocumentRefused
from suppliers.models import Paper, Requirement, Supplier
from suppliers.pictures.papers import EDGE, MAX_BYTES, pages_of, watermarked
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.models import AuditEntry
from tests.factories import story
from tests.factories.desk import arbitrator, member
from tests.factories.world import picture

SCAN = story.small_scan("scan")


def pdf(pages: int, password: str = "") -> bytes:
    made = FPDF(format="A4")
    made.set_font("helvetica", size=40)
    for n in range(pages):
        made.add_page()
        made.cell(text=f"page {n + 1}")
        made.link(10, 10, 50, 50, "https://elsewhere.example/")
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    return bytes(made.output())


def image(size: tuple[int, int], form: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    made = BytesIO()
    Image.new(mode, size).save(made, form, **options)
    return made.getvalue()


def opened(page: bytes) -> Image.Image:
    return Image.open(BytesIO(page))


# Files


def test_a_pdf_becomes_pictures_and_nothing_else() -> None:
    pages = pages_of([pdf(2), SCAN], limit=3)
    assert [opened(page).format for page in pages] == ["WEBP"] * 3
    assert all(max(opened(page).size) <= EDGE for page in pages)
    assert opened(pages[0]).size == (1241, 1754)
    assert not any(b"elsewhere" in page for page in pages)


@pytest.mark.parametrize(("pages", "good"), [(20, True), (21, False)])
def test_twenty_pages_and_no_more(pages: int, good: bool) -> None:
    for files in ([pdf(pages)], [SCAN] * pages):
        if good:
            assert len(pages_of(files, limit=20)) == 20
        else:
            with pytest.raises(DocumentRefused, match="20"):
                pages_of(files, limit=20)


@pytest.mark.parametrize("extra", [0, 1])
def test_ten_megabytes_and_no_more(extra: int) -> None:
    raw = SCAN + b"\x00" * (MAX_BYTES - len(SCAN) + extra)
    if extra:
        with pytest.raises(DocumentRefused, match="10 MB"):
            pages_of([raw], limit=20)
        return
    assert len(pages_of([raw], limit=20)) == 1


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "a locked PDF": lambda: pdf(1, "secret"),
    "half a PDF": lambda: pdf(1)[:200],
    "a PDF's head alone": lambda: b"%PDF-1.7\n",
    "an SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "HTML": lambda: b"<html><script>alert(1)</script></html>",
    "a GIF with a script": lambda: image((8, 8), "GIF") + b"<script>alert(1)</script>",
    "half a picture": lambda: image((800, 800), "JPEG")[:400],
    "a ZIP": lambda: b"PK\x03\x04" + b"\x00" * 100,
    "nothing": lambda: b"",
    "25 million pixels and one row": lambda: image((5000, 5001), mode="1"),
    "81 million pixels": lambda: image((9000, 9000), mode="1"),
}


@pytest.mark.parametrize("what", list(UNREADABLE))
def test_what_cannot_be_read_is_refused(what: str) -> None:
    with pytest.raises(DocumentRefused):
        pages_of([UNREADABLE[what]()], limit=20)


def test_no_files_are_refused() -> None:
    with pytest.raises(DocumentRefused):
        pages_of([], limit=20)


def test_a_photograph_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    (page,) = pages_of([image((40, 20), "JPEG", exif=exif)], limit=1)
    assert opened(page).size == (20, 40)
    assert not opened(page).getexif()
    (cmyk,) = pages_of([image((40, 20), "JPEG", "CMYK")], limit=1)
    assert opened(cmyk).mode == "RGB"


def test_a_watermark_changes_the_page_everywhere() -> None:
    (page,) = pages_of([image((1200, 1600), "JPEG")], limit=1)
    seen = opened(watermarked(page, "小二900 2026-06-03 12:00:00"))
    changed = ImageChops.difference(seen.convert("L"), opened(page).convert("L")).point(
        [0 if v < 24 else 255 for v in range(256)]
    )
    for box in ((0, 0, 600, 800), (600, 0, 1200, 800), (0, 800, 600, 1600), (600, 800, 1200, 1600)):
        assert changed.crop(box).getbbox() is not None


# Pages


def send(client: Client, code: str, **sent: Any) -> Any:
    return client.post(
        reverse("supplier:paper-new"), {"requirement": code} | sent, headers={"HX-Request": "true"}
    )


@pytest.mark.django_db
def test_a_draft_survives_a_reload_and_the_checklist_follows(client: Client) -> None:
    client.force_login(story.user(1))
    assert client.get(reverse("supplier:apply")).context["items"] == []
    typed = {"name": "山", "proof": "chain", "brands": "山茶花", "chain_levels": "2", "capital": "许多"}
    answer = client.post(reverse("supplier:apply-draft"), typed)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "checklist-changed")
    assert "HX-Trigger" not in client.post(reverse("supplier:apply-draft"), typed | {"name": "山茶"})
    page = client.get(reverse("supplier:apply"))
    initial = page.context["form"].initial
    assert (initial["name"], initial["capital"]) == ("山茶", "许多")
    levels = [item.place.level for item in page.context["items"] if item.place.brand]
    assert levels == [1, 2]
    assert "山茶花 第 2 级" in client.get(reverse("supplier:apply-checklist")).text
    assert Supplier.objects.get().status == "draft"


@pytest.mark.django_db
def test_a_refused_file_is_told_in_its_place_and_changes_nothing(client: Client) -> None:
    client.force_login(story.user(1))
    client.post(reverse("supplier:apply-draft"), {"name": "山茶花"})
    before = picture()
    svg = SimpleUploadedFile("a.png", b"<svg/>", "image/png")
    answer = send(client, "licence", files=svg)
    assert "无法读取这个文件" in answer.text
    assert send(client, "licence").context["problem"] == "请选择要上传的文件"
    many = [SimpleUploadedFile(f"{n}.png", SCAN, "image/png") for n in range(21)]
    assert "最多 20 页" in send(client, "licence", files=many).context["problem"]
    assert send(client, "licence", valid_until="never", files=SCAN).context["problem"]
    assert picture() == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../../etc/x.png", "CON.png", "x" * 300 + ".png"])
def test_the_name_of_a_file_is_forgotten(client: Client, name: str) -> None:
    client.force_login(story.user(1))
    client.post(reverse("supplier:apply-draft"), {"name": "山茶花"})
    assert send(client, "licence", files=SimpleUploadedFile(name, SCAN, "image/png")).context["problem"] == ""
    paper = Paper.objects.get()
    page = client.get(reverse("supplier:paper-page", args=[paper.public_id, 1]))
    assert (page.status_code, page["Content-Type"], page["Cache-Control"]) == (200, "image/webp", "no-store")
    assert client.get(reverse("supplier:paper-page", args=[paper.public_id, 2])).status_code == 404


@pytest.mark.django_db
def test_strangers_and_other_suppliers_find_nothing(client: Client) -> None:
    at = clock.now()
    _mine, supplier = member(at)
    paper = supplier.papers.filter(pages=1)[0]
    address = reverse("supplier:paper-page", args=[paper.public_id, 1])
    assert client.get(address).status_code == 302  # to the sign-in
    client.force_login(story.user(50))
    assert client.get(address).status_code == 404
    other = story.supplier(at, 2, brands=("白茶",))
    client.force_login(other.members.get().user)
    assert client.get(address).status_code in (302, 404)
    staff_page = reverse("admin:suppliers_paper_page", args=[paper.pk, 1])
    assert client.get(staff_page).status_code == 302
    assert not AuditEntry.objects.filter(event="look").exists()


@pytest.mark.django_db
def test_staff_see_a_watermark_and_each_look_is_written_down() -> None:
    supplier = story.supplier(clock.now())
    paper = supplier.papers.filter(requirement__code="licence").get()
    desk = arbitrator()
    address = reverse("admin:suppliers_paper_page", args=[paper.pk, 1])
    for n in (1, 2):
        page = desk.get(address)
        assert (page.status_code, page["Content-Type"]) == (200, "image/jpeg")
        assert "no-store" in page["Cache-Control"]
        looks = audit.history("paper", paper.public_id).filter(event="look")
        assert [(e.actor_kind, e.reason) for e in looks] == [("staff", "1")] * n
    assert page.content != suppliers.page_for_its_supplier(paper=paper, position=1)
    assert desk.get(reverse("admin:suppliers_paper_page", args=[paper.pk, 2])).status_code == 404
    assert looks.count() == 2


@pytest.mark.django_db
def test_staff_judge_paper_by_paper_and_then_decide() -> None:
    supplier = story.applicant(clock.now())
    desk = arbitrator()
    page = reverse("admin:suppliers_supplier_change", args=[supplier.pk])
    assert "核对无误" not in desk.get(page).text
    act = "admin:suppliers_supplier_act"
    assert desk.post(reverse(act, args=[supplier.pk, "take"])).status_code == 302
    text = desk.get(page).text
    assert text.count("核对无误") == supplier.papers.count()
    assert "前给出结果" in text
    assert desk.post(reverse(act, args=[supplier.pk, "approve"])).status_code == 409
    verdict = "admin:suppliers_paper_act"
    first, *rest = supplier.papers.order_by("pk")
    answer = desk.post(reverse(verdict, args=[first.pk, "return"]), {"reason": "缺公章"})
    assert answer["Location"] == f"{page}#{first.public_id}"
    for paper in rest:
        desk.post(reverse(verdict, args=[paper.pk, "accept"]))
    assert desk.post(reverse(act, args=[supplier.pk, "ask"]), {"reason": ""}).status_code == 302
    supplier.refresh_from_db()
    assert (supplier.status, supplier.decision_note) == ("need_info", "营业执照：缺公章")


@pytest.mark.django_db
def test_a_late_review_is_marked(client: Client) -> None:
    supplier = story.applicant(clock.now())
    desk = arbitrator()
    lists = reverse("admin:suppliers_supplier_changelist")
    user = supplier.members.get().user
    client.force_login(user)
    assert "超时" not in desk.get(lists).text
    assert "距审核期限还有" in client.get(reverse("supplier:apply")).text
    Supplier.objects.update(review_by=clock.now())
    assert "超时" in desk.get(lists).text
    assert "审核已超过承诺的时间" in client.get(reverse("supplier:apply")).text


@pytest.mark.django_db
def test_staff_add_and_change_what_is_asked_for() -> None:
    desk = arbitrator()
    words = {
        "code": "mark",
        "name": "商标注册证",
        "kind": "document",
        "scope": "company",
        "position": "5",
        "is_active": "on",
    }
    assert desk.post(reverse("admin:suppliers_requirement_new"), words).status_code == 302
    row = Requirement.objects.get(code="mark")
    assert not row.is_required
    assert desk.post(reverse("admin:suppliers_requirement_new"), words).status_code == 400
    act = reverse("admin:suppliers_requirement_act", args=[row.pk, "edit"])
    assert desk.post(act, words | {"name": "商标证", "supplier_kinds": ["brand"]}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.supplier_kinds) == ("商标证", ["brand"])


@pytest.mark.django_db
def test_the_desk_says_which_goods_are_hidden() -> None:
    client, supplier = member(clock.now())
    good = story.good(supplier, clock.now())
    goods, shop_page = reverse("supplier:goods"), reverse("good", args=[good.public_id])
    assert client.get(goods).context["hidden_count"] == 0
    assert client.get(shop_page).context["is_on_sale"]
    Paper.objects.filter(supplier=supplier, requirement__code="licence").update(
        valid_until=clock.local(clock.now()).date() - timedelta(days=1)
    )
    suppliers.refresh_cover([supplier.pk])
    page = client.get(goods)
    assert page.context["hidden_count"] == 1
    assert "去更新证照" in page.text
    assert not client.get(shop_page).context["is_on_sale"]
    assert client.get(f"/api/v1/goods/{good.public_id}/").json()["on_sale"] is False
    assert "“营业执照”已过期" in client.get(reverse("supplier:papers")).text


@pytest.mark.django_db
def test_the_bond_is_paid_from_its_page() -> None:
    client, supplier = member(clock.now())
    page = client.get(reverse("supplier:bonds"))
    assert [(row.code, missing) for row, _since, missing in page.context["rows"]] == [
        ("food/health", 200_000),
        ("home/appliances", 100_000),
    ]
    answer = client.post(reverse("supplier:bonds"), {"category": "home/appliances"})
    assert "/cashier/" in answer["Location"]
    refused = client.post(reverse("supplier:bonds"), {"category": "beauty"}, follow=True)
    assert "该类目不需要再缴保证金" in refused.text
    assert "证照材料" in client.get(reverse("supplier:papers")).text
    assert supplier.bonded.count() == 1
