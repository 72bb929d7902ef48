"""Bonds of categories: the gate before listing, the charge, the books, what goes back (docs/rules.md §1.3 rule 38, C15)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.models import AccountKind, Journal, JournalKind
from ledger.posting import Event, Movement, Side, post
from ledger.selectors import balance, balances
from payments.models import Charge, Refund
from payments.providers.sandbox import Button
from payments.services import press_cashier
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Category, Good, Supplier
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, DomainError, MoveRefused
from tests.factories import story
from tests.factories.threads import at_once
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
BOND = 100_000  # of home/appliances


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


def good(of: Supplier, category: str = "home/appliances", at: datetime = AT) -> Good:
    draft = suppliers.GoodDraft("便携榨汁杯", category, "山茶花", "", 9_900, 5, 1_000)
    return suppliers.create_good(supplier=of, draft=draft, actor=story.supplier_actor(of), at=at)


def open_payment(of: Supplier, category: str = "home/appliances", at: datetime = AT) -> Charge:
    return suppliers.open_bond_payment(
        supplier=of, category_code=category, actor=story.supplier_actor(of), at=at
    )


def take(notice: tuple[bytes, dict[str, str]], at: datetime = AT) -> str:
    return receive_notice(provider="sandbox", body=notice[0], headers=notice[1], at=at)


def held(of: Supplier) -> tuple[int, int]:
    """Bond and deposit."""
    party = of.public_id
    return balance(AccountKind.CATEGORY_BOND, party), balance(AccountKind.SUPPLIER_DEPOSIT, party)


@pytest.mark.parametrize(("fen", "good"), [(0, True), (1, False), (99_999, False), (100_000, True)])
def test_999_99_is_too_small(fen: int, good: bool) -> None:
    before = picture()
    if good:
        assert (
            suppliers.set_bond(code="beauty", bond_fen=fen, actor=story.SYSTEM_STAFF, at=AT).bond_fen == fen
        )
        assert audit.history("category", "beauty").get().reason == f"{fen} fen"
        return
    with pytest.raises(errors.BondTooSmall):
        suppliers.set_bond(code="beauty", bond_fen=fen, actor=story.SYSTEM_STAFF, at=AT)
    assert picture() == before


def test_only_staff_set_a_bond() -> None:
    with pytest.raises(BadInput):
        suppliers.set_bond(code="beauty", bond_fen=BOND, actor=Actor(ActorKind.SUPPLIER, "x"), at=AT)


def test_before_it_is_paid_nothing_is_listed_there(supplier: Supplier) -> None:
    before = picture()
    with pytest.raises(errors.BondMissing) as refused:
        good(supplier)
    assert refused.value.sentence == "在“小家电”发布商品须先缴纳类目保证金，尚缺 ¥1,000.00"
    assert picture() == before
    assert good(supplier, "home/kitchen").status == "listed"
    charge = open_payment(supplier)
    assert (charge.purpose, charge.reference, charge.amount_fen) == ("bond", supplier.public_id, BOND)
    press_cashier(charge=charge, button=Button.PAY, at=AT)
    assert story.deliver(charge, AT) == "applied"
    assert held(supplier) == (BOND, 1_000_000)
    journal = Journal.objects.get(kind="bond")
    assert (journal.ref_type, journal.ref_id) == ("charge", charge.number)
    assert good(supplier).status == "listed"
    letter = supplier.members.get().user.letters.get(kind="bond_received")
    assert letter.facts == {"amount_fen": BOND, "category": "小家电"}
    assert verify().problems == []


def test_a_root_asks_for_what_lies_below_it(supplier: Supplier) -> None:
    suppliers.set_bond(code="home", bond_fen=300_000, actor=story.SYSTEM_STAFF, at=AT)
    with pytest.raises(errors.BondMissing):
        good(supplier, "home/kitchen")
    assert take(story.notice(open_payment(supplier, "home/kitchen"), AT)) == "applied"
    assert good(supplier, "home/kitchen").status == "listed"
    assert good(supplier, "home").status == "listed"
    # The node's own bond counts before its root's: it is asked for, too.
    assert suppliers.missing_bond(supplier, Category.objects.get(code="home/appliances")) == BOND


def test_moving_a_good_there_and_listing_it_again_ask_too(supplier: Supplier) -> None:
    there = good(supplier, "home/kitchen")
    draft = suppliers.GoodDraft("便携榨汁杯", "home/appliances", "山茶花", "", 9_900, 5, 1_000)
    actor = story.supplier_actor(supplier)
    with pytest.raises(errors.BondMissing):
        suppliers.edit_good(good=there, draft=draft, actor=actor, at=AT)
    suppliers.delist_good(good=there, actor=actor, at=AT)
    suppliers.set_bond(code="home/kitchen", bond_fen=BOND, actor=story.SYSTEM_STAFF, at=AT)
    fresh = Good.objects.select_related("supplier", "category__parent").get(pk=there.pk)
    with pytest.raises(errors.BondMissing):
        suppliers.list_good(good=fresh, actor=actor, at=AT)


def test_a_catalogue_is_not_imported_there(supplier: Supplier) -> None:
    text = "update_time,id,title,price,sale_count,comment_count,店名\n2026-06-01,A1,榨汁杯,99,1,0,山茶花\n"
    before = picture()
    with pytest.raises(errors.BondMissing):
        suppliers.preview_import(
            supplier=supplier, person="tests", filename="a.csv", raw=text.encode(),
            defaults=suppliers.ImportDefaults("home/appliances", 5, 1_000), at=AT,
        )  # fmt: skip
    assert picture() == before


def test_what_a_compensation_drew_is_missing_again(supplier: Supplier) -> None:
    take(story.notice(open_payment(supplier), AT))
    post(
        Event(JournalKind.COMPENSATION, "compensation", "c1"),
        [Movement(Side(AccountKind.CATEGORY_BOND, supplier.public_id), Side(AccountKind.COMPENSATION), 1)],
        at=AT,
    )
    with pytest.raises(errors.BondMissing):
        good(supplier)
    rest = open_payment(supplier)
    assert rest.amount_fen == 1
    take(story.notice(rest, AT))
    assert good(supplier).status == "listed"


@pytest.mark.parametrize("off", [{"amount_fen": BOND - 1}, {"amount_fen": BOND + 1}, {"currency": "USD"}])
def test_another_amount_goes_to_review(off: dict[str, Any], supplier: Supplier) -> None:
    charge = open_payment(supplier)
    assert take(story.notice(charge, AT, **off)) == "mismatch"
    assert held(supplier)[0] == 0
    again = open_payment(supplier)
    assert again.number != charge.number
    assert take(story.notice(again, AT)) == "applied"


def test_the_same_notice_again_changes_nothing(supplier: Supplier) -> None:
    notice = story.notice(open_payment(supplier), AT)
    assert take(notice) == "applied"
    before = picture()
    assert take(notice) == "repeated"
    assert picture() == before


@pytest.mark.parametrize(("late", "outcome"), [(0, "applied"), (1, "stray")])
def test_the_last_second_counts_and_the_next_goes_back(late: int, outcome: str, supplier: Supplier) -> None:
    charge = open_payment(supplier)
    press_cashier(charge=charge, button=Button.PAY, at=AT)
    at = AT + timedelta(minutes=30, seconds=late)
    if late:
        assert suppliers.close_overdue_bonds(at=at - timedelta(seconds=1)) == 0
        assert suppliers.close_overdue_bonds(at=at) == 1
        charge.refresh_from_db()
        assert charge.status == "closed"
    assert story.deliver(charge, at) == outcome
    story.arrive_refunds(at)
    assert held(supplier)[0] == (0 if late else BOND)
    assert Refund.objects.count() == late
    assert verify().problems == []


def test_another_category_takes_the_place_of_the_open_charge(supplier: Supplier) -> None:
    first = open_payment(supplier)
    assert open_payment(supplier).number == first.number
    second = open_payment(supplier, "food/health")
    first.refresh_from_db()
    assert (first.status, second.amount_fen) == ("closed", 200_000)
    assert take(story.notice(second, AT)) == "applied"
    third = open_payment(supplier)
    assert third.amount_fen == BOND
    assert take(story.notice(third, AT)) == "applied"
    assert take(story.notice(first, AT)) == "stray"
    story.arrive_refunds(AT)
    assert held(supplier)[0] == 300_000
    assert balances()["refund_clearing", ""] == 0
    with pytest.raises(BadInput):
        open_payment(supplier)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_open_one_charge(supplier: Supplier) -> None:
    assert len({charge.number for charge in at_once([lambda: open_payment(supplier)] * 4)}) == 1


@pytest.mark.parametrize(
    ("actor", "status", "code", "error"),
    [
        (Actor(ActorKind.SUPPLIER, "another"), "active", "home/appliances", MoveRefused),
        (Actor(ActorKind.STAFF, "anna"), "active", "home/appliances", MoveRefused),
        (None, "suspended", "home/appliances", errors.NotActive),
        (None, "await_deposit", "home/appliances", errors.NotActive),
        (None, "active", "beauty", BadInput),
        (None, "active", "nowhere", BadInput),
    ],
)
def test_who_may_not_pay_is_told(
    actor: Actor | None, status: str, code: str, error: type[DomainError], supplier: Supplier
) -> None:
    Supplier.objects.filter(pk=supplier.pk).update(status=status)
    before = picture()
    with pytest.raises(error):
        suppliers.open_bond_payment(
            supplier=supplier, category_code=code, actor=actor or story.supplier_actor(supplier), at=AT
        )
    assert picture() == before
