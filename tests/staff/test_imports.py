"""The staff's import of a whole catalogue: preview, confirm, progress, report; bad files are refused by name."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from suppliers.models import CatalogueImport, Good, Supplier
from suppliers.services import RUN_IMPORT, run_import
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import jobs
from tests.staff.world import CATALOGUE, clock


def upload(desk: Client, raw: bytes, **changes: str) -> tuple[int, str]:
    """Send a file; the status and the next address or the page."""
    data = {"category": "food", "stock": "80", "rate": "15"} | changes
    file = SimpleUploadedFile("catalogue.csv", raw, content_type="text/csv")
    answer = desk.post(reverse("staff:import"), data | {"file": file})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_preview_confirm_watch_and_report(judge: User, desk: Client) -> None:
    ensure_reference()
    status, page = upload(desk, CATALOGUE.read_bytes())
    assert status == 302
    catalogue = CatalogueImport.objects.get()
    assert (catalogue.supplier, catalogue.person) == (None, judge.public_id)
    assert (catalogue.lines, catalogue.goods, catalogue.held, catalogue.errors) == (120, 42, 6, 7)
    text = desk.get(page).content.decode()
    assert "新建的商品归入“食品健康”，库存 80 件，佣金率 15%，图片由平台绘制" in text
    assert not Good.objects.exists()

    report = b"".join(desk.get(reverse("staff:import-report", args=[catalogue.public_id])).streaming_content)
    lines = report.decode("utf-8-sig").splitlines()
    assert lines[0] == "行号,结果,来源编号,原因"
    assert any(re.match(r"14,有误,M990000000001,", line) for line in lines)

    start = reverse("staff:import-start", args=[catalogue.public_id])
    assert desk.post(start).status_code == 302
    progress = desk.get(reverse("staff:import-progress", args=[catalogue.public_id]))
    assert "已处理 0 / 42 件商品" in progress.content.decode()
    assert "HX-Refresh" not in progress.headers
    assert jobs.work_off(RUN_IMPORT, at=clock.now(), work=run_import) == 1
    assert (
        desk.get(reverse("staff:import-progress", args=[catalogue.public_id])).headers["HX-Refresh"] == "true"
    )
    assert (Good.objects.count(), Good.objects.filter(status="held").count()) == (42, 6)
    brands = Good.objects.values_list("brand", flat=True).distinct().count()
    assert Supplier.objects.count() == brands
    assert "该文件已开始导入" in desk.post(start, follow=True).content.decode()
    assert "导入已于" in desk.get(page).content.decode()

    upload(desk, CATALOGUE.read_bytes())
    again = CatalogueImport.objects.latest("pk")
    assert (again.to_create, again.to_update, again.unchanged) == (0, 0, 42)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "changes", "words"),
    [
        (b"PK\x03\x04 a spreadsheet", {}, "不是 CSV 或 XLSX 表格"),
        ("名称,颜色\n面霜,红\n".encode(), {}, "列"),
        (CATALOGUE.read_bytes(), {"rate": "0.99"}, "佣金率须在 1% 到 50% 之间"),
        (CATALOGUE.read_bytes(), {"rate": "50.01"}, "佣金率须在 1% 到 50% 之间"),
        (CATALOGUE.read_bytes(), {"rate": "1e1"}, "请填写百分数"),
        (CATALOGUE.read_bytes(), {"stock": "-1"}, "0"),
        (CATALOGUE.read_bytes(), {"category": "nothing"}, "nothing"),
    ],
    ids=["binary", "columns", "low", "high", "exponent", "stock", "category"],
)
def test_a_bad_file_or_default_is_refused_with_what_was_typed(
    desk: Client, raw: bytes, changes: dict[str, str], words: str
) -> None:
    ensure_reference()
    status, page = upload(desk, raw, **changes)
    assert status == 400
    assert words in page
    assert 'value="80"' in page or changes.get("stock")
    assert not CatalogueImport.objects.exists()


@pytest.mark.django_db
def test_another_import_s_address_is_not_found(desk: Client) -> None:
    for name in ("detail", "progress", "report"):
        assert desk.get(reverse(f"staff:import-{name}", args=["nothing"])).status_code == 404
