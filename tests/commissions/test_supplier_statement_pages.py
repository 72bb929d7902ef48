"""A supplier's statement as page, CSV and PDF: the same to the fen; each line opens its journal; the supplier's alone."""

import csv
import io
import re
from decimal import Decimal

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from commissions import papers
from commissions import services as commissions
from commissions.models import SupplierStatement
from commissions.papers import suppliers as paper
from ledger.models import Journal
from tests.factories import story
from tests.factories.summer import AUGUST, JULY, JUNE, Summer, run_of, summer

pytestmark = pytest.mark.django_db
MONEY = {"商品货款": 1_520_000, "运费": 1_600, "佣金": -301_400, "退款": -13_000, "打款": -23_600}


@pytest.fixture
def told() -> Summer:
    made = summer()
    commissions.catch_up_supplier_statements(at=run_of(AUGUST))
    return made


def member_of(told: Summer) -> Client:
    client = Client()
    client.force_login(told.supplier.members.get().user)
    return client


def get(told: Summer, name: str, month: object = JULY, query: str = "") -> bytes:
    answer = member_of(told).get(reverse(f"supplier:{name}", args=[month.year, month.month]) + query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def sheet(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def words(raw: bytes) -> str:
    document = pypdfium2.PdfDocument(raw)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def shown(fen: int) -> str:
    """An amount as page and paper write it, without its sign."""
    return f"{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def test_page_csv_and_pdf_say_the_same(told: Summer) -> None:
    html, rows, text = (get(told, "statement").decode(), sheet(get(told, "statement-csv")), words(get(told, "statement-pdf")))  # fmt: skip
    plain = re.sub(r"<[^>]+>", "", html)
    opening, *lines, total = rows
    assert (opening["类型"], opening["应付货款余额"], total["类型"]) == ("期初", "108.00", "合计")
    assert {row["类型"] for row in lines} == {"明细"}
    for column, fen in MONEY.items():
        yuan = Decimal(fen) / 100
        assert Decimal(total[column]) == sum(Decimal(row[column]) for row in lines) == yuan
        if column != "打款":
            assert shown(fen) in text
        assert f"¥{shown(fen)}" in plain.replace("¥ ", "¥")
    running = Decimal(opening["应付货款余额"])
    for row in lines:
        running += Decimal(row["应付货款变动"])
        assert Decimal(row["应付货款余额"]) == running
    assert running == Decimal(total["应付货款余额"]) == Decimal("12008.00")
    for column, fen in (("应付货款变动", 1_190_000), ("保证金变动", -6_400), ("欠款变动", 0)):
        assert Decimal(total[column]) == sum(Decimal(row[column]) for row in lines) == Decimal(fen) / 100
    number = f"{told.supplier.public_id}-202607"
    for said in (plain, text):
        assert number in said
        assert "12,008.00" in said
        assert "9,936.00" in said
        assert said.count("订单结清") >= 2


def test_the_same_statement_is_the_same_bytes(told: Summer) -> None:
    names = ("statement-csv", "statement-pdf")
    before = {name: get(told, name) for name in names}
    commissions.catch_up_supplier_statements(at=run_of(AUGUST))
    assert before == {name: get(told, name) for name in names}
    row = SupplierStatement.objects.select_related("supplier").get(month=JULY)
    with translation.override("en"):
        english = words(papers.supplier_statement_pdf(row))
    assert "Supplier statement, Jul 2026" in english
    assert "Refunds after finalising" in english
    assert re.search(r"[一-鿿]", english.replace(told.supplier.name, "").replace("淘小铺", "")) is None


def test_a_long_month_has_its_lines_in_the_table_for_spreadsheets(
    told: Summer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "7 笔明细见同一张单的 CSV 文件" not in words(get(told, "statement-pdf"))
    monkeypatch.setattr(paper, "PAPER_LINES", 6)
    text = words(get(told, "statement-pdf"))
    assert "7 笔明细见同一张单的 CSV 文件" in text
    assert "12,008.00" in text
    assert f"#{Journal.objects.get(kind='deposit').pk}" not in text
    assert len(sheet(get(told, "statement-csv"))) == 9


def test_lines_are_paged_and_the_balance_runs_on(told: Summer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissions.views.supplier.LINES_PER_PAGE", 3)
    first, last = (get(told, "statement", query=f"?page={n}").decode() for n in (1, 3))
    assert first.count('href="/supplier/payable/journals/') == 3
    assert last.count('href="/supplier/payable/journals/') == 1
    assert "12,008" in last


def test_every_line_opens_its_journal_in_the_suppliers_share(told: Summer) -> None:
    client = member_of(told)
    for month in (JULY, AUGUST):
        html = get(told, "statement", month).decode()
        links = re.findall(r'href="(/supplier/payable/journals/\d+/)"', html)
        assert len(links) == len(set(links)) == SupplierStatement.objects.get(month=month).lines
        for link in links:
            assert client.get(link).status_code == 200
    order = told.orders["first"].number
    assert f'href="{reverse("supplier:order-money", args=[order])}"' in get(told, "statement", JUNE).decode()

    paid = Journal.objects.filter(kind="supplier_payout").order_by("pk")[0]
    page = client.get(reverse("supplier:journal", args=[paid.pk])).content.decode()
    assert reverse("supplier:payout", args=[paid.ref_id]) in page
    assert "打款清算" not in page  # the other side is not the supplier's

    final = Journal.objects.get(kind="finalise", ref_id=order)
    page = client.get(reverse("supplier:journal", args=[final.pk])).content.decode()
    assert page.count("应付供应商") == 2
    for hidden in ("18.00", "2.00</span>", "掌柜已确认佣金", "平台技术服务费"):
        assert hidden not in page
    assert reverse("supplier:order-money", args=[order]) in page


def test_a_foreign_journal_is_not_found(told: Summer) -> None:
    client = member_of(told)
    payment = Journal.objects.filter(kind="payment")[
        0
    ]  # of this supplier's order, but nothing of it is the supplier's
    settle = Journal.objects.exclude(kind__in=["finalise", "deposit"]).filter(kind="refund_paid")[0]
    for journal in (payment, settle):
        assert client.get(reverse("supplier:journal", args=[journal.pk])).status_code == 404


def test_the_list_of_months_adds_up(told: Summer) -> None:
    html = member_of(told).get(reverse("supplier:statements") + "?year=1999").content.decode()
    plain = re.sub(r"<[^>]+>", "", html)
    assert "2026 年货款与运费" in plain
    assert f"¥{shown(1_844_000)}" in plain  # all orders of the year, with freight
    months = re.findall(r'href="/supplier/statements/(2026-\d+)/"', html)
    assert months == ["2026-8", "2026-7", "2026-6", "2026-5"]
    for words_of in ("−¥3,000.00", "¥13,276.00"):  # August's commission came back; paid out in all
        assert words_of in plain


def test_a_supplier_without_statements_sees_what_will_come() -> None:
    supplier = story.supplier(story.noon(2026, 6, 3))
    client = Client()
    client.force_login(supplier.members.get().user)
    html = client.get(reverse("supplier:statements")).content.decode()
    assert "还没有月结单" in html
    assert "每月 1 日 4 点后出上个月的单" in html


@pytest.mark.parametrize("name", ["statement", "statement-csv", "statement-pdf"])
def test_another_suppliers_month_is_not_found(name: str, told: Summer) -> None:
    other = story.supplier(story.noon(2026, 9, 3), 9, brands=("海棠",))
    client = Client()
    client.force_login(other.members.get().user)
    assert client.get(reverse(f"supplier:{name}", args=[2026, 7])).status_code == 404
    for wrong in ((2026, 13), (1999, 1)):
        assert client.get(reverse(f"supplier:{name}", args=wrong)).status_code == 404


def test_pages_in_english(told: Summer) -> None:
    client = member_of(told)
    client.cookies.load({"django_language": "en"})
    page = client.get(reverse("supplier:statement", args=[2026, 7])).content.decode()
    for said in ("Changes by account", "Closing payable", "How the net comes about", "Jul 2026"):
        assert said in page
    assert "By month" in client.get(reverse("supplier:statements")).content.decode()


def test_staff_open_the_same_files_and_every_journal(told: Summer) -> None:
    row = SupplierStatement.objects.get(month=JULY)
    client = Client()
    client.force_login(story.enrol(story.user(901, is_staff=True)))
    html = client.get(reverse("admin:commissions_supplierstatement_change", args=[row.pk])).content.decode()
    journals = re.findall(r"/admin/ledger/journal/(\d+)/change/", html)
    assert sorted(map(int, journals)) == sorted(row.items.values_list("journal_id", flat=True))
    assert reverse("staff:order-money", args=[told.orders["dear"].number]) in html
    raw = client.get(reverse("admin:commissions_supplierstatement_csv", args=[row.pk]))
    assert b"".join(raw.streaming_content) == get(told, "statement-csv")
    pdf = client.get(reverse("admin:commissions_supplierstatement_pdf", args=[row.pk]))
    assert pdf.content == get(told, "statement-pdf")
