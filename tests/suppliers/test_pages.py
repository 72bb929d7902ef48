"""The supplier's application, goods and imports as pages: empty, full, refused, and a stranger's."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from suppliers import services
from suppliers.catalogue_file import MAX_BYTES
from suppliers.models import CatalogueImport, Good, Supplier
from suppliers.states import ImportStatus
from taoxiaopu.kernel import clock
from tests.factories import numbers, story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
HEADER = "update_time,id,title,price,sale_count,comment_count,店名\n"
ROWS = (
    "2016-11-01,A1,山茶花滋润面霜,99.00,10,2,山茶花\n"
    "2016-11-02,A1,山茶花滋润面霜,89.00,12,3,山茶花\n"
    "2016-11-02,A2,山茶花特供礼盒,199.00,1,0,山茶花\n"
    "2016-11-02,A2,山茶花特供礼盒,199.00,1,0,山茶花\n"
    "2016-11-02,A3,别家的霜,10,1,0,别家\n"
    "2016-11-02,=A4,山茶花洗面奶,1e3,1,0,山茶花\n"
)


@pytest.fixture
def at() -> datetime:
    return clock.now()


def application(**changes: object) -> dict[str, object]:
    words = {
        "name": "山茶花日化有限公司", "credit_code": numbers.company_code(1), "kind": "brand",
        "capital": "1000000.00", "is_general_taxpayer": "on", "brands": "山茶花\n白茶，青茶", "proof": "chain",
        "chain_levels": "3", "voucher_note": "",
    }  # fmt: skip
    return words | changes


def papers_by_page(client: Client) -> None:
    """Everything that the applicant's page asks for, handed in there."""
    for item in client.get(reverse("supplier:apply")).context["items"]:
        need = item.place.requirement
        sent: dict[str, object] = {
            "requirement": need.code,
            "brand": item.place.brand,
            "level": item.place.level,
        }
        if need.kind == "document":
            sent["files"] = SimpleUploadedFile("../../x.png", story.small_scan("x"), "image/png")
        else:
            sent |= {"text": "产地直采", "declared": "on"}
        if item.place.brand:
            sent |= {"valid_from": "2026-01-01", "valid_until": "2099-12-31"}
        answer = client.post(reverse("supplier:paper-new"), sent, headers={"HX-Request": "true"})
        assert answer.context["problem"] == ""


def test_an_application_is_handed_in_and_shown(client: Client) -> None:
    client.force_login(story.user(1))
    assert client.get(reverse("supplier:home"))["Location"] == reverse("supplier:apply")
    response = client.post(reverse("supplier:apply"), application(brands="山茶花"))
    assert response.status_code == 422
    assert "还有材料未提交或待补正：营业执照、" in response.text
    supplier = Supplier.objects.get()
    assert (supplier.status, supplier.submitted_at) == ("draft", None)
    assert client.get(reverse("supplier:goods"))["Location"] == reverse("supplier:apply")
    client.post(reverse("supplier:apply-draft"), application())
    papers_by_page(client)
    assert client.post(reverse("supplier:apply"), application()).status_code == 302
    supplier = Supplier.objects.get()
    assert (supplier.capital_fen, supplier.status, supplier.chain_levels) == (100_000_000, "submitted", 3)
    assert [b.name for b in supplier.brands.order_by("id")] == ["山茶花", "白茶", "青茶"]
    page = client.get(reverse("supplier:apply"))
    assert "申请已提交，等待审核" in page.text
    assert page.context["form"] is None
    assert client.get(reverse("supplier:home"))["Location"] == reverse("supplier:apply")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"capital": "999999.99"}, "capital", "注册资本为 ¥999,999.99，入驻须不低于 ¥1,000,000.00"),
        (
            {"capital": "1e6"},
            "capital",
            "金额“1e6”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数",
        ),
        ({"credit_code": "91350100M000100Y00"}, "credit_code", "统一社会信用代码有误，请核对 18 位代码"),
        ({"is_general_taxpayer": ""}, "is_general_taxpayer", "入驻企业须为增值税一般纳税人"),
        ({"chain_levels": "4"}, "chain_levels", "品牌授权链路须为 1 到 3 级，您填写的是 4 级"),
        ({"proof": "voucher"}, "voucher_note", "无品牌授权时，须说明可追溯至源头的采购凭证（至少 10 个字）"),
        ({"brands": "，"}, "brands", "请填写至少一个经营品牌（每个 1 到 40 字）"),
    ],
)
def test_an_application_is_refused_on_the_field(
    client: Client, changes: dict[str, object], field: str, sentence: str
) -> None:
    client.force_login(story.user(1))
    response = client.post(reverse("supplier:apply"), application(**changes))
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [sentence]}
    assert "山茶花日化有限公司" in response.text
    assert Supplier.objects.get().status == "draft"  # nothing is lost, nobody reads it yet
    again = client.get(reverse("supplier:apply"))
    assert [again.context["form"].initial[name] for name in changes] == list(changes.values())


def test_a_rejected_application_shows_why_and_is_handed_in_again(client: Client, at: datetime) -> None:
    user = story.user(1)
    client.force_login(user)
    made = story.hand_in(user, at)
    services.take_application(public_id=made.public_id, actor=story.SYSTEM_STAFF, at=at)
    services.reject_supplier(public_id=made.public_id, actor=story.SYSTEM_STAFF, at=at, reason="授权书缺一页")
    page = client.get(reverse("supplier:apply"))
    assert "授权书缺一页" in page.text
    assert page.context["form"].initial["capital"] == "1000000.00"
    assert (
        client.post(reverse("supplier:apply"), application(name="改名公司", brands="山茶花")).status_code
        == 302
    )
    made.refresh_from_db()
    assert (made.name, made.status) == ("改名公司", "submitted")


def good_words(**changes: object) -> dict[str, object]:
    words = {
        "title": "滋润面霜 50g", "category": "beauty", "brand": "山茶花", "price": "99.00", "stock": "50",
        "rate": "12.5", "ship_within_h": "48", "description": "清爽",
    }  # fmt: skip
    return words | changes


def test_a_good_is_listed_changed_delisted_and_listed(at: datetime) -> None:
    client, _supplier = member(at)
    assert "还没有商品" in client.get(reverse("supplier:goods")).text
    assert client.get(reverse("supplier:good-new")).status_code == 200
    assert client.post(reverse("supplier:good-new"), good_words()).status_code == 302
    good = Good.objects.get()
    assert (good.price_from_fen, good.rate_bp, good.status) == (9900, 1250, "listed")
    page = client.get(reverse("supplier:good", args=[good.public_id]))
    assert page.context["form"].initial["rate"] == "12.5"
    changed = good_words(price="88", stock="40", rate="20")
    assert client.post(reverse("supplier:good", args=[good.public_id]), changed).status_code == 302
    good.refresh_from_db()
    assert (good.price_from_fen, good.rate_bp, good.skus.get().available) == (8800, 2000, 40)
    back = {"back": "?status=listed&page=1"}
    response = client.post(reverse("supplier:good-delist", args=[good.public_id]), back)
    assert response["Location"] == "/supplier/goods/?status=listed&page=1"
    assert "已下架" in client.get(reverse("supplier:goods") + "?status=delisted").text
    client.post(reverse("supplier:good-list", args=[good.public_id]), {"back": "https://elsewhere.example"})
    good.refresh_from_db()
    assert good.status == "listed"


def test_a_good_with_a_blocked_word_is_kept_and_held(at: datetime) -> None:
    client, _supplier = member(at)
    page = client.post(reverse("supplier:good-new"), good_words(title="特供面霜"), follow=True)
    assert "内容含须审核的词“特供”，审核通过后才会上架" in page.text
    assert Good.objects.get().status == "held"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"price": "1e3"}, "price", "金额“1e3”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数"),
        ({"price": "0"}, "price", "金额“0”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数"),
        ({"rate": "0.99"}, "rate", "佣金率须在 1% 到 50% 之间"),
        ({"rate": "50.01"}, "rate", "佣金率须在 1% 到 50% 之间"),
        ({"rate": "abc"}, "rate", "请填写百分数，最多两位小数，例如 20 或 12.5"),
        ({"stock": "-1"}, "stock", "确保该值大于或等于0。"),
        ({"title": "  "}, "title", "该字段是必填项。"),
        ({"brand": "别家"}, "brand", "选择一个有效的选项。 别家 不在可用的选项中。"),
    ],
)
def test_a_good_is_refused_on_the_field(
    at: datetime, changes: dict[str, object], field: str, sentence: str
) -> None:
    client, supplier = member(at)
    there = story.good(supplier, at)
    for url in (reverse("supplier:good-new"), reverse("supplier:good", args=[there.public_id])):
        response = client.post(url, good_words(**changes))
        assert response.status_code == 422
        assert response.context["form"].errors == {field: [sentence]}
    there.refresh_from_db()
    assert Good.objects.count() == 1
    assert (there.title, there.price_from_fen, there.version) == ("滋润面霜 50g", 10_000, 1)


def test_a_picture_that_is_none_is_refused(at: datetime) -> None:
    client, _supplier = member(at)
    words = good_words(picture=SimpleUploadedFile("a.png", b"GIF89a no picture"))
    response = client.post(reverse("supplier:good-new"), words)
    assert list(response.context["form"].errors) == ["picture"]
    assert Good.objects.count() == 0


def test_rates_at_both_limits(at: datetime) -> None:
    client, _supplier = member(at)
    for rate in ("1", "50"):
        assert client.post(reverse("supplier:good-new"), good_words(rate=rate)).status_code == 302
    assert list(Good.objects.order_by("id").values_list("rate_bp", flat=True)) == [100, 5000]


def test_goods_are_searched_and_filtered(at: datetime) -> None:
    client, supplier = member(at)
    story.good(supplier, at, title="山茶花面霜")
    story.good(supplier, at, title="山茶花香皂")
    page = client.get(reverse("supplier:goods"), {"q": "香皂", "status": "listed", "category": "beauty"})
    assert [g.title for g in page.context["page"]] == ["山茶花香皂"]
    empty = client.get(reverse("supplier:goods"), {"q": "没有", "page": "x"})
    assert "没有符合条件的商品" in empty.text


def test_stock_from_the_list(at: datetime) -> None:
    client, supplier = member(at)
    good = story.good(supplier, at)
    url = reverse("supplier:good-stock", args=[good.public_id])
    assert "已保存" in client.post(url, {"stock": "7"}, headers={"HX-Request": "true"}).text
    assert good.skus.get().available == 7
    refused = client.post(url, {"stock": "abc"}, headers={"HX-Request": "true"})
    assert "输入整数。" in refused.text
    assert good.skus.get().available == 7
    assert client.post(url, {"stock": "8"})["Location"] == reverse("supplier:goods")


def test_earning_is_shown_to_the_fen(at: datetime) -> None:
    client, _supplier = member(at)
    page = client.get(reverse("supplier:earning"), {"price": "99.00", "rate": "12.5"})
    split = page.context["split"]
    assert (split.gross_fen, split.fee_fen, split.owner_fen, page.context["keeps_fen"]) == (
        1238, 124, 1114, 8662,
    )  # fmt: skip
    for bad in ({"price": "1e3", "rate": "20"}, {"price": "9", "rate": "51"}, {}):
        assert client.get(reverse("supplier:earning"), bad).context["split"] is None


def upload(client: Client, raw: bytes, **changes: object) -> object:
    words = {"file": SimpleUploadedFile("a.csv", raw), "category": "beauty", "stock": "100", "rate": "20"}
    return client.post(reverse("supplier:import"), words | changes)


def test_a_file_is_previewed_confirmed_and_done(at: datetime, settings: object, tmp_path: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    client, _supplier = member(at)
    assert client.get(reverse("supplier:import")).status_code == 200
    assert upload(client, (HEADER + ROWS).encode("gbk")).status_code == 302
    made = CatalogueImport.objects.get()
    assert (made.lines, made.goods, made.to_create, made.held) == (6, 2, 2, 1)
    assert (made.repeats, made.superseded, made.foreign_brand, made.errors) == (1, 1, 1, 1)
    detail = reverse("supplier:import-detail", args=[made.public_id])
    page = client.get(detail)
    assert "文件没有写的类目、库存和佣金率，新商品使用下面的默认值" in page.text
    assert "价格“1e3”无法识别" in page.text
    assert Good.objects.count() == 0
    only = client.get(detail, {"outcome": "held"})
    assert [line.line_no for line in only.context["page"]] == [4]
    report = b"".join(client.get(reverse("supplier:import-report", args=[made.public_id])).streaming_content)
    lines = report.decode().lstrip("\ufeff").splitlines()
    assert lines[0] == "行号,结果,商品编号,原因"
    assert lines[4].startswith("7,无法识别,'=A4,价格“1e3”无法识别")
    assert client.post(reverse("supplier:import-start", args=[made.public_id]))["Location"] == detail
    progress = reverse("supplier:import-progress", args=[made.public_id])
    assert "HX-Refresh" not in client.get(progress).headers
    again = client.post(reverse("supplier:import-start", args=[made.public_id]), follow=True)
    assert "该文件已开始导入，请查看进度" in again.text
    for _step in services.run_import_now(catalogue=CatalogueImport.objects.get()):
        pass
    assert client.get(progress)["HX-Refresh"] == "true"
    assert "已全部写入" in client.get(detail).text
    assert list(Good.objects.order_by("source_id").values_list("price_from_fen", "status")) == [
        (8900, "listed"),
        (19900, "held"),
    ]
    assert CatalogueImport.objects.get().status == ImportStatus.DONE


@pytest.mark.parametrize(
    ("raw", "changes", "status", "field", "sentence"),
    [
        (
            b"PK\x03\x04rest",
            {},
            400,
            "file",
            "这个文件不是 CSV 或 XLSX 表格。其他格式请先另存为 XLSX 或 CSV 再上传",
        ),
        (b"x" * (MAX_BYTES + 1), {}, 413, "file", "文件超过 20 MB，请分成几个文件上传"),
        (b"", {}, 422, "file", "文件是空的"),
        ((HEADER + ROWS).encode("gbk"), {"encoding": "utf-8"}, 400, "file", "UTF-8"),
        ((HEADER + ROWS).encode(), {"rate": "51"}, 400, "rate", "佣金率须在 1% 到 50% 之间"),
        ((HEADER + ROWS).encode(), {"stock": "x"}, 422, "stock", "输入整数。"),
        ((HEADER + ROWS).encode(), {"category": ""}, 422, "category", "该字段是必填项。"),
    ],
)
def test_a_file_is_refused(
    at: datetime, raw: bytes, changes: dict[str, object], status: int, field: str, sentence: str
) -> None:
    client, _supplier = member(at)
    response = upload(client, raw, **changes)
    assert response.status_code == status
    assert list(response.context["form"].errors) == [field]
    assert sentence in response.context["form"].errors[field][0]
    assert CatalogueImport.objects.count() == 0


def test_the_template_is_a_file_that_can_be_imported(
    at: datetime, settings: object, tmp_path: object
) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    client, _supplier = member(at)
    raw = b"".join(client.get(reverse("supplier:import-template")).streaming_content)
    assert upload(client, raw).status_code == 302
    assert (CatalogueImport.objects.get().to_create, CatalogueImport.objects.get().errors) == (1, 0)


def test_freight_is_set_and_refused(at: datetime) -> None:
    client, supplier = member(at)
    url = reverse("supplier:freight")
    assert "全部包邮" in client.get(url).text
    assert client.post(url, {"freight": "8", "free_from": "99"}).status_code == 302
    assert "每单 ¥8.00，满 ¥99.00 包邮" in client.get(url).text
    for words, field in (
        ({"freight": "100.01", "free_from": "0"}, "__all__"),
        ({"freight": "-1", "free_from": "0"}, "freight"),
        ({"freight": "1", "free_from": "1e3"}, "free_from"),
    ):
        response = client.post(url, words)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
    supplier.refresh_from_db()
    assert (supplier.freight_fen, supplier.free_freight_from_fen) == (800, 9900)
    assert client.post(url, {"freight": "100", "free_from": "0"}).status_code == 302


def test_a_strangers_goods_and_imports_are_not_found(
    at: datetime, settings: object, tmp_path: object
) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    client, supplier = member(at, 1)
    good = story.good(supplier, at)
    upload(client, (HEADER + ROWS).encode())
    made = CatalogueImport.objects.get()
    other, _own = member(at, 2)
    for name in ("good", "import-detail", "import-progress", "import-report"):
        number = good.public_id if name == "good" else made.public_id
        assert other.get(reverse(f"supplier:{name}", args=[number])).status_code == 404
    for name in ("good", "good-list", "good-delist", "good-stock", "import-start"):
        number = made.public_id if name == "import-start" else good.public_id
        words = good_words(stock="1") if name != "import-start" else {}
        assert other.post(reverse(f"supplier:{name}", args=[number]), words).status_code == 404
    good.refresh_from_db()
    made.refresh_from_db()
    assert (good.version, good.status, good.skus.get().available, made.status) == (1, "listed", 50, "preview")


def test_pages_need_a_sign_in(client: Client) -> None:
    for name in ("home", "apply", "goods", "good-new", "import", "freight", "orders", "cases", "payable"):
        url = reverse(f"supplier:{name}")
        assert client.get(url)["Location"] == f"/accounts/sign-in/?next={url}"


def test_a_suspended_supplier_sees_its_desk_but_lists_nothing(at: datetime) -> None:
    client, supplier = member(at)
    services.suspend_supplier(
        public_id=supplier.public_id, actor=story.SYSTEM_STAFF, at=at + timedelta(hours=1), reason="证照过期"
    )
    assert "证照过期" in client.get(reverse("supplier:home")).text
    response = client.post(reverse("supplier:good-new"), good_words())
    assert response.context["form"].non_field_errors() == ["供应商状态为“已暂停”，入驻后才能操作"]
    assert Good.objects.count() == 0
