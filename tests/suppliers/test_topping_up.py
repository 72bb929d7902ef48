"""A deposit that fell short: told, topped up in time or off sale, back when whole (docs/rules.md §1.6); points that double it
and hide goods (§4). Everything to the second.
"""

from datetime import datetime, timedelta

import pytest
from django.db.models import Value
from django.test import Client
from django.urls import reverse

from disputes import services as disputes
from disputes.selectors import standing_for
from disputes.services import PenaltyDraft
from disputes.states import Offence
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side, post
from ledger.selectors import balance
from orders import services as orders
from orders.errors import NotForSale
from orders.states import CompensationReason
from payments.models import Charge
from payments.providers.sandbox import Button
from payments.services import press_cashier
from suppliers import services as suppliers
from suppliers.models import BondedCategory, Category, Good, Supplier
from suppliers.selectors import sellable_goods
from taoxiaopu.flows.services import receive_notice, sweep
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import MoveRefused
from tests.factories import rulebook, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FULL, BOND = 1_000_000, 100_000
DUE = AT + 5 * DAY


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


@pytest.fixture
def good(supplier: Supplier) -> Good:
    return story.good(supplier, AT)


def draw(of: Supplier, fen: int, at: datetime = AT, key: str = "1") -> None:
    """A compensation that is taken as far as each account goes; then the sweep."""
    post(
        Event(JournalKind.COMPENSATION, "compensation", f"{of.public_id}{key}"),
        [
            Movement(side, Side(AccountKind.COMPENSATION), share)
            for side, share in suppliers.take_from_supplier(of.public_id, fen)
        ],
        at=at,
    )
    suppliers.watch_deposits(at=at)
    of.refresh_from_db()


def held(of: Supplier, kind: AccountKind = AccountKind.SUPPLIER_DEPOSIT) -> int:
    return balance(kind, of.public_id)


def open_payment(of: Supplier, at: datetime = AT) -> Charge:
    return suppliers.open_deposit_payment(supplier=of, actor=story.supplier_actor(of), at=at)


def pay(charge: Charge, of: Supplier, at: datetime = AT) -> str:
    outcome: str
    if at > charge.expires_at:
        body, headers = story.notice(charge, at)
        outcome = receive_notice(provider="sandbox", body=body, headers=headers, at=at)
    else:
        press_cashier(charge=charge, button=Button.PAY, at=at)
        outcome = story.deliver(charge, at)
    of.refresh_from_db()
    return outcome


def letters(of: Supplier, kind: str) -> list[dict[str, object]]:
    return [one.facts for one in of.members.get().user.letters.filter(kind=kind).order_by("pk")]


def give(of: Supplier, points: int, at: datetime = AT, key: str = "p") -> str:
    draft = PenaltyDraft(Offence.DATA_LEAK, points, "证据确凿", None)
    row = disputes.give_penalty(party=of, draft=draft, key=key, actor=story.staff(), at=at)
    of.refresh_from_db()
    return row.number


def sells(good: Good, at: datetime, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a good is for sale; the row's answer and the query's are the same."""
    fresh = Good.objects.select_related("supplier").get(pk=good.pk)
    monkeypatch.setattr(clock, "present", lambda: Value(at))
    found = sellable_goods().filter(pk=good.pk).exists()
    assert fresh.is_sellable_at(at) == found
    return found


def test_one_fen_short_is_told_at_once_and_off_sale_after_five_days(
    supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(supplier, 1)
    assert (held(supplier), supplier.top_up_by) == (FULL - 1, DUE)
    told = {"amount_fen": 1, "name": supplier.name, "due_at": DUE.isoformat()}
    assert letters(supplier, "deposit_short") == [told]
    assert sells(good, DUE - SECOND, monkeypatch)
    assert not sells(good, DUE, monkeypatch)
    assert not sells(good, DUE + SECOND, monkeypatch)
    before = picture()
    with pytest.raises(NotForSale):
        story.place(good, DUE)
    assert picture() == before
    assert story.place(good, DUE - SECOND).orders.count() == 1


def test_a_compensation_draws_and_what_is_topped_up_fits_the_books(supplier: Supplier, good: Good) -> None:
    order = story.paid_order(good, AT)
    row = orders.compensate_buyer(
        line=story.line_of(order), reason=CompensationReason.OUT_OF_STOCK, actor=story.staff(), at=AT
    )
    assert held(supplier) == FULL - row.amount_fen
    assert sweep(at=AT) >= 1
    supplier.refresh_from_db()
    assert supplier.top_up_by == DUE
    assert open_payment(supplier).amount_fen == row.amount_fen
    assert pay(open_payment(supplier), supplier) == "applied"
    assert (held(supplier), supplier.top_up_by) == (FULL, None)
    assert verify().problems == []


def test_a_whole_deposit_waits_for_nothing(supplier: Supplier) -> None:
    before = picture()
    assert suppliers.watch_deposits(at=AT) == 0
    assert picture() == before


def test_the_days_are_a_setting(supplier: Supplier) -> None:
    rulebook.new_numbers(AT, DEPOSIT_TOP_UP_D=2)
    draw(supplier, 500)
    assert supplier.top_up_by == AT + 2 * DAY


def test_the_sweep_tells_once_and_another_draw_begins_nothing_anew(supplier: Supplier) -> None:
    draw(supplier, 500)
    before = picture()
    assert suppliers.watch_deposits(at=AT + DAY) == 0
    assert picture() == before
    draw(supplier, 700, AT + DAY, "2")
    assert (held(supplier), supplier.top_up_by) == (FULL - 1_200, DUE)
    assert len(letters(supplier, "deposit_short")) == 1


def test_the_cashier_asks_for_exactly_what_is_short_and_it_sells_again(
    supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(supplier, 500)
    old = open_payment(supplier)
    assert (old.amount_fen, open_payment(supplier).number) == (500, old.number)
    draw(supplier, 700, AT + SECOND, "2")
    late = DUE + DAY
    charge = open_payment(supplier, AT + 2 * SECOND)
    old.refresh_from_db()
    assert (old.status, charge.amount_fen) == ("closed", 1_200)
    assert not sells(good, late, monkeypatch)
    charge = open_payment(supplier, late)
    assert pay(charge, supplier, late) == "applied"
    assert (held(supplier), supplier.top_up_by, supplier.status) == (FULL, None, "active")
    assert len(letters(supplier, "deposit_whole")) == 1
    assert sells(good, late, monkeypatch)
    before = picture()
    with pytest.raises(MoveRefused):
        open_payment(supplier, late)
    assert picture() == before


def test_a_part_of_it_is_not_enough(supplier: Supplier) -> None:
    draw(supplier, 500)
    charge = open_payment(supplier)
    draw(supplier, 1, AT + SECOND, "2")
    assert pay(charge, supplier, AT + 2 * SECOND) == "applied"
    assert (held(supplier), supplier.top_up_by) == (FULL - 1, DUE)
    assert open_payment(supplier, AT + 3 * SECOND).amount_fen == 1


def test_money_that_nobody_waits_for_goes_back(supplier: Supplier) -> None:
    draw(supplier, 500)
    late = open_payment(supplier)
    assert pay(late, supplier, AT + timedelta(minutes=30, seconds=1)) == "stray"
    story.arrive_refunds(AT + DAY)
    assert held(supplier) == FULL - 500
    assert supplier.top_up_by == DUE


def test_a_suspended_supplier_tops_up_too(supplier: Supplier) -> None:
    suppliers.suspend_supplier(public_id=supplier.public_id, actor=story.staff(), at=AT, reason="核查")
    supplier.refresh_from_db()
    draw(supplier, 500)
    assert supplier.top_up_by == DUE
    assert pay(open_payment(supplier), supplier) == "applied"
    assert (held(supplier), supplier.top_up_by, supplier.status) == (FULL, None, "suspended")


def test_an_imported_brand_has_no_deposit_to_top_up(supplier: Supplier) -> None:
    Supplier.objects.filter(pk=supplier.pk).update(credit_code=None)
    draw(supplier, 500)
    assert supplier.top_up_by is None
    assert suppliers.required_deposit(supplier, at=AT) == 0


def test_a_bond_that_was_drawn_is_topped_up_apart(supplier: Supplier) -> None:
    category = Category.objects.get(code="home/appliances")
    actor = story.supplier_actor(supplier)
    bond = suppliers.open_bond_payment(supplier=supplier, category_code=category.code, actor=actor, at=AT)
    assert pay(bond, supplier) == "applied"
    draw(supplier, 300)
    assert (held(supplier, AccountKind.CATEGORY_BOND), held(supplier)) == (BOND - 300, FULL)
    assert (supplier.top_up_by, suppliers.bonds_short(supplier, at=AT)) == (DUE, 300)
    with pytest.raises(MoveRefused):
        open_payment(supplier)
    suppliers.suspend_supplier(public_id=supplier.public_id, actor=story.staff(), at=AT, reason="核查")
    again = suppliers.open_bond_payment(supplier=supplier, category_code=category.code, actor=actor, at=AT)
    assert again.amount_fen == 300
    supplier.refresh_from_db()
    assert pay(again, supplier, AT + SECOND) == "applied"
    assert (held(supplier, AccountKind.CATEGORY_BOND), supplier.top_up_by) == (BOND, None)
    assert BondedCategory.objects.get().since == AT


@pytest.mark.parametrize(("points", "required"), [(35, FULL), (36, 2 * FULL), (47, 2 * FULL), (48, 0)])
def test_thirty_six_points_double_it_and_a_cleared_out_one_is_asked_for_nothing_more(
    points: int, required: int, supplier: Supplier
) -> None:
    give(supplier, points)
    assert suppliers.required_deposit(supplier, at=AT) == required
    assert supplier.top_up_by == (DUE if required == 2 * FULL else None)
    assert len(letters(supplier, "deposit_short")) == (1 if required == 2 * FULL else 0)
    assert suppliers.watch_deposits(at=AT) == 0
    assert held(supplier) == FULL


def test_when_points_fall_back_the_surplus_stays(supplier: Supplier) -> None:
    number = give(supplier, 36)
    charge = open_payment(supplier)
    assert charge.amount_fen == FULL
    assert pay(charge, supplier) == "applied"
    assert (held(supplier), supplier.top_up_by) == (2 * FULL, None)
    disputes.appeal_penalty(
        penalty=supplier.penalties.get(), text="不实", actor=story.supplier_actor(supplier), at=AT
    )
    disputes.review_penalty(
        number=number, lift=True, answer="证据不足", actor=story.staff(901), at=AT + SECOND
    )
    supplier.refresh_from_db()
    assert (held(supplier), supplier.top_up_by) == (2 * FULL, None)
    assert suppliers.missing_deposit(supplier, at=AT + SECOND) == 0
    assert verify().problems == []
    draw(supplier, FULL, AT + DAY)
    assert (held(supplier), supplier.top_up_by) == (FULL, None)


def test_a_payment_for_what_is_doubled_no_more_goes_back(supplier: Supplier) -> None:
    number = give(supplier, 36)
    charge = open_payment(supplier)
    disputes.appeal_penalty(
        penalty=supplier.penalties.get(), text="不实", actor=story.supplier_actor(supplier), at=AT
    )
    disputes.review_penalty(
        number=number, lift=True, answer="证据不足", actor=story.staff(901), at=AT + SECOND
    )
    assert pay(charge, supplier, AT + 2 * SECOND) == "stray"
    story.arrive_refunds(AT + DAY)
    assert (held(supplier), supplier.top_up_by) == (FULL, None)


def test_below_twenty_four_points_goods_stay(
    supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = story.staff()
    for n in range(3):
        draft = PenaltyDraft(Offence.BAIT, 6, "证据确凿", None)
        disputes.give_penalty(party=supplier, draft=draft, key=f"{n}", actor=anna, at=AT)
    supplier.refresh_from_db()
    assert (supplier.hidden_until, standing_for(supplier, at=AT).points) == (None, 18)
    assert sells(good, AT, monkeypatch)


@pytest.mark.parametrize("points", [24, 35])
def test_points_hide_goods_to_the_second(
    points: int, supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(supplier, points)
    until = AT + 14 * DAY
    assert supplier.hidden_until == until
    assert standing_for(supplier, at=AT).hidden_until == until
    assert [sells(good, at, monkeypatch) for at in (AT, until - SECOND, until)] == [False, False, True]
    before = picture()
    with pytest.raises(NotForSale):
        story.place(good, until - SECOND)
    assert picture() == before
    assert story.place(good, until).orders.count() == 1


def test_thirty_six_hide_for_twenty_one_days_and_longer_while_the_doubled_deposit_is_short(
    supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(supplier, 36)
    until = AT + 21 * DAY
    assert supplier.hidden_until == until
    assert not sells(good, until, monkeypatch)
    assert pay(open_payment(supplier), supplier) == "applied"
    assert not sells(good, until - SECOND, monkeypatch)
    assert sells(good, until, monkeypatch)


def test_forty_eight_hide_for_good_until_they_are_lifted(
    supplier: Supplier, good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = give(supplier, 48)
    assert not sells(good, AT + 3_650 * DAY, monkeypatch)
    assert (held(supplier), standing_for(supplier, at=AT).is_closed) == (FULL, True)
    assert verify().problems == []
    disputes.appeal_penalty(
        penalty=supplier.penalties.get(), text="不实", actor=story.supplier_actor(supplier), at=AT
    )
    disputes.review_penalty(number=number, lift=True, answer="证据不足", actor=story.staff(901), at=AT + DAY)
    assert sells(good, AT + DAY, monkeypatch)


def test_raised_numbers_are_asked_of_everybody_by_the_sweep(supplier: Supplier) -> None:
    rulebook.new_numbers(AT, SUPPLIER_DEPOSIT_FEN=FULL + 1)
    assert suppliers.watch_deposits(at=AT) == 1
    assert suppliers.watch_deposits(at=AT) == 0
    rulebook.new_numbers(AT + DAY, SUPPLIER_DEPOSIT_FEN=FULL)
    assert sweep(at=AT + DAY) >= 1
    supplier.refresh_from_db()
    assert supplier.top_up_by is None


def test_the_pages_say_until_when_and_lead_to_the_cashier(supplier: Supplier, client: Client) -> None:
    client.force_login(supplier.members.get().user)
    draw(supplier, 500, clock.now())
    home = client.get(reverse("supplier:goods")).content.decode()
    assert f'href="{reverse("supplier:deposit")}"' in home
    assert "剩余补缴时间" in home
    page = client.get(reverse("supplier:deposit")).content.decode()
    assert "补缴保证金 ¥5.00" in page
    place = client.post(reverse("supplier:deposit"))["Location"]
    assert Charge.objects.get(status="open").number in place
    clock.advance(5 * DAY)
    assert "全部商品已暂停销售" in client.get(reverse("supplier:deposit")).content.decode()
