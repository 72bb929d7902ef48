"""A month's statement: what it holds, that nobody changes it, and that page, CSV and PDF say the same to the fen."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pypdfium2
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from commissions import services as commissions
from commissions.models import CommissionLine, Deduction, Reversal, Statement, StatementItem
from commissions.papers import statement_pdf
from commissions.selectors import statement_detail, statement_years, statements_of_year
from commissions.states import DeductionKind
from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from orders.models import Order
from orders.services import refund_line
from storefronts.models import Owner, Shop
from storefronts.services import write_tier
from suppliers.models import Good
from taoxiaopu.flows.verify import Problem, verify
from tests.factories import story

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
AT = story.noon(2026, 6, 3)
RUN = story.noon(2026, 7, 20)


@pytest.fixture
def shop() -> Shop:
    good = story.good(story.supplier(AT), AT, stock=200, title="=滋润面霜, 50g")
    made = story.picked_shop(AT, good)
    write_tier(owner=made.owner, tier=3)
    return made


@pytest.fixture
def good(shop: Shop) -> Good:
    return shop.picks.get().good


def refund(order: Order, fen: int, ref: str, at=RUN) -> None:  # type: ignore[no-untyped-def]
    refund_line(
        line=story.line_of(order), amount_fen=fen, cause="claim", cause_ref=ref, owner_side=False, at=at
    )


@pytest.fixture
def told(shop: Shop, good: Good) -> tuple[Statement, Statement]:
    """June: one order. Then it is refunded in part while July's commission waits; July bears it, and a debt besides."""
    june = story.finalised_order(good, AT, through=shop)  # finalised on the 18th: 1800 + 100
    commissions.settle_month(JUNE, at=RUN)
    july = story.finalised_order(good, story.noon(2026, 7, 1), through=shop, quantity=2)  # 3600 + 200
    refund(june, 3333, "a")  # 634 from July's
    refund(july, 5000, "b")  # its own: 950
    commissions.settle_month(JULY, at=story.noon(2026, 8, 20))
    first, second = Statement.objects.order_by("month")
    return first, second


def get(owner: Owner, name: str, month: date = JULY) -> bytes:
    client = Client()
    client.force_login(owner.user)
    answer = client.get(reverse(f"owner:{name}", args=[month.year, month.month]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def sheet(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def words(raw: bytes) -> str:
    document = pypdfium2.PdfDocument(raw)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def damage() -> list[Problem]:
    """What verify finds, but for the level that these owners were given by hand."""
    return [problem for problem in verify().problems if problem.check.name != "owner_tier"]


def test_each_line_and_each_cause_adds_up_to_the_statement(told: tuple[Statement, Statement]) -> None:
    first, second = told
    assert (first.commission_fen, first.bonus_fen, first.taken_back_fen, first.net_fen) == (
        1800,
        100,
        0,
        1900,
    )
    # July's line: 15000 at 20 % is 3000, fee 300, bonus 150; 634 of it went back for June's refund.
    assert (second.commission_fen, second.bonus_fen, second.taken_back_fen, second.net_fen) == (
        2700, 150, 633, 2217,
    )  # fmt: skip
    detail = statement_detail(second)
    assert (detail.base_fen, detail.gross_fen, detail.fee_fen) == (15_000, 3000, 300)
    (item,) = detail.lines
    assert (item.base_fen, item.owner_fen, item.taken_fen, item.net_fen) == (15_000, 2850, 633, 2217)
    assert [(t.kind, t.amount_fen, t.line.order_number) for t in detail.taken] == [
        (DeductionKind.REVERSAL, 633, statement_detail(first).lines[0].line.order_number)
    ]
    assert [r.owner_fen for r in detail.reversals] == [633, 950]
    assert statement_detail(first).reversals == []
    assert damage() == []


def test_page_csv_and_pdf_say_the_same(shop: Shop, told: tuple[Statement, Statement]) -> None:
    html = get(shop.owner, "statement").decode()
    rows = sheet(get(shop.owner, "statement-csv"))
    text = words(get(shop.owner, "statement-pdf"))
    lines = [row for row in rows if row["类型"] == "明细"]
    (total,) = (row for row in rows if row["类型"] == "合计")
    for column, fen in (
        ("计佣金额", 15_000), ("佣金", 3000), ("服务费", -300), ("等级奖励", 150), ("扣回与抵欠", -633), ("入账", 2217),
    ):  # fmt: skip
        yuan = Decimal(fen) / 100
        assert Decimal(total[column]) == sum(Decimal(row[column]) for row in lines) == yuan
        shown = f"{abs(fen) // 100}.{abs(fen) % 100:02d}"
        assert f"−{shown}" in text if fen < 0 else shown in text
        whole, cents = shown.split(".")
        assert f'<span>{whole}</span><span class="money-fen">.{cents}</span>' in html or shown in html
    assert [(row["类型"], row["其中"]) for row in rows[2:]] == [
        ("退款扣回", "-6.33"), ("期间扣回（备查）", "-6.33"), ("期间扣回（备查）", "-9.50"),
    ]  # fmt: skip
    assert lines[0]["商品"] == "'=滋润面霜, 50g"
    assert told[1].number in text
    assert told[1].number in html
    for said in (html, text):
        assert f"订单 {rows[2]['订单号']} 退款，从本月待结算佣金中扣回" in said.replace("\r\n", "")


def test_the_same_statement_is_the_same_bytes(shop: Shop, told: tuple[Statement, Statement]) -> None:
    before = {name: get(shop.owner, name, JUNE) for name in ("statement-csv", "statement-pdf")}
    refund(Order.objects.get(number=statement_detail(told[0]).lines[0].line.order_number), 1000, "later")
    assert before == {name: get(shop.owner, name, JUNE) for name in before}
    with translation.override("en"):
        english = statement_pdf(statement_detail(told[0]))
    assert "Commission statement" in words(english)
    assert "19.00" in words(english)


def test_staff_open_the_same_files_and_every_journal(told: tuple[Statement, Statement]) -> None:
    statement = told[1]
    client = Client()
    client.force_login(story.enrol(story.user(901, is_staff=True)))
    html = client.get(reverse("admin:commissions_statement_change", args=[statement.pk])).content.decode()
    settled = Journal.objects.get(kind=JournalKind.SETTLE, ref_id=statement.number)
    numbers = {item.line.order_number for item in statement_detail(statement).lines}
    (final,) = Journal.objects.filter(kind=JournalKind.FINALISE, ref_id__in=numbers)
    assert re.findall(r"/ledger/journal/(\d+)/change/", html) == [str(final.pk), str(settled.pk)]
    raw = b"".join(
        client.get(reverse("admin:commissions_statement_csv", args=[statement.pk])).streaming_content
    )
    assert raw == get(statement.owner, "statement-csv")
    paper = client.get(reverse("admin:commissions_statement_pdf", args=[statement.pk]))
    assert paper.content == get(statement.owner, "statement-pdf")
    assert paper["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("name", ["statement", "statement-csv", "statement-pdf"])
def test_only_the_owner_may(name: str, told: tuple[Statement, Statement]) -> None:
    client = Client()
    client.force_login(story.owner(AT, 2).user)
    assert client.get(reverse(f"owner:{name}", args=[2026, 6])).status_code == 404


def test_the_year_adds_up(shop: Shop, told: tuple[Statement, Statement]) -> None:
    assert statement_years(shop.owner) == [2026]
    year = statements_of_year(shop.owner, 2026)
    assert [s.month for s in year.statements] == [JULY, JUNE]
    assert (year.lines, year.commission_fen, year.bonus_fen, year.taken_back_fen, year.net_fen) == (
        2, 4500, 250, 633, 4117,
    )  # fmt: skip
    client = Client()
    client.force_login(shop.owner.user)
    html = client.get(reverse("owner:statements") + "?year=1999").content.decode()
    assert "2026 年已结算入账" in html
    assert '<span>41</span><span class="money-fen">.17</span>' in html


CHANGES: list[Callable[[], object]] = [
    lambda: Statement.objects.update(net_fen=1, commission_fen=1, bonus_fen=0, taken_back_fen=0),
    lambda: Statement.objects.all()._raw_delete("default"),
    lambda: StatementItem.objects.update(net_fen=1),
    lambda: StatementItem.objects.all().delete(),
    lambda: Deduction.objects.update(amount_fen=1),
    lambda: Deduction.objects.all().delete(),
    lambda: Reversal.objects.update(owner_fen=1),
    lambda: Reversal.objects.update(statement=None),
    lambda: Reversal.objects.all()._raw_delete("default"),
    lambda: connection.cursor().execute("TRUNCATE commissions_statement CASCADE"),
    lambda: connection.cursor().execute("TRUNCATE commissions_deduction"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(
    change: Callable[[], object], told: tuple[Statement, Statement]
) -> None:
    with pytest.raises(DatabaseError, match=r"never changed|pending trigger events"), transaction.atomic():
        change()
    assert Statement.objects.get(month=JULY).net_fen == 2217


def test_a_debt_is_repaid_first_and_the_statement_says_so(shop: Shop, good: Good) -> None:
    story.finalised_order(good, AT, through=shop)
    order = Order.objects.get()
    commissions.settle_month(JUNE, at=RUN)
    spend(shop.owner, 1600)
    refund(order, 5000, "half")  # 300 from withdrawable, 650 owed
    story.finalised_order(good, RUN, through=shop)  # 1900, of which 650 repay
    commissions.settle_month(date(2026, 8, 1), at=story.noon(2026, 9, 20))
    detail = statement_detail(Statement.objects.get(month=date(2026, 8, 1)))
    assert [(t.kind, t.amount_fen) for t in detail.taken] == [(DeductionKind.DEBT, 650)]
    assert (detail.statement.taken_back_fen, detail.statement.net_fen) == (650, 1250)
    html = get(shop.owner, "statement", date(2026, 8, 1)).decode()
    assert "先抵还之前的欠款" in html
    assert "可提现 ¥3.00 · 记为欠款 ¥6.50" in html


def test_what_a_line_bore_for_another_is_given_back_when_it_is_refunded_itself(
    shop: Shop, good: Good
) -> None:
    """A first bears B's claw-back, is then refunded whole; C bears it from then on, and nothing is counted twice."""
    settled = story.finalised_order(good, AT, through=shop)
    commissions.settle_month(JUNE, at=RUN)
    bearer = story.finalised_order(good, story.noon(2026, 7, 1), through=shop)
    refund(settled, 5000, "a")  # 950, borne by the bearer
    other = story.finalised_order(good, story.noon(2026, 7, 2), through=shop, quantity=2)
    refund(bearer, 10_000, "b", at=RUN + timedelta(days=1))  # 1900: 950 of its own, 950 from the other
    borne = {
        line.order_number: sum(line.deductions.values_list("amount_fen", flat=True))
        for line in CommissionLine.objects.all()
    }
    assert borne == {settled.number: 0, bearer.number: 0, other.number: 950}
    commissions.settle_month(JULY, at=story.noon(2026, 8, 20))
    detail = statement_detail(Statement.objects.get(month=JULY))
    assert [(t.line.order_number, t.amount_fen) for t in detail.taken] == [(settled.number, 950)]
    assert (detail.statement.taken_back_fen, detail.statement.net_fen) == (950, 2850)
    assert damage() == []


def spend(owner: Owner, fen: int) -> None:
    """The owner takes money out."""
    out = Movement(
        Side(AccountKind.OWNER_WITHDRAWABLE, owner.public_id), Side(AccountKind.PAYOUT_CLEARING), fen
    )
    posting.post(Event(JournalKind.WITHDRAW, "withdrawal", "w1"), [out], at=RUN)
