"""Commission invoices as pages, paper and table: the same to the fen; the supplier's alone; staff's buttons."""

import csv
import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from commissions import services as commissions
from tax import services as tax
from tax.models import CommissionInvoice
from tax.papers import invoice_pdf
from tests.factories import story
from tests.factories.payouts import ANNA
from tests.factories.summer import AUGUST, JULY, JUNE, Summer, run_of, summer
from tests.factories.world import picture
from tests.staff.conftest import signed_in
from tests.staff.world import staff_user

pytestmark = pytest.mark.django_db
AT = run_of(AUGUST) + timedelta(hours=5)


@pytest.fixture
def told() -> Summer:
    """June and July are issued, August's red one waits."""
    made = summer()
    commissions.catch_up_supplier_statements(at=run_of(AUGUST))
    for month in (JUNE, JULY):
        tax.issue_commission_invoices(month=month, actor=ANNA, at=AT)
    return made


@pytest.fixture
def desk() -> Client:
    return signed_in(staff_user(901, "青禾"))


def member_of(told: Summer) -> Client:
    client = Client()
    client.force_login(told.supplier.members.get().user)
    return client


def words(raw: bytes) -> str:
    document = pypdfium2.PdfDocument(raw)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_page_paper_and_table_say_the_same(told: Summer) -> None:
    client = member_of(told)
    row = CommissionInvoice.objects.get(month=JULY)
    page = plain(client.get(reverse("supplier:invoice", args=[2026, 7])).content.decode())
    paper = words(client.get(reverse("supplier:invoice-pdf", args=[2026, 7])).content)
    raw = b"".join(client.get(reverse("supplier:invoices-file")).streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    sheet = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [line["月份"] for line in sheet] == ["2026-08", "2026-07", "2026-06"]
    line = sheet[1]
    for column, fen in (("价税合计", 301_400), ("不含税金额", 284_340), ("税额", 17_060)):
        shown = f"{fen // 100:,}.{fen % 100:02d}"
        assert line[column] == shown.replace(",", "")
        assert f"¥{shown}" in page
        assert shown in paper
    assert (line["税率"], line["状态"], line["开票序号"]) == ("6%", "已开具", "2")
    for said in (page, paper, ",".join(line.values())):
        for what in (row.tax_number, row.number, told.supplier.name, told.supplier.credit_code, "2026年7月"):
            assert what in said
    with translation.override("en"):
        english = words(invoice_pdf(row))
    assert "Commission invoice" in english
    assert "Promotion commission, Jul 2026" in english
    assert re.search(r"[一-鿿]", english.replace(told.supplier.name, "").replace("淘小铺", "")) is None


def test_a_red_draft_says_so_and_has_no_paper(told: Summer) -> None:
    client = member_of(told)
    page = plain(client.get(reverse("supplier:invoice", args=[2026, 8])).content.decode())
    for said in (
        "佣金红字发票",
        "待开具",
        "−¥3,000.00",
        "−¥2,830.19",
        "−¥169.81",
        "退回的佣金多于收取的佣金",
    ):
        assert said in page
    assert client.get(reverse("supplier:invoice-pdf", args=[2026, 8])).status_code == 404
    listing = client.get(reverse("supplier:invoices")).content.decode()
    assert re.findall(r"/supplier/invoices/(2026-\d+)/invoice.pdf", listing) == ["2026-7", "2026-6"]
    assert "红字" in listing


def test_the_same_invoice_is_the_same_bytes(told: Summer) -> None:
    page = reverse("supplier:invoice-pdf", args=[2026, 6])
    before = member_of(told).get(page).content
    tax.issue_commission_invoices(month=AUGUST, actor=ANNA, at=AT)
    assert member_of(told).get(page).content == before


def test_statement_and_invoice_lead_to_each_other(told: Summer) -> None:
    client = member_of(told)
    statement, invoice = (reverse(f"supplier:{name}", args=[2026, 7]) for name in ("statement", "invoice"))
    assert f'href="{invoice}"' in client.get(statement).content.decode()
    assert f'href="{statement}"' in client.get(invoice).content.decode()
    may = client.get(reverse("supplier:statement", args=[2026, 5])).content.decode()
    assert "/supplier/invoices/2026" not in may  # no commission, no invoice


@pytest.mark.parametrize("name", ["invoice", "invoice-pdf"])
def test_another_suppliers_invoice_is_not_found(name: str, told: Summer) -> None:
    other = Client()
    other.force_login(story.supplier(AT, 9, brands=("海棠",)).members.get().user)
    assert other.get(reverse(f"supplier:{name}", args=[2026, 7])).status_code == 404
    for wrong in ((2026, 13), (1999, 1), (2026, 5)):
        assert member_of(told).get(reverse(f"supplier:{name}", args=wrong)).status_code == 404


def test_a_supplier_without_invoices_sees_what_will_come() -> None:
    client = Client()
    client.force_login(story.supplier(AT).members.get().user)
    html = client.get(reverse("supplier:invoices")).content.decode()
    assert "还没有佣金发票" in html
    assert "佣金含 6% 增值税" in html
    assert reverse("supplier:invoices-file") not in html


def test_pages_in_english(told: Summer) -> None:
    client = member_of(told)
    client.cookies.load({"django_language": "en"})
    assert "Commission invoices" in client.get(reverse("supplier:invoices")).content.decode()
    page = client.get(reverse("supplier:invoice", args=[2026, 8])).content.decode()
    for said in ("Red commission invoice", "To be issued", "Net amount", "Buyer"):
        assert said in page


# Staff


def press(desk: Client, row: CommissionInvoice) -> int:
    answer = desk.post(reverse("admin:tax_commissioninvoice_act", args=[row.pk, "issue"]), {})
    return int(answer.status_code)


def test_staff_issue_one_with_a_button(told: Summer, desk: Client) -> None:
    row = CommissionInvoice.objects.get(month=AUGUST)
    page = reverse("admin:tax_commissioninvoice_change", args=[row.pk])
    html = desk.get(page).content.decode()
    assert "佣金红字发票" in html
    assert reverse("admin:tax_commissioninvoice_act", args=[row.pk, "issue"]) in html
    assert press(desk, row) == 302
    row.refresh_from_db()
    assert (row.status, row.serial) == ("issued", 3)
    after = desk.get(page).content.decode()
    assert row.tax_number in after
    assert reverse("admin:tax_commissioninvoice_act", args=[row.pk, "issue"]) not in after
    person = User.objects.get(nickname="青禾")
    assert f"工作人员 {person.nickname}" in plain(after)
    assert press(desk, row) == 302  # pressed twice
    row.refresh_from_db()
    assert row.serial == 3


def test_staff_issue_a_whole_month(told: Summer, desk: Client) -> None:
    page = reverse("admin:tax_commissioninvoice_issue")
    listing = desk.get(reverse("admin:tax_commissioninvoice_changelist")).content.decode()
    assert "1 张待开具" in plain(listing)
    assert page in listing
    html = plain(desk.get(page).content.decode())
    for said in ("开具 2026-08 的 1 张", "2026年8月", "−¥3,000.00", "−¥169.81"):
        assert said in html
    before = picture()
    assert desk.post(page, {"month": "2026-07"}).status_code == 302  # the page has moved on
    changed = {name for name, rows in picture().items() if rows != before[name]}
    assert changed <= {"accounts_user", "axes_accessattempt"}
    answer = desk.post(page, {"month": "2026-08"}, follow=True)
    assert "已开具 1 张" in plain(answer.content.decode())
    assert "没有待开具的发票" in plain(answer.content.decode())
    assert CommissionInvoice.objects.get(month=AUGUST).serial == 3


def test_without_a_tax_bureau_staff_are_told_so(told: Summer, desk: Client, settings: object) -> None:
    settings.SANDBOX_PROVIDERS = False  # type: ignore[attr-defined]
    row = CommissionInvoice.objects.get(month=AUGUST)
    one = desk.post(reverse("admin:tax_commissioninvoice_act", args=[row.pk, "issue"]), {})
    month = desk.post(reverse("admin:tax_commissioninvoice_issue"), {"month": "2026-08"})
    for answer in (one, month):
        assert answer.status_code == 503
        assert "尚未接入税务开票系统" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "draft"


def test_only_staff_open_the_page(told: Summer) -> None:
    page = reverse("admin:tax_commissioninvoice_issue")
    for client in (Client(), member_of(told)):
        for answer in (client.get(page), client.post(page, {"month": "2026-08"})):
            assert answer.status_code == 302
            assert reverse("admin:login") in answer["Location"]
    assert CommissionInvoice.objects.get(month=AUGUST).status == "draft"
