"""Commission invoices: amounts from the books, VAT to the fen, issued once, numbered without a gap (docs/rules.md §6.7)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import InboxLetter
from commissions import services as commissions
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.errors import MoveRefused
from tax import services as tax
from tax.errors import NoTaxBureau
from tax.models import CommissionInvoice
from tax.providers import InvoiceRequest
from tax.providers.sandbox import SandboxTaxBureau
from tax.services import invoices
from tests.concurrency.test_locks import errors_in, locked
from tests.factories import rulebook, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.proof import found_by, guards_off
from tests.factories.summer import AUGUST, JULY, JUNE, Summer, run_of, summer
from tests.factories.threads import Meeting, at_once
from tests.factories.world import picture
from tests.ledger.test_attacks import as_app

AT = run_of(AUGUST) + timedelta(hours=5)
# Total, net and VAT of each month; August gave more back than it took.
WHOLE = {
    JUNE: (2_000, 1_887, 113),
    JULY: (301_400, 284_340, 17_060),
    AUGUST: (-300_000, -283_019, -16_981),
}


def told(until: date = AUGUST) -> Summer:
    """A supplier's summer with its statements, and so with its drafts."""
    return summer(lambda at: commissions.catch_up_supplier_statements(at=at), until=until)


def three() -> list[Summer]:
    """Three suppliers' Junes, told together."""
    made = [summer(until=JUNE, n=n) for n in (1, 2, 3)]
    commissions.catch_up_supplier_statements(at=run_of(JUNE))
    return made


def of(month: date) -> CommissionInvoice:
    return CommissionInvoice.objects.get(month=month)


def issue(month: date, at: datetime = AT) -> CommissionInvoice:
    return tax.issue_commission_invoice(invoice=of(month), actor=ANNA, at=at)


def series() -> list[int | None]:
    return list(CommissionInvoice.objects.order_by("serial", "pk").values_list("serial", flat=True))


@pytest.mark.parametrize(
    ("total", "rate_bp", "vat"),
    [
        (106, 600, 6), (107, 600, 6), (8, 600, 0), (9, 600, 1), (-9, 600, -1), (-8, 600, 0), (10_600, 600, 600),
        (3, 2_000, 1), (-3, 2_000, -1), (2, 2_000, 0), (100, 0, 0),
    ],
)  # fmt: skip
def test_the_tax_in_an_amount(total: int, rate_bp: int, vat: int) -> None:
    """Half-up: 3 fen at 20 % hold exactly half a fen; a red one takes back exactly what its mirror holds."""
    assert tax.vat_in(total, rate_bp) == vat


@pytest.mark.django_db
def test_a_whole_summer_to_the_fen() -> None:
    made = told()
    found = {row.month: (row.total_fen, row.net_fen, row.vat_fen) for row in CommissionInvoice.objects.all()}
    assert found == WHOLE  # May took no commission: no invoice
    june = of(JUNE)
    assert (june.number, june.status, june.serial, june.tax_number, june.rate_bp) == (
        f"{made.supplier.public_id}-202606", "draft", None, "", 600,
    )  # fmt: skip
    assert (june.buyer_name, june.buyer_code) == (made.supplier.name, made.supplier.credit_code)
    assert (june.is_red, of(AUGUST).is_red) == (False, True)
    assert june.drafted_at == run_of(JUNE)
    assert [entry.event for entry in audit.history("commission_invoice", june.number)] == ["draft"]
    assert verify().problems == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("late", "rate_bp", "vat"), [(timedelta(seconds=1), 600, 113), (timedelta(0), 300, 58)]
)
def test_the_rate_is_that_of_the_months_end(late: timedelta, rate_bp: int, vat: int) -> None:
    """In force from the last second of June on, or from the first of July."""
    last = clock.month_bounds(JUNE)[1] - timedelta(seconds=1)
    rulebook.new_numbers(last + late, SERVICE_VAT_BP=300)
    told(JUNE)
    assert (of(JUNE).rate_bp, of(JUNE).vat_fen) == (rate_bp, vat)
    assert [p.check.name for p in verify().problems if "invoice" in p.check.name] == []


@pytest.mark.django_db
def test_a_month_that_gave_back_exactly_what_it_took_has_none() -> None:
    made = summer(until=JUNE)
    line = story.line_of(made.orders["first"])
    at = clock.local_instant(date(2026, 6, 30), 12)
    commissions.void_commission(line_ref=line.ref, decision="d", reason="虚假宣传", actor=ANNA, at=at)
    commissions.catch_up_supplier_statements(at=run_of(JUNE))
    assert not CommissionInvoice.objects.exists()
    assert verify().problems == []


@pytest.mark.django_db
def test_staff_have_it_issued_once() -> None:
    made = told()
    row = issue(JULY)
    assert (row.status, row.serial, row.issued_at) == ("issued", 1, AT)
    assert row.tax_number == "26" + row.tax_number[2:]
    assert len(row.tax_number) == 20
    letter = InboxLetter.objects.get(kind="commission_invoice")
    assert (letter.user, letter.link) == (made.supplier.members.get().user, ["2026", "7"])
    before = picture()
    assert issue(JULY, AT + timedelta(days=1)).issued_at == AT
    assert picture() == before
    assert (issue(JUNE).serial, issue(AUGUST).serial) == (2, 3)
    assert verify().problems == []


@pytest.mark.django_db
def test_nobody_else_issues_it_and_not_without_a_tax_bureau(settings: object) -> None:
    made = told(JUNE)
    before = picture()
    for actor in (story.supplier_actor(made.supplier), story.SYSTEM):
        with pytest.raises(MoveRefused):
            tax.issue_commission_invoice(invoice=of(JUNE), actor=actor, at=AT)
    settings.SANDBOX_PROVIDERS = False  # type: ignore[attr-defined]
    with pytest.raises(NoTaxBureau):
        issue(JUNE)
    with pytest.raises(NoTaxBureau):
        tax.issue_commission_invoices(month=JUNE, actor=ANNA, at=AT)
    assert picture() == before
    assert issue_refused_after(made)


def issue_refused_after(made: Summer) -> bool:
    """One that is issued is not issued again by somebody who may not."""
    with guards_off():
        CommissionInvoice.objects.update(status="issued", serial=1, tax_number="x" * 20, issued_at=AT)
    try:
        tax.issue_commission_invoice(invoice=of(JUNE), actor=story.supplier_actor(made.supplier), at=AT)
    except MoveRefused:
        return True
    return False


class Stubborn(SandboxTaxBureau):
    """A tax bureau that does not answer for one buyer."""

    def __init__(self, buyer: str) -> None:
        self.buyer = buyer

    def issue(self, request: InvoiceRequest, *, at: datetime) -> str:
        if request.buyer_name == self.buyer:
            raise ConnectionError("no answer")
        return super().issue(request, at=at)


@pytest.mark.django_db
def test_one_that_fails_stays_a_draft_and_leaves_no_gap(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.RAISE_JOB_ERRORS = False  # type: ignore[attr-defined]
    _first, second, _third = three()
    monkeypatch.setattr(invoices, "SandboxTaxBureau", lambda: Stubborn(second.supplier.name))
    assert tax.issue_commission_invoices(month=JUNE, actor=ANNA, at=AT) == 2
    left = CommissionInvoice.objects.get(status="draft")
    assert left.supplier == second.supplier
    assert series() == [1, 2, None]
    monkeypatch.undo()
    assert tax.issue_commission_invoices(month=JUNE, actor=BELA, at=AT) == 1
    assert series() == [1, 2, 3]
    assert tax.issue_commission_invoices(month=JUNE, actor=BELA, at=AT) == 0
    assert verify().problems == []


@pytest.mark.django_db
def test_asked_again_the_tax_bureau_gives_the_same_number() -> None:
    """A crash between its answer and our commit costs nothing."""
    told(JUNE)
    with transaction.atomic():
        lost = issue(JUNE).tax_number
        transaction.set_rollback(True)
    assert of(JUNE).status == "draft"
    assert issue(JUNE).tax_number == lost


@pytest.mark.django_db(transaction=True)
def test_a_month_issued_eight_times_at_once() -> None:
    three()
    answers = at_once([lambda: tax.issue_commission_invoices(month=JUNE, actor=ANNA, at=AT)] * 8)
    assert errors_in(answers) == []
    assert series() == [1, 2, 3]
    assert InboxLetter.objects.filter(kind="commission_invoice").count() == 3
    assert verify().problems == []


@pytest.mark.django_db(transaction=True)
@locked
def test_two_invoices_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the name of the series both take the same number; then only the database stands between."""
    three()
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(invoices, "lock_name", lambda _name: None)
    whole = invoices._next_serial
    # after both know the last number, before either writes the next
    monkeypatch.setattr(invoices, "_next_serial", meeting.after(whole))
    rows = list(CommissionInvoice.objects.order_by("pk")[:2])
    works = [lambda row=row: tax.issue_commission_invoice(invoice=row, actor=ANNA, at=AT) for row in rows]
    answers = meeting.run(works)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    assert series() == ([1, 2, None] if is_locked else [1, None, None])


# For good


CHANGES: list[tuple[Callable[[], object], str]] = [
    (lambda: CommissionInvoice.objects.filter(month=JUNE).update(net_fen=1_886, vat_fen=114), "never changed"),
    (lambda: CommissionInvoice.objects.filter(month=JUNE).update(buyer_name="别家公司"), "never changed"),
    (lambda: CommissionInvoice.objects.filter(month=JULY).update(tax_number="2" * 20), "never changed"),
    (
        lambda: CommissionInvoice.objects.filter(month=JULY).update(
            status="draft", serial=None, tax_number="", issued_at=None
        ),
        "never changed",
    ),
    (
        lambda: CommissionInvoice.objects.filter(month=JUNE).update(
            status="issued", serial=3, tax_number="2" * 20, issued_at=AT
        ),
        "3 is not the next",
    ),
    (
        lambda: CommissionInvoice.objects.filter(month=JUNE).update(
            status="issued", serial=2, tax_number="2" * 20, issued_at=AT, total_fen=1_887, vat_fen=0
        ),
        "never changed",
    ),
    (lambda: CommissionInvoice.objects.filter(month=JUNE).update(serial=2), "never changed"),
    (lambda: CommissionInvoice.objects.all()._raw_delete("default"), "never changed"),
    (lambda: connection.cursor().execute("TRUNCATE tax_commissioninvoice"), "never changed|pending trigger"),
    (
        lambda: CommissionInvoice(
            number="x", supplier_id=of(JUNE).supplier_id, month=date(2026, 9, 1), buyer_name="x", buyer_code="x",
            rate_bp=600, net_fen=1, vat_fen=0, total_fen=1, status="issued", serial=2, tax_number="3" * 20,
            drafted_at=AT, issued_at=AT,
        ).save(force_insert=True),
        "never changed",
    ),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_the_database_refuses_every_change(change: Callable[[], object], words: str) -> None:
    told()
    issue(JULY)
    before = picture()
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        change()
    assert picture() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE tax_commissioninvoice SET total_fen = 1, net_fen = 1, vat_fen = 0", "42501"),
        ("UPDATE tax_commissioninvoice SET month = '2026-01-01'", "42501"),
        ("DELETE FROM tax_commissioninvoice", "42501"),
        ("TRUNCATE tax_commissioninvoice", "42501"),
        ("ALTER TABLE tax_commissioninvoice DISABLE TRIGGER ALL", "42501"),
        ("UPDATE tax_commissioninvoice SET status = 'draft'", "23001"),
        (
            "UPDATE tax_commissioninvoice SET status = 'issued', serial = 9, tax_number = 'x', issued_at = now()",
            "23514",
        ),
    ],
)
def test_the_apps_role_may_issue_and_nothing_else(statement: str, code: str) -> None:
    told(JUNE)
    before = picture()
    app = as_app()
    try:
        with pytest.raises(psycopg2.Error) as refusal, app, app.cursor() as cursor:
            cursor.execute(statement)
    finally:
        app.close()
    assert refusal.value.pgcode == code
    assert picture() == before


DAMAGE: list[tuple[str, Callable[[], object], dict[str, str]]] = [
    (
        "another amount",
        lambda: CommissionInvoice.objects.filter(month=JUNE).update(
            total_fen=2_100, net_fen=1_981, vat_fen=119
        ),
        {"commission_invoice_amount": "202606"},
    ),
    (
        "a missing one",
        lambda: CommissionInvoice.objects.filter(month=JUNE)._raw_delete("default"),
        {"commission_invoice_amount": "202606"},
    ),
    (
        "a fen from tax to net",
        lambda: CommissionInvoice.objects.filter(month=AUGUST).update(net_fen=-283_018, vat_fen=-16_982),
        {"commission_invoice_vat": "202608"},
    ),
    (
        "another rate",
        lambda: CommissionInvoice.objects.filter(month=JUNE).update(rate_bp=300, net_fen=1_942, vat_fen=58),
        {"commission_invoice_vat": "202606"},
    ),
    (
        "a gap",
        lambda: CommissionInvoice.objects.filter(month=JULY).update(serial=2),
        {"commission_invoice_series": "202607"},
    ),
    (
        "a state without a trail",
        lambda: CommissionInvoice.objects.filter(month=JULY).update(
            status="draft", serial=None, tax_number="", issued_at=None
        ),
        {"commission_invoice_audited": "202607"},
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "named"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_planted_damage_is_named(change: Callable[[], object], named: dict[str, str]) -> None:
    made = told()
    issue(JULY)
    with guards_off():
        change()
    party = made.supplier.public_id
    assert found_by(verify()) == {name: [f"{party}-{month}"] for name, month in named.items()}
