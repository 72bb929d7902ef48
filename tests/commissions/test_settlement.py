"""Monthly settlement: its boundary, its repetition, its failures, and alarms that were missed (§6.3)."""

from datetime import date, datetime, timedelta

import pytest

from commissions import services as commissions
from commissions.models import CommissionLine, Statement
from commissions.services import settlement
from ledger.models import AccountKind, Journal
from ledger.selectors import balance
from orders import services as orders
from orders.models import Order
from storefronts.models import Shop
from suppliers.models import Good
from taoxiaopu.kernel import clock
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
    real = settlement.posting.post

    def post(event: object, *args: object, **kwargs: object) -> object:
        if poisoned.owner.public_id in event.ref_id:  # type: ignore[attr-defined]
            raise RuntimeError("poisoned")
        return real(event, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(settlement.posting, "post", post)
    assert commissions.settle_month(JUNE, at=RUN) == 2
    assert set(Statement.objects.values_list("owner", flat=True)) == {first.owner_id, last.owner_id}
    line = CommissionLine.objects.get(owner=poisoned.owner)
    assert (line.status, line.in_confirmed_fen) == ("confirmed", 1800)
    monkeypatch.undo()
    assert commissions.settle_month(JUNE, at=RUN) == 1
    assert balance(AccountKind.OWNER_WITHDRAWABLE, poisoned.owner.public_id) == 1800


@pytest.mark.django_db
def test_a_frozen_line_goes_to_a_later_statement() -> None:
    good, (shop,) = stage()
    frozen, other = final_at(LAST, good, shop), final_at(LAST, good, shop)
    ref = story.line_of(frozen).ref
    commissions.hold(ref, at=LAST, reason="dispute")
    assert commissions.settle_month(JUNE, at=RUN) == 1
    assert balance(AccountKind.OWNER_CONFIRMED, shop.owner.public_id) == 1800
    commissions.release(ref, at=RUN)
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
