"""Suppliers' monthly statements: a whole summer to the fen, both sides of a month's edge, once and for good (§6.3)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import InboxLetter
from commissions import services as commissions
from commissions import tasks
from commissions.models import SupplierFailure, SupplierStatement, SupplierStatementLine
from commissions.services import supplier_statements
from commissions.services.runs import Run
from ledger import posting
from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance_on, sealed_through
from ledger.services import close_month, write_digest
from reconciliation.services import Line, approve_manual, propose_manual
from reconciliation.services.manual import new_token
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import Job
from tests.factories import story
from tests.factories.payouts import ANNA, BELA
from tests.factories.proof import found_by, guards_off
from tests.factories.summer import AUGUST, JULY, JUNE, MAY, Summer, refund, run_of, summer
from tests.factories.threads import at_once
from tests.factories.world import picture

PARTS = (
    "goods_fen", "freight_fen", "commission_fen", "refunded_fen", "compensated_fen", "paid_fen", "deposited_fen",
    "corrected_fen",
)  # fmt: skip
BALANCES = ("payable", "deposit", "debt")
WHOLE = {
    MAY: ((0, 0, 0, 0, 0, 0, 1_000_000, 0), (0, 0, 0), (0, 1_000_000, 0)),
    JUNE: ((20_000, 1_600, 2_000, 0, 0, 8_800, 0, 0), (0, 1_000_000, 0), (10_800, 1_000_000, 0)),
    JULY: (
        (1_520_000, 1_600, 301_400, 13_000, 0, 23_600, 0, 0), (10_800, 1_000_000, 0), (1_200_800, 993_600, 0),
    ),
    AUGUST: ((300_000, 800, -300_000, 1_500_000, 0, 1_295_200, 0, 0), (1_200_800, 993_600, 0), (0, 0, 0)),
}  # fmt: skip
HOUR = timedelta(hours=1)


def parts(row: SupplierStatement | SupplierStatementLine) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in PARTS)


def balances(row: SupplierStatement) -> tuple[tuple[int, ...], tuple[int, ...]]:
    opening, closing = (
        tuple(getattr(row, f"{side}_{name}_fen") for name in BALANCES) for side in ("opening", "closing")
    )
    return opening, closing


def make(at: datetime) -> int:
    return commissions.catch_up_supplier_statements(at=at)


def of(told: Summer, month: date) -> SupplierStatement:
    return SupplierStatement.objects.get(supplier=told.supplier, month=month)


def changes(row: SupplierStatement) -> list[tuple[str, str, int, int, int]]:
    """Kind, order, and what each line changed in payable, deposit and debt."""
    lines = row.items.select_related("journal").order_by("journal_id")
    return [(x.kind, x.journal.order_number, x.payable_fen, x.deposit_fen, x.debt_fen) for x in lines]


@pytest.mark.django_db
@pytest.mark.parametrize("late", [False, True], ids=["month by month", "all at the end"])
def test_a_whole_summer_to_the_fen(late: bool) -> None:
    told = summer(lambda at: None if late else make(at))
    if late:
        assert make(run_of(AUGUST)) == 4
    for month, (amounts, opening, closing) in WHOLE.items():
        row = of(told, month)
        assert (parts(row), *balances(row)) == (amounts, opening, closing), month
        assert row.made_at == run_of(AUGUST if late else month)
    first, last, following, dear, new = (
        told.orders[name].number for name in ("first", "last", "next", "dear", "late")
    )
    assert changes(of(told, JUNE)) == [
        ("finalise", first, 8_800, 0, 0),
        ("supplier_payout", "", -8_800, 0, 0),
        ("finalise", last, 10_800, 0, 0),
    ]
    assert changes(of(told, JULY)) == [
        ("finalise", following, 16_800, 0, 0),
        ("refund", first, -4_000, 0, 0),
        ("supplier_payout", "", -23_600, 0, 0),
        ("supplier_payout_back", "", 23_600, 0, 0),
        ("supplier_payout", "", -23_600, 0, 0),
        ("refund", following, 0, -6_400, 0),
        ("finalise", dear, 1_200_800, 0, 0),
    ]
    assert changes(of(told, AUGUST)) == [
        ("supplier_payout", "", -1_200_800, 0, 0),
        ("refund", dear, 0, -993_600, 206_400),
        ("finalise", new, 300_800, 0, 0),
        ("debt_repaid", "", -206_400, 0, -206_400),
        ("supplier_payout", "", -94_400, 0, 0),
    ]
    assert verify().problems == []


@pytest.mark.django_db
def test_the_parts_of_each_order() -> None:
    told = summer(make, until=JULY)
    lines = {
        line.journal.order_number: parts(line) for line in of(told, JUNE).items.select_related("journal")
    }
    assert lines[told.orders["first"].number] == (10_000, 800, 2_000, 0, 0, 0, 0, 0)
    assert lines[told.orders["last"].number] == (10_000, 800, 0, 0, 0, 0, 0, 0)  # through nobody's shop
    refunds = of(told, JULY).items.filter(kind="refund").order_by("journal_id")
    assert [parts(line) for line in refunds] == [
        (0, 0, -1_000, 5_000, 0, 0, 0, 0),
        (0, 0, -1_600, 8_000, 0, 0, 0, 0),
    ]


@pytest.mark.django_db
def test_statements_agree_with_the_balances_of_the_books() -> None:
    told = summer(make)
    kinds = {"payable": "supplier_payable", "deposit": "supplier_deposit", "debt": "supplier_debt"}
    for row in SupplierStatement.objects.all():
        day = clock.next_month(row.month) - timedelta(days=1)
        for name, kind in kinds.items():
            in_books = balance_on(AccountKind(kind), told.supplier.public_id, day)
            assert getattr(row, f"closing_{name}_fen") == in_books


@pytest.mark.django_db
def test_a_supplier_hears_of_it() -> None:
    told = summer(make, until=JUNE)
    letter = InboxLetter.objects.get(kind="supplier_statement", ref="2026-06")
    assert letter.user == told.supplier.members.get().user
    assert (letter.facts, letter.link) == ({"of_month": "2026-06-01", "payable_fen": 10_800}, ["2026", "6"])


@pytest.mark.django_db
def test_it_is_due_on_the_first_at_four() -> None:
    told = summer(until=JUNE)
    moment = run_of(JUNE)
    assert commissions.last_due_statement(moment - timedelta(seconds=1)) == MAY
    assert commissions.last_due_statement(moment) == JUNE
    assert make(moment - timedelta(seconds=1)) == 1  # May's
    assert make(moment) == 1
    assert of(told, JUNE).made_at == moment


@pytest.mark.django_db
def test_a_month_that_is_not_over_has_none() -> None:
    summer(until=JUNE)
    last = clock.month_bounds(JUNE)[1] - timedelta(seconds=1)
    before = picture()
    assert commissions.make_supplier_statements(JUNE, at=last) == 0
    assert picture() == before


@pytest.mark.django_db
def test_a_month_without_movements_has_none_and_the_next_goes_on_from_the_last() -> None:
    told = summer(make, until=JUNE)
    assert make(run_of(AUGUST)) == 0
    nobody = SupplierStatement.objects.filter(month__gte=JULY)
    assert not nobody.exists()
    at = story.noon(2026, 9, 3)
    refund(told.orders["last"], 800, at)
    assert make(run_of(date(2026, 9, 1))) == 1
    row = of(told, date(2026, 9, 1))
    assert balances(row) == ((10_800, 1_000_000, 0), (10_000, 1_000_000, 0))
    assert verify().problems == []


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    summer(make)
    before = picture()
    assert make(run_of(AUGUST) + HOUR) == 0
    for month in WHOLE:
        assert commissions.make_supplier_statements(month, at=run_of(AUGUST) + HOUR) == 0
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_eight_runs_at_once_write_each_once() -> None:
    told = [summer(until=JUNE, n=n) for n in (1, 2, 3)]
    assert commissions.make_supplier_statements(MAY, at=run_of(JUNE)) == 3
    written = at_once([lambda: commissions.make_supplier_statements(JUNE, at=run_of(JUNE))] * 8)
    assert sum(written) == 3
    assert SupplierStatement.objects.filter(month=JUNE).count() == 3
    assert SupplierStatementLine.objects.filter(statement__month=JUNE).count() == 9
    assert {balances(of(one, JUNE)) for one in told} == {((0, 1_000_000, 0), (10_800, 1_000_000, 0))}
    assert not SupplierFailure.objects.exists()
    assert verify().problems == []


# What comes late


def earned(told: Summer, fen: int, at: datetime, number: str) -> None:
    """An order that is in the books only, divided at ``at``, whenever that is booked."""
    side = Side(AccountKind.SUPPLIER_PAYABLE, told.supplier.public_id)
    escrow = Side(AccountKind.ESCROW)
    paid = Event(JournalKind.PAYMENT, "order", number, order_number=number)
    posting.post(paid, [Movement(Side(AccountKind.CHANNEL_CLEARING), escrow, fen)], at=at)
    final = Event(JournalKind.FINALISE, "order", number, order_number=number)
    posting.post(final, [Movement(escrow, side, fen, f"{number}-1")], at=at)


def ours() -> dict[str, list[str]]:
    """What verify finds about statements: the orders of these tests are in the books only."""
    return {name: keys for name, keys in found_by(verify()).items() if name.startswith("supplier_statement")}


@pytest.mark.django_db
def test_what_is_booked_late_into_a_told_month_is_on_the_next_statement_once() -> None:
    told = summer(make, until=JUNE)
    moment = clock.local_instant(date(2026, 6, 30), 23, 59)
    earned(told, 700, moment, "late-one")
    journal = Journal.objects.get(kind="finalise", ref_id="late-one")
    assert journal.posted_on == date(2026, 6, 30)
    assert make(run_of(JUNE) + HOUR) == 0
    assert make(run_of(JULY)) == 1
    row = of(told, JULY)
    assert changes(row) == [("finalise", "late-one", 700, 0, 0)]
    assert balances(row) == ((10_800, 1_000_000, 0), (11_500, 1_000_000, 0))
    assert ours() == {}


@pytest.mark.django_db
def test_what_is_booked_between_the_seal_and_the_run_waits_for_the_next_month() -> None:
    """Sealed at 00:20, told at 04:00: June's journal of 02:00 is July's, and what both months close with is right."""
    told = summer(until=JUNE)
    seal = clock.local_instant(JULY, 0, 20)
    write_digest(at=seal)
    sealed = sealed_through(date(2026, 6, 30))
    earned(told, 700, clock.local_instant(date(2026, 6, 30), 23, 59), "late-one")
    earned(told, 50, clock.local_instant(JULY, 2), "july-one")
    assert make(run_of(JUNE)) == 2
    assert (of(told, JUNE).through_id, of(told, JUNE).lines) == (sealed, 3)
    assert of(told, JUNE).closing_payable_fen == 10_800
    assert make(run_of(JULY)) == 1
    assert [change[2] for change in changes(of(told, JULY))] == [700, 50]
    assert of(told, JULY).closing_payable_fen == 11_550
    assert ours() == {}


@pytest.mark.django_db
def test_what_comes_after_its_month_was_closed_stands_in_the_month_that_is_open() -> None:
    told = summer(until=JUNE)
    for month in (MAY, JUNE):
        close_month(month=month, actor=ANNA, at=run_of(JUNE))
    earned(told, 700, clock.local_instant(date(2026, 6, 30), 23, 59), "late-one")
    assert Journal.objects.get(kind="finalise", ref_id="late-one").posted_on == JULY
    assert make(run_of(JULY)) == 3
    assert of(told, JUNE).closing_payable_fen == 10_800
    assert [change[2] for change in changes(of(told, JULY))] == [700]
    assert ours() == {}


@pytest.mark.django_db
def test_a_statement_that_was_missed_does_not_take_the_months_that_follow() -> None:
    told = summer(until=JULY)
    assert make(run_of(JULY) + timedelta(days=9)) == 3
    assert {row.month: row.closing_payable_fen for row in SupplierStatement.objects.all()} == {
        MAY: 0, JUNE: 10_800, JULY: 1_200_800,
    }  # fmt: skip
    assert (
        len({row.through_id for row in SupplierStatement.objects.all()}) == 1
    )  # one seal for all: the night after
    assert changes(of(told, JUNE))[0][2] == 8_800
    assert verify().problems == []


# Corrections and compensation


def by_hand(told: Summer, kind: AccountKind, fen: int, at: datetime) -> None:
    """Two people move an amount from the supplier's payable."""
    line = Line(AccountKind.SUPPLIER_PAYABLE, told.supplier.public_id, kind, "", fen)
    row = propose_manual(lines=[line], reason="核对后更正", actor=ANNA, at=at, token=new_token())
    approve_manual(number=row.number, actor=BELA, at=at)


@pytest.mark.django_db
def test_corrections_and_compensation_have_columns_of_their_own() -> None:
    told = summer(make, until=JUNE)
    at = story.noon(2026, 7, 3)
    by_hand(told, AccountKind.PLATFORM_FEE, 300, at)
    by_hand(told, AccountKind.COMPENSATION, 500, at)
    assert make(run_of(JULY)) == 1
    row = of(told, JULY)
    assert parts(row) == (0, 0, 0, 0, 500, 0, 0, -300)
    assert [parts(line)[4::3] for line in row.items.order_by("journal_id")] == [(0, -300), (500, 0)]
    assert balances(row) == ((10_800, 1_000_000, 0), (10_000, 1_000_000, 0))
    assert ours() == {}


@pytest.mark.django_db
def test_a_voided_commission_comes_back() -> None:
    told = summer(make, until=JUNE)
    line = story.line_of(told.orders["first"])
    commissions.void_commission(
        line_ref=line.ref, decision="d1", reason="虚假宣传", actor=ANNA, at=story.noon(2026, 7, 3)
    )
    assert make(run_of(JULY)) == 1
    row = of(told, JULY)
    assert parts(row) == (0, 0, -2_000, 0, 0, 0, 0, 0)
    assert balances(row) == ((10_800, 1_000_000, 0), (12_800, 1_000_000, 0))
    assert verify().problems == []


@pytest.mark.django_db
def test_a_kind_of_journal_that_nobody_explained_is_refused() -> None:
    """A line that is not a correction by hand has nothing left over: whoever adds a kind of journal hears of it here."""
    told = summer(make, until=JUNE)
    row = of(told, JUNE)
    line = SupplierStatementLine(
        statement=row, journal_id=1, kind="settle", payable_fen=5, deposit_fen=0, debt_fen=0,
        **dict.fromkeys(PARTS, 0) | {"corrected_fen": 5},
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="supplier_statement_line_explained"), transaction.atomic():
        line.save(force_insert=True)


# One who fails


def poison(monkeypatch: pytest.MonkeyPatch, told: Summer) -> None:
    """From here on this supplier's statement cannot be written."""
    whole = supplier_statements._tell

    def tell(written: list[supplier_statements._Written], chosen: object) -> None:
        if any(row.supplier_id == told.supplier.pk for row in written):
            raise RuntimeError("poison")
        whole(written, chosen)

    monkeypatch.setattr(supplier_statements, "_tell", tell)


@pytest.mark.django_db
def test_one_poisoned_supplier_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    first, bad, last = (summer(until=JUNE, n=n) for n in (1, 2, 3))
    make(run_of(MAY))
    poison(monkeypatch, bad)
    assert commissions.run_supplier_statements(JUNE, at=run_of(JUNE)) == Run(statements=2, failed=1)
    assert set(SupplierStatement.objects.filter(month=JUNE).values_list("supplier", flat=True)) == {
        first.supplier.pk, last.supplier.pk,
    }  # fmt: skip
    failure = SupplierFailure.objects.get()
    assert (failure.supplier, failure.run, failure.period, failure.error) == (
        bad.supplier, "statement", JUNE, "RuntimeError: poison",
    )  # fmt: skip
    job = Job.objects.get(kind=commissions.MAKE_STATEMENTS, key="2026-06")
    assert (job.status, job.error) == ("failed", "1 家供应商的月结单未能出具，下次运行会重试")
    assert found_by(verify()) == {"supplier_run_failed": [f"{bad.supplier.public_id} statement 2026-06-01"]}
    assert make(run_of(JUNE) + HOUR) == 0
    failure.refresh_from_db()
    assert failure.attempts == 2
    monkeypatch.undo()
    assert make(run_of(JUNE) + 2 * HOUR) == 1
    failure.refresh_from_db()
    assert failure.settled_at == run_of(JUNE) + 2 * HOUR
    job.refresh_from_db()
    assert (job.status, job.error) == ("done", "")
    assert balances(of(bad, JUNE)) == balances(of(first, JUNE))
    assert verify().problems == []


@pytest.mark.django_db
def test_no_month_is_told_before_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = summer(until=JULY)
    assert commissions.make_supplier_statements(JULY, at=run_of(JULY)) == 0
    failure = SupplierFailure.objects.get()
    assert failure.error == f"ChainBroken: supplier {told.supplier.pk}, 2026-07"
    assert not SupplierStatement.objects.exists()
    assert make(run_of(JULY)) == 3
    failure.refresh_from_db()
    assert failure.settled_at == run_of(JULY)


@pytest.mark.django_db
def test_the_job_row_shows_how_far_a_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (1, 2, 3):
        summer(until=JUNE, n=n)
    monkeypatch.setattr(supplier_statements, "GROUP", 2)
    seen = []

    def show(done: int, total: int) -> None:
        job = Job.objects.get(kind=commissions.MAKE_STATEMENTS, key="2026-05")
        seen.append((done, total, job.done_steps, job.all_steps, job.status))
        held = commissions.run_supplier_statements(MAY, at=run_of(MAY))  # another worker, meanwhile
        assert held is None

    assert commissions.run_supplier_statements(MAY, at=run_of(MAY), show=show) == Run(3, 0)
    assert seen == [(2, 3, 2, 3, "running"), (3, 3, 3, 3, "running")]


@pytest.mark.django_db
def test_the_alarm_clock_and_the_retry_button_ring() -> None:
    summer(until=JUNE)
    tasks.supplier_statements()
    assert SupplierStatement.objects.count() == 2
    job = Job.objects.get(kind=commissions.MAKE_STATEMENTS, key="2026-06")
    tasks.supplier_statements(job.pk)  # as kernel.jobs.retry names it
    tasks.settle(job.pk)
    assert SupplierStatement.objects.count() == 2


# For good


CHANGES: list[Callable[[], object]] = [
    lambda: SupplierStatement.objects.update(goods_fen=1),
    lambda: SupplierStatement.objects.all()._raw_delete("default"),
    lambda: SupplierStatementLine.objects.update(payable_fen=1),
    lambda: SupplierStatementLine.objects.all().delete(),
    lambda: connection.cursor().execute("TRUNCATE commissions_supplierstatement CASCADE"),
    lambda: connection.cursor().execute("TRUNCATE commissions_supplierstatementline"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(change: Callable[[], object]) -> None:
    told = summer(make, until=JUNE)
    with pytest.raises(DatabaseError, match=r"never changed|pending trigger events"), transaction.atomic():
        change()
    assert parts(of(told, JUNE)) == WHOLE[JUNE][0]


DAMAGE: list[tuple[str, Callable[[Summer], object], dict[str, str]]] = [
    (
        "a line changed",
        lambda told: SupplierStatementLine.objects.filter(statement__month=JUNE, kind="supplier_payout").update(
            payable_fen=-8_801, paid_fen=8_801
        ),
        {"supplier_statement_lines": "2026-06 {payout}", "supplier_statement_sums": "2026-06"},
    ),
    (
        "a line gone",
        lambda told: SupplierStatementLine.objects.filter(
            statement__month=JUNE, kind="supplier_payout"
        )._raw_delete("default"),
        {"supplier_statement_lines": "2026-06 {payout}", "supplier_statement_sums": "2026-06"},
    ),
    (
        "commission shifted to goods",
        lambda told: SupplierStatementLine.objects.filter(statement__month=JUNE, commission_fen=2_000).update(
            goods_fen=9_999, commission_fen=1_999
        ),
        {"supplier_statement_parts": "2026-06 {finalise}", "supplier_statement_sums": "2026-06"},
    ),
    (
        "a balance moved",
        lambda told: SupplierStatement.objects.filter(month=JUNE).update(
            opening_payable_fen=1, closing_payable_fen=10_801
        ),
        {"supplier_statement_sums": "2026-06"},
    ),
    (
        "another seal",
        lambda told: SupplierStatement.objects.filter(month=JUNE).update(through_id=10**9),
        {"supplier_statement_sums": "2026-06"},
    ),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "named"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_planted_damage_is_named(change: Callable[[Summer], object], named: dict[str, str]) -> None:
    told = summer(make, until=JUNE)
    keys = {
        "payout": Journal.objects.get(kind="supplier_payout").pk,
        "finalise": Journal.objects.get(kind="finalise", ref_id=told.orders["first"].number).pk,
    }
    with guards_off():
        change(told)
    party = told.supplier.public_id
    assert found_by(verify()) == {
        name: [f"{party} {where.format(**keys)}"] for name, where in named.items()
    }  # fmt: skip
