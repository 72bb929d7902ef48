"""Monthly settlement: its boundary, its repetition, its failures, and alarms that were missed (§6.3)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from commissions import services as commissions
from commissions.models import CommissionLine, SettlementFailure, Statement
from commissions.services import runs, settlement
from commissions.services.settlement import Run
from ledger.models import AccountKind, Journal
from ledger.posting import Event
from ledger.selectors import balance
from orders import services as orders
from orders.models import Order
from storefronts.models import Shop
from suppliers.models import Good
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.jobs import LEASE
from taoxiaopu.kernel.models import Job
from tests.factories import story
from tests.factories.threads import at_once
from tests.factories.world import books, picture

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
AT = story.noon(2026, 6, 3)
LAST = datetime(2026, 6, 30, 23, 59, 59, tzinfo=clock.SHANGHAI)
FIRST = datetime(2026, 7, 1, tzinfo=clock.SHANGHAI)
RUN = datetime(2026, 7, 20, 2, tzinfo=clock.SHANGHAI)


def stage(*, owners: int = 1) -> tuple[Good, list[Shop]]:
    good = story.good(story.supplier(AT), AT)
    return good, [story.picked_shop(AT, good, n=n) for n in range(1, owners + 1)]


def final_at(moment: datetime, good: Good, shop: Shop) -> Order:
    """An order that is finalised at exactly this instant."""
    order = story.paid_order(good, AT, through=shop)
    story.ship(order, AT)
    story.confirm(order, moment - timedelta(days=15, seconds=1))
    orders.sweep(at=moment)
    order.refresh_from_db()
    assert order.finalised_at == moment
    return order


@pytest.mark.django_db
def test_the_last_second_of_june_and_the_first_of_july() -> None:
    good, (shop,) = stage()
    june, july = final_at(LAST, good, shop), final_at(FIRST, good, shop)
    assert commissions.settle_month(JUNE, at=RUN) == 1
    line = CommissionLine.objects.get(order_number=june.number)
    assert (line.status, line.statement.month, line.in_confirmed_fen) == ("withdrawable", JUNE, 0)
    assert CommissionLine.objects.get(order_number=july.number).status == "confirmed"
    assert commissions.settle_month(JULY, at=story.noon(2026, 8, 20)) == 1
    assert CommissionLine.objects.get(order_number=july.number).statement.month == JULY
    assert [(s.month, s.lines, s.net_fen) for s in Statement.objects.order_by("month")] == [
        (JUNE, 1, 1800),
        (JULY, 1, 1800),
    ]


@pytest.mark.django_db
def test_a_month_that_is_not_over_is_not_settled() -> None:
    good, (shop,) = stage()
    final_at(LAST, good, shop)
    before = picture()
    assert commissions.settle_month(JUNE, at=LAST) == 0
    assert picture() == before
    assert commissions.settle_month(JUNE, at=FIRST) == 1


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    good, (shop,) = stage()
    final_at(LAST, good, shop)
    assert commissions.settle_month(JUNE, at=RUN) == 1
    before = picture()
    assert commissions.settle_month(JUNE, at=RUN + timedelta(days=3)) == 0
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_eight_runs_at_once_settle_once() -> None:
    good, shops = stage(owners=3)
    for shop in shops:
        final_at(LAST, good, shop)
    written = at_once([lambda: commissions.settle_month(JUNE, at=RUN)] * 8)
    assert sum(written) == 3
    assert Statement.objects.count() == 3
    assert Journal.objects.filter(kind="settle").count() == 3
    assert books()["owner_withdrawable"] == 3 * 1800
    assert "owner_confirmed" not in books()


@pytest.mark.django_db
def test_one_owners_failure_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    good, (first, poisoned, last) = stage(owners=3)
    for shop in (first, poisoned, last):
        final_at(LAST, good, shop)
    real = settlement.posting.post_many

    def post_many(items: Sequence[tuple[Event, object]], *, at: datetime) -> object:
        if any(poisoned.owner.public_id in event.ref_id for event, _movements in items):
            raise RuntimeError("poisoned")
        return real(items, at=at)

    monkeypatch.setattr(settlement.posting, "post_many", post_many)
    assert commissions.settle_month(JUNE, at=RUN) == 2
    assert set(Statement.objects.values_list("owner", flat=True)) == {first.owner_id, last.owner_id}
    line = CommissionLine.objects.get(owner=poisoned.owner)
    assert (line.status, line.in_confirmed_fen) == ("confirmed", 1800)
    failure = SettlementFailure.objects.get()
    assert (failure.owner, failure.month, failure.error, failure.attempts, failure.settled_at) == (
        poisoned.owner, JUNE, "RuntimeError: poisoned", 1, None,
    )  # fmt: skip
    assert [(p.check.name, p.key) for p in verify().problems] == [
        ("settlement_failed", f"{poisoned.owner.public_id} 2026-06")
    ]
    hour = timedelta(hours=1)
    assert commissions.settle_month(JUNE, at=RUN + hour) == 0
    failure.refresh_from_db()
    assert (failure.attempts, failure.first_at, failure.last_at) == (2, RUN, RUN + hour)
    monkeypatch.undo()
    assert commissions.settle_month(JUNE, at=RUN + 2 * hour) == 1
    assert balance(AccountKind.OWNER_WITHDRAWABLE, poisoned.owner.public_id) == 1800
    failure.refresh_from_db()
    assert failure.settled_at == RUN + 2 * hour
    assert verify().problems == []


@pytest.mark.django_db
def test_a_failing_group_is_halved_down_to_the_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction that fails leaves nothing; the others are settled in as large groups as possible."""
    good, shops = stage(owners=5)
    for shop in shops:
        final_at(LAST, good, shop)
    sizes: list[int] = []
    real = settlement.posting.post_many

    def post_many(items: Sequence[tuple[Event, object]], *, at: datetime) -> object:
        sizes.append(len(items))
        if any(shops[3].owner.public_id in event.ref_id for event, _movements in items):
            raise RuntimeError("poisoned")
        return real(items, at=at)

    monkeypatch.setattr(settlement.posting, "post_many", post_many)
    assert commissions.settle_month(JUNE, at=RUN) == 4
    assert sizes == [5, 2, 3, 1, 2, 1, 1]
    assert SettlementFailure.objects.get().owner == shops[3].owner
    assert books()["owner_withdrawable"] == 4 * 1800


@pytest.mark.django_db
def test_a_late_month_never_takes_what_belongs_to_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner who could not be settled for June gets June's statement later, not a July's with June's lines in it."""
    good, (shop,) = stage()
    june, july = final_at(LAST, good, shop), final_at(FIRST, good, shop)
    late = story.noon(2026, 8, 20)
    assert commissions.settle_month(JULY, at=late) == 1
    assert CommissionLine.objects.get(order_number=june.number).status == "confirmed"
    assert CommissionLine.objects.get(order_number=july.number).statement.month == JULY
    assert commissions.catch_up_settlement(at=late) == 1
    assert CommissionLine.objects.get(order_number=june.number).statement.month == JUNE


@pytest.mark.django_db
def test_the_job_row_shows_how_far_a_run_is_and_how_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    good, shops = stage(owners=3)
    for shop in shops:
        final_at(LAST, good, shop)
    monkeypatch.setattr(settlement, "GROUP", 2)
    seen = []

    def show(done: int, total: int) -> None:
        job = Job.objects.get(kind=commissions.SETTLE_MONTH)
        seen.append((done, total, job.done_steps, job.all_steps, job.status))
        held = commissions.run_settlement(JUNE, at=RUN)  # another worker, meanwhile
        assert held is None

    assert commissions.run_settlement(JUNE, at=RUN, show=show) == Run(statements=3, failed=0)
    assert seen == [(2, 3, 2, 3, "running"), (3, 3, 3, 3, "running")]
    job = Job.objects.get(kind=commissions.SETTLE_MONTH)
    assert (job.key, job.status, job.error) == ("2026-06", "done", "")


@pytest.mark.django_db
def test_the_job_row_is_written_once_a_second_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    good, shops = stage(owners=5)
    for shop in shops:
        final_at(LAST, good, shop)
    monkeypatch.setattr(settlement, "GROUP", 1)
    seconds = iter([100.0, 100.2, 101.1, 101.2, 101.3, 101.4])  # the start, then each owner
    monkeypatch.setattr(runs, "monotonic", lambda: next(seconds))
    seen = []

    def show(done: int, total: int) -> None:
        job = Job.objects.get(kind=commissions.SETTLE_MONTH)
        seen.append((done, job.done_steps, job.lease_until))

    assert commissions.run_settlement(JUNE, at=RUN, show=show) == Run(statements=5, failed=0)
    lease = [RUN + LEASE + timedelta(milliseconds=ms) for ms in (200, 1200, 1400)]
    assert seen == [(1, 1, lease[0]), (2, 1, lease[0]), (3, 3, lease[1]), (4, 3, lease[1]), (5, 5, lease[2])]


@pytest.mark.django_db
def test_a_run_with_an_owner_left_over_is_a_failed_job_until_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, (shop,) = stage()
    final_at(LAST, good, shop)

    def refuse(items: Sequence[tuple[Event, object]], *, at: datetime) -> object:
        raise RuntimeError("poisoned")

    monkeypatch.setattr(settlement.posting, "post_many", refuse)
    assert commissions.run_settlement(JUNE, at=RUN) == Run(statements=0, failed=1)
    job = Job.objects.get(kind=commissions.SETTLE_MONTH)
    assert (job.status, job.error) == ("failed", "1 位掌柜未能结算，下次运行会重试")
    monkeypatch.undo()
    assert commissions.catch_up_settlement(at=RUN + timedelta(hours=1)) == 1
    job.refresh_from_db()
    assert (job.status, job.error) == ("done", "")


@pytest.mark.django_db
def test_the_command_settles_and_refuses_what_is_not_due() -> None:
    good, (shop,) = stage()
    final_at(LAST, good, shop)
    out = StringIO()
    call_command("settle", "--month", "2026-06", stdout=out)
    assert out.getvalue() == "1/1\n写入 1 张月结单\n"
    for wrong, says in (("2026-6", "月份的写法是 2026-06"), ("2999-01", "尚未到结算时间")):
        with pytest.raises(CommandError, match=says):
            call_command("settle", "--month", wrong)
    out = StringIO()
    call_command("settle", stdout=out)
    assert out.getvalue() == "写入 0 张月结单\n"


@pytest.mark.django_db
def test_a_frozen_line_goes_to_a_later_statement() -> None:
    good, (shop,) = stage()
    frozen, other = final_at(LAST, good, shop), final_at(LAST, good, shop)
    ref = story.line_of(frozen).ref
    commissions.hold(ref, cause="dispute", at=LAST)
    assert commissions.settle_month(JUNE, at=RUN) == 1
    assert balance(AccountKind.OWNER_CONFIRMED, shop.owner.public_id) == 1800
    commissions.release(ref, cause="dispute", at=RUN)
    assert commissions.settle_month(JUNE, at=RUN) == 0  # June's statement is written
    assert commissions.catch_up_settlement(at=story.noon(2026, 8, 20)) == 1
    line = CommissionLine.objects.get(line_ref=ref)
    assert (line.status, line.statement.month) == ("withdrawable", JULY)
    assert CommissionLine.objects.get(order_number=other.number).statement.month == JUNE
    assert balance(AccountKind.OWNER_WITHDRAWABLE, shop.owner.public_id) == 3600


@pytest.mark.django_db
def test_the_alarm_rings_at_two_on_the_twentieth() -> None:
    good, (shop,) = stage()
    final_at(LAST, good, shop)
    assert commissions.catch_up_settlement(at=RUN - timedelta(seconds=1)) == 0
    assert commissions.catch_up_settlement(at=RUN) == 1
    assert Statement.objects.get().settled_at == RUN


@pytest.mark.django_db
def test_missed_alarms_are_made_up_month_by_month() -> None:
    good, (shop,) = stage()
    for moment in (LAST, FIRST, story.noon(2026, 8, 9)):
        final_at(moment, good, shop)
    assert commissions.catch_up_settlement(at=story.noon(2026, 9, 19)) == 2
    assert list(Statement.objects.order_by("month").values_list("month", flat=True)) == [JUNE, JULY]
    assert commissions.catch_up_settlement(at=story.noon(2026, 9, 20)) == 1
    assert commissions.catch_up_settlement(at=story.noon(2026, 9, 21)) == 0
