"""Manual journals: proposed once, booked once by another person above the limit, never below an account's floor."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import QuerySet

from ledger.models import AccountKind as A
from ledger.models import Journal
from ledger.selectors import balance
from orders.models import Order
from reconciliation import errors
from reconciliation.models import ManualJournal
from reconciliation.services import Line, approve_manual, manual, propose_manual, reject_manual
from reconciliation.services.manual import new_token
from storefronts.models import OwnerStanding
from storefronts.services import write_debt
from suppliers.models import Supplier
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.errors import BadInput, DomainError, MoveRefused
from tests.factories import books, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.world import picture

DAY = story.noon(2026, 6, 3)


def seller() -> tuple[Supplier, Order]:
    """A supplier that is owed 100.00."""
    supplier = story.supplier(DAY)
    order = story.finalised_order(story.good(supplier, DAY), DAY)
    return supplier, order


def propose(
    fen: int, debit: A, party: str = "", *, credit: A = A.PLATFORM_FEE, token: str = ""
) -> ManualJournal:
    """Anna proposes one movement."""
    return propose_manual(
        lines=[Line(debit, party, credit, "", fen)],
        reason="渠道少收一笔，按对账单更正",
        actor=ANNA,
        at=DAY,
        token=token or new_token(),
    )


@pytest.mark.django_db
def test_a_correction_is_proposed_approved_and_booked_once() -> None:
    supplier, _order = seller()
    row = propose(100, A.SUPPLIER_PAYABLE, supplier.public_id)
    assert balance(A.SUPPLIER_PAYABLE, supplier.public_id) == 10_000
    assert not Journal.objects.filter(kind="manual").exists()
    assert propose(100, A.SUPPLIER_PAYABLE, supplier.public_id, token=row.number).pk == row.pk
    assert ManualJournal.objects.get().movements.count() == 1
    later = DAY + timedelta(days=30)
    approve_manual(number=row.number, actor=ANNA, at=later)  # below the limit one person may
    assert balance(A.SUPPLIER_PAYABLE, supplier.public_id) == 9_900
    assert Journal.objects.get(kind="manual").occurred_at == later
    before = picture()
    with pytest.raises(MoveRefused):
        approve_manual(number=row.number, actor=BELA, at=later)
    assert picture() == before
    assert [(e.event, e.actor_ref) for e in audit.history("manual", row.number)] == [
        ("propose", "anna"),
        ("approve", "anna"),
    ]
    assert [p.sentence for p in verify().problems] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("debt", "owes", "has"), [(0, 0, 501), (499, 0, 2), (500, 0, 1), (501, 1, 1)])
def test_what_an_owner_is_credited_repays_her_debt_first(debt: int, owes: int, has: int) -> None:
    owner = story.owner(DAY)
    books.withdrawable(owner.public_id, 1, DAY)
    books.owe(owner.public_id, debt, DAY)
    write_debt(owner=owner, debt_fen=debt, at=DAY)
    row = propose_manual(
        lines=[Line(A.PLATFORM_FEE, "", A.OWNER_WITHDRAWABLE, owner.public_id, 500)],
        reason="补记少算的佣金", actor=ANNA, at=DAY, token=new_token(),
    )  # fmt: skip
    approve_manual(number=row.number, actor=ANNA, at=DAY)
    assert balance(A.OWNER_DEBT, owner.public_id) == owes
    assert balance(A.OWNER_WITHDRAWABLE, owner.public_id) == has
    standing = OwnerStanding.objects.get(owner=owner)
    assert (standing.debt_fen, standing.debt_since is None) == (owes, owes == 0)


@pytest.mark.django_db
def test_above_the_limit_another_person_books_it() -> None:
    at_limit = propose(500_000, A.CHANNEL_CLEARING)
    above = propose(500_001, A.CHANNEL_CLEARING)
    assert approve_manual(number=at_limit.number, actor=ANNA, at=DAY).status == "posted"
    before = picture()
    with pytest.raises(errors.SecondPerson):
        approve_manual(number=above.number, actor=ANNA, at=DAY)
    assert picture() == before
    assert approve_manual(number=above.number, actor=BELA, at=DAY).decided_by == "bela"
    assert balance(A.CHANNEL_CLEARING) == 1_000_001
    assert verify().problems == []


@pytest.mark.django_db
def test_an_account_never_falls_below_its_floor() -> None:
    supplier, _order = seller()
    just = propose(10_000, A.SUPPLIER_PAYABLE, supplier.public_id)
    more = propose(1, A.SUPPLIER_PAYABLE, supplier.public_id)
    approve_manual(number=just.number, actor=BELA, at=DAY)
    before = picture()
    with pytest.raises(errors.BelowFloor):
        approve_manual(number=more.number, actor=BELA, at=DAY)
    assert picture() == before
    rejected = reject_manual(number=more.number, reason="余额不足", actor=BELA, at=DAY)
    assert (rejected.status, rejected.decided_by) == ("rejected", "bela")
    with pytest.raises(MoveRefused):
        approve_manual(number=more.number, actor=BELA, at=DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "error"),
    [
        (Line(A.ESCROW, "", A.PLATFORM_FEE, "", 1), BadInput),
        (Line(A.PLATFORM_FEE, "", A.PLATFORM_FEE, "", 1), BadInput),
        (Line(A.PLATFORM_FEE, "", A.TAX_PAYABLE, "", 0), BadInput),
        (Line(A.PLATFORM_FEE, "x", A.TAX_PAYABLE, "", 1), BadInput),
        (Line(A.SUPPLIER_PAYABLE, "", A.TAX_PAYABLE, "", 1), BadInput),
        (Line(A.SUPPLIER_PAYABLE, "nobody", A.TAX_PAYABLE, "", 1), errors.NoSuchParty),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_proposed(line: Line, error: type[DomainError]) -> None:
    with pytest.raises(error):
        propose_manual(lines=[line], reason="更正", actor=ANNA, at=DAY, token=new_token())
    with pytest.raises(BadInput):
        propose_manual(lines=[], reason="更正", actor=ANNA, at=DAY, token=new_token())
    assert ManualJournal.objects.count() == 0


def at_once(*numbers: str) -> list[str]:
    """Several approvals at the same moment, each by its own connection; what became of each."""
    barrier, outcomes = Barrier(len(numbers)), []

    def work(number: str) -> None:
        try:
            barrier.wait()
            approve_manual(number=number, actor=BELA, at=DAY)
            outcomes.append("posted")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[number]) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_book_one_journal_and_two_journals_never_share_a_balance() -> None:
    supplier, _order = seller()
    one = propose(6_000, A.SUPPLIER_PAYABLE, supplier.public_id)
    assert at_once(one.number, one.number) == ["move_refused", "posted"]
    assert Journal.objects.filter(kind="manual").count() == 1
    two, three = (propose(3_000, A.SUPPLIER_PAYABLE, supplier.public_id) for _n in range(2))
    assert at_once(two.number, three.number) == ["below_floor", "posted"]
    assert balance(A.SUPPLIER_PAYABLE, supplier.public_id) == 1_000


@pytest.mark.django_db(transaction=True)
def test_without_the_row_s_lock_one_journal_would_be_approved_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier, _order = seller()
    row = propose(3_000, A.SUPPLIER_PAYABLE, supplier.public_id)
    both_read = Barrier(2)

    def unlocked(rows: "QuerySet[ManualJournal]") -> list[ManualJournal]:
        found = list(rows)
        both_read.wait(timeout=20)
        return found

    monkeypatch.setattr(manual, "lock_rows", unlocked)
    assert at_once(row.number, row.number) == ["posted", "posted"]
    assert [e.event for e in audit.history("manual", row.number)] == ["propose", "approve", "approve"]
    assert Journal.objects.filter(kind="manual").count() == 1  # the event's key still books it once
