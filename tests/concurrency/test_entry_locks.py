"""The lock of a supplier's row, for its papers, its application and its bonds: without it the race is there, with it gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from ledger import posting
from ledger.models import AccountKind
from ledger.posting import Side
from payments.models import Charge
from payments.services import charges
from suppliers import services as suppliers
from suppliers.models import BondedCategory, Category, Paper, Supplier, SupplierStanding
from suppliers.services import bonds, entry, leaving, papers, topping_up
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.errors import MoveRefused
from tests.concurrency.test_locks import errors_in, locked, unlocked
from tests.factories import story
from tests.factories.papers import AT, STAFF, draft_of, hand_in, place
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)


def seen_unlocked(public_id: str) -> Supplier:
    """``lock_supplier`` without the lock."""
    return Supplier.objects.get(public_id=public_id)


@locked
def test_two_papers_for_one_place(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both find the place empty, and only the unique key stands between."""
    supplier = story.supplier(AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(papers, "lock_supplier", seen_unlocked)
    # after both looked for an open paper, before either puts one there
    monkeypatch.setattr(papers.Paper.objects, "create", meeting.before(Paper.objects.create))
    answers = meeting.run([lambda: hand_in(supplier, draft_of("licence"))] * 2)
    assert errors_in(answers) == ([] if is_locked else [IntegrityError])
    mine = Paper.objects.filter(supplier=supplier, requirement__code="licence")
    left = sorted(mine.values_list("status", flat=True))
    assert left == (["fine", "handed", "replaced"] if is_locked else ["fine", "handed"])


@locked
def test_two_verdicts_on_one_paper(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the locks both verdicts are taken, and the later one wins without a word."""
    story.ensure_reference()
    supplier = suppliers.take_application(public_id=story.applicant(AT).public_id, actor=STAFF, at=AT)
    paper = place(supplier, "licence").open
    assert paper is not None
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(papers, "lock_supplier", seen_unlocked)
        monkeypatch.setattr(papers, "lock_rows", unlocked)
    monkeypatch.setattr(papers.PAPERS.__class__, "apply", meeting.before(papers.PAPERS.__class__.apply))

    def judge(is_fine: bool) -> Any:
        return suppliers.judge_paper(
            public_id=paper.public_id, is_fine=is_fine, actor=STAFF, at=AT, note="缺公章"
        )

    answers = meeting.run([lambda: judge(True), lambda: judge(True)])
    assert errors_in(answers) == ([MoveRefused] if is_locked else [])
    assert audit.history("paper", paper.public_id).filter(event="accept").count() == (1 if is_locked else 2)


@locked
def test_an_application_is_submitted_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both clicks hand it in, and the trail says so twice."""
    story.ensure_reference()
    supplier = story.applicant(AT)
    Supplier.objects.filter(pk=supplier.pk).update(status="need_info")
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(entry, "lock_supplier", seen_unlocked)
    monkeypatch.setattr(entry, "entry_checklist", meeting.before(entry.entry_checklist))
    supplier.refresh_from_db()
    actor, again = story.supplier_actor(supplier), story.application(1)
    answers = meeting.run(
        [lambda: suppliers.submit(supplier=supplier, application=again, actor=actor, at=AT)] * 2
    )
    assert errors_in(answers) == ([MoveRefused] if is_locked else [])
    trail = audit.history("supplier", supplier.public_id).filter(event="resubmit")
    assert trail.count() == (1 if is_locked else 2)


@locked
def test_two_clicks_on_a_bond(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both find no open charge, and only the unique key stands between."""
    supplier = story.supplier(AT)
    actor = story.supplier_actor(supplier)
    posting.ensure_accounts([Side(AccountKind.CATEGORY_BOND, supplier.public_id)])
    BondedCategory.objects.create(supplier=supplier, category=Category.objects.get(code="home/appliances"))
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(bonds, "lock_supplier", seen_unlocked)
    # after both looked for an open charge, before either makes one
    monkeypatch.setattr(charges.rows, "insert", meeting.before(charges.rows.insert))
    answers = meeting.run(
        [
            lambda: suppliers.open_bond_payment(
                supplier=supplier, category_code="home/appliances", actor=actor, at=AT
            )
        ]
        * 2
    )
    made = Charge.objects.filter(purpose="bond")
    assert made.count() == 1
    if is_locked:
        assert {charge.number for charge in answers} == {made.get().number}
    else:
        assert errors_in(answers) == [IntegrityError]


@locked
def test_a_shortage_is_told_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock two sweeps both begin the time to top up, and the later one moves its end."""
    supplier = story.supplier(AT)
    SupplierStanding.objects.create(supplier=supplier, points=36, doubles_deposit=True)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(topping_up, "lock_supplier", seen_unlocked)
    monkeypatch.setattr(topping_up, "stand_of", meeting.before(topping_up.stand_of))
    moments = [AT, AT + timedelta(hours=1)]
    answers = meeting.run([lambda at=at: suppliers.watch_deposits(at=at) for at in moments])
    assert sorted(answers) == ([0, 1] if is_locked else [1, 1])
    letters = supplier.members.get().user.letters.filter(kind="deposit_short")
    assert letters.count() == (1 if is_locked else 2)


@locked
def test_an_exit_begins_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both clicks begin it, and the trail says so twice."""
    supplier = story.supplier(AT)
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(leaving, "lock_supplier", seen_unlocked)
    monkeypatch.setattr(
        leaving.payments, "close_deposit_charges", meeting.before(leaving.payments.close_deposit_charges)
    )
    actor = story.supplier_actor(supplier)
    leave = [lambda: suppliers.begin_exit(public_id=supplier.public_id, actor=actor, at=AT)] * 2
    answers = meeting.run(leave)
    assert errors_in(answers) == ([MoveRefused] if is_locked else [])
    trail = audit.history("supplier", supplier.public_id).filter(event="leave")
    assert trail.count() == (1 if is_locked else 2)
