"""Money that came in otherwise than asked for goes back whole, once, by one or two people of the staff (trust §3)."""

from datetime import timedelta
from typing import Any

import pytest

from orders import services as orders
from orders.models import Order
from payments import services as payments
from payments.errors import SamePerson
from payments.models import Charge, Refund, SandboxPayment, WrongPayment
from payments.providers.sandbox import Button
from payments.selectors import wrong_payments_held
from reconciliation.models import Difference
from reconciliation.services import reconcile
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from tests.factories import rulebook, story
from tests.factories.proof import found_by
from tests.factories.world import books, picture
from tests.payments.test_notices import take

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
FEN = 10_000
ANNA, BELA = (Actor(ActorKind.STAFF, name, name) for name in ("anna", "bela"))


def a_charge(price_fen: int = FEN) -> Charge:
    good = story.good(story.supplier(AT), AT, price_fen=price_fen)
    return orders.open_payment(trade=story.place(good, AT), at=AT)


def came_in(charge: Charge, **off: Any) -> WrongPayment:
    """The provider took it, by its own book, and told us."""
    number = str(off.setdefault("provider_number", "SPwrong"))
    fen = int(off.get("amount_fen", charge.amount_fen))
    SandboxPayment.objects.create(
        charge_number=charge.number, provider_number=number, kind="pay", amount_fen=fen, at=AT
    )
    assert take(story.notice(charge, AT, **off), AT) == "mismatch"
    return WrongPayment.objects.get(provider_number=number)


def send_back(row: WrongPayment, actor: Actor = ANNA) -> WrongPayment:
    return payments.return_wrong_payment(number=row.number, reason="与支付单金额不符", actor=actor, at=AT)


@pytest.mark.parametrize("fen", [FEN - 1, FEN + 1])
def test_a_payment_that_is_off_by_a_fen_goes_back_whole(fen: int) -> None:
    charge = a_charge()
    row = came_in(charge, amount_fen=fen)
    assert (row.status, row.amount_fen, row.charge, wrong_payments_held()) == ("held", fen, charge, 1)
    assert books() == {}
    row = send_back(row)
    charge.refresh_from_db()
    assert (row.status, row.returned_at, charge.status, wrong_payments_held()) == (
        "returned",
        AT,
        "closed",
        0,
    )
    assert books() == {"channel_clearing": fen, "refund_clearing": fen}
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount_fen, refund.provider_number) == ("stray", fen, "SPwrong")
    assert [problem.sentence for problem in verify().problems] == []
    story.arrive_refunds(AT)
    assert books() == {}
    assert [problem.sentence for problem in verify().problems] == []
    assert [(e.event, e.person, e.reason) for e in audit.history("wrong_payment", row.number)] == [
        ("send_back", "anna", "与支付单金额不符")
    ]
    assert audit.history("charge", charge.number).last().event == "sent_back"  # type: ignore[union-attr]
    reconcile(at=AT + timedelta(hours=17))
    assert not Difference.objects.exists()


def test_pressing_again_answers_as_the_first_time_and_changes_nothing() -> None:
    row = send_back(came_in(a_charge(), amount_fen=FEN - 1))
    before = picture()
    assert send_back(row, BELA).status == "returned"
    assert picture() == before


def test_a_refused_return_changes_nothing() -> None:
    row = came_in(a_charge(), amount_fen=FEN - 1)
    before = picture()
    with pytest.raises(BadInput):
        payments.return_wrong_payment(number=row.number, reason=" 退 ", actor=ANNA, at=AT)
    with pytest.raises(NotFound):
        payments.return_wrong_payment(number="1", reason="退回", actor=ANNA, at=AT)
    with pytest.raises(MoveRefused):
        send_back(row, Actor(ActorKind.BUYER, "1"))
    assert picture() == before


@pytest.mark.parametrize(("fen", "people"), [(500_000, 1), (500_001, 2)])
def test_above_5000_yuan_two_people_send_it_back(fen: int, people: int) -> None:
    row = came_in(a_charge(price_fen=500_002), amount_fen=fen)
    row = send_back(row)
    if people == 2:
        assert (row.status, row.endorsed_by, books()) == ("held", "anna", {})
        before = picture()
        with pytest.raises(SamePerson):
            send_back(row)
        assert picture() == before
        row = send_back(row, BELA)
    assert (row.status, books()) == ("returned", {"channel_clearing": fen, "refund_clearing": fen})
    people_of = [(e.event, e.person) for e in audit.history("wrong_payment", row.number)]
    expected = {1: [("send_back", "anna")], 2: [("endorse", "anna"), ("send_back", "bela")]}
    assert people_of == expected[people]


def test_the_limit_is_that_of_the_day_on_which_it_came() -> None:
    row = came_in(a_charge(), amount_fen=FEN - 1)
    rulebook.new_numbers(AT + timedelta(seconds=1), FOUR_EYES_PAYOUT_FEN=5_000)
    later = AT + timedelta(days=1)
    row = payments.return_wrong_payment(number=row.number, reason="金额不符", actor=ANNA, at=later)
    assert row.status == "returned"


@pytest.mark.parametrize("off", [{"currency": "USD"}, {"app_id": "else"}])
def test_another_currency_or_app_takes_two_whatever_the_amount(off: dict[str, Any]) -> None:
    charge = a_charge()
    row = send_back(came_in(charge, **off))
    assert (row.status, row.endorsed_by, books()) == ("held", "anna", {})
    send_back(row, BELA)
    assert books() == {"channel_clearing": FEN, "refund_clearing": FEN}
    story.arrive_refunds(AT)
    charge.refresh_from_db()
    assert (books(), charge.status) == ({}, "closed")
    assert verify().problems == []


def test_a_wrong_payment_told_again_is_one_row() -> None:
    charge = a_charge()
    row = came_in(charge, amount_fen=FEN - 1)
    assert take(story.notice(charge, AT, amount_fen=FEN - 1, provider_number="SPwrong"), AT) == "mismatch"
    assert WrongPayment.objects.get() == row
    send_back(row)
    assert take(story.notice(charge, AT, amount_fen=FEN - 1, provider_number="SPwrong"), AT) == "repeated"
    assert (WrongPayment.objects.count(), Refund.objects.count()) == (1, 1)
    charge.refresh_from_db()
    assert charge.status == "closed"


def test_two_wrong_payments_of_a_charge_close_it_with_the_second() -> None:
    charge = a_charge()
    rows = [came_in(charge, amount_fen=FEN - n, provider_number=f"SP{n}") for n in (1, 2)]
    send_back(rows[0])
    charge.refresh_from_db()
    assert charge.status == "review"
    send_back(rows[1])
    charge.refresh_from_db()
    assert (charge.status, books()["refund_clearing"]) == ("closed", 2 * FEN - 3)


def test_a_wrong_payment_of_a_charge_that_was_paid_goes_back_and_the_charge_stays() -> None:
    charge = a_charge()
    payments.press_cashier(charge=charge, button=Button.PAY, at=AT)
    story.arrive_refunds(AT)  # delivers the notice
    row = came_in(charge, amount_fen=FEN + 5)
    charge.refresh_from_db()
    assert (charge.status, row.status) == ("paid", "held")
    send_back(row)
    charge.refresh_from_db()
    assert (charge.status, Order.objects.get().status) == ("paid", "paid")
    assert books() == {"channel_clearing": 2 * FEN + 5, "escrow": FEN, "refund_clearing": FEN + 5}
    story.arrive_refunds(AT)
    assert verify().problems == []


def test_other_words_about_a_payment_that_was_taken_are_no_other_money() -> None:
    charge = a_charge()
    assert take(story.notice(charge, AT, provider_number="SP1"), AT) == "applied"
    assert take(story.notice(charge, AT, provider_number="SP1", amount_fen=1), AT) == "mismatch"
    assert not WrongPayment.objects.exists()


def test_a_wrong_payment_that_was_put_right_meanwhile_is_not_sent_back_twice() -> None:
    """The provider tells the same payment with the right amount: it goes back as what nothing waits for."""
    charge = a_charge()
    row = came_in(charge, amount_fen=FEN - 1)
    assert take(story.notice(charge, AT, provider_number="SPwrong"), AT) == "stray"
    send_back(row)
    assert (Refund.objects.count(), books()["refund_clearing"]) == (1, FEN)


def test_what_was_sent_back_does_not_pay_an_order_when_it_is_told_again() -> None:
    """The charge is closed and its trade still waits: the same payment, now with the right amount, is known."""
    charge = a_charge()
    send_back(came_in(charge, amount_fen=FEN - 1))
    assert take(story.notice(charge, AT, provider_number="SPwrong"), AT) == "repeated"
    assert Order.objects.get().status == "pending_payment"
    assert take(story.notice(charge, AT, provider_number="SPgood"), AT) == "applied"
    assert Order.objects.get().status == "paid"


def test_nothing_at_all_is_closed_without_a_booking() -> None:
    charge = a_charge()
    send_back(came_in(charge, amount_fen=0))
    charge.refresh_from_db()
    assert (charge.status, books(), Refund.objects.count()) == ("closed", {}, 0)


def test_verify_names_a_wrong_payment_without_its_row_or_its_refund() -> None:
    row = came_in(a_charge(), amount_fen=FEN - 1)
    WrongPayment.objects.filter(pk=row.pk).update(status="returned", returned_at=AT)
    assert found_by(verify()) == {"wrong_payment": ["SPwrong"], "channel_clearing": ["channel_clearing"]}
    WrongPayment.objects.all().delete()
    assert found_by(verify()) == {"wrong_payment": ["SPwrong"]}
