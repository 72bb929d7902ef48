"""Tax of withdrawals: computed with the transfer, checked when it is paid, restored when it comes back (§6.7)."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from commissions import services as commissions
from commissions.models import Withdrawal
from ledger.models import AccountKind
from ledger.selectors import balance
from payments.models import Transfer
from storefronts.models import Owner
from taoxiaopu.flows.verify import verify
from tax import services as tax
from tax.models import VatAlarm, Withholding
from tax.selectors import expected_tax, payments_of_year, split_now, tax_years_of
from tax.states import Identity
from tests.factories import numbers, payouts, rulebook, story
from tests.factories.payouts import ANNA, approved, arrive, earner, take
from tests.tax import test_tables

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 1, 21)
DAY = timedelta(days=1)
RICH = 45_000_000  # 450,000 yuan
SLOW = "6222021234569999"


@pytest.fixture
def owner() -> Owner:
    return earner(AT, RICH)


def paid(owner: Owner, yuan: int, at: datetime) -> Withdrawal:
    row = payouts.paid(owner, yuan * 100, at)
    assert row.status == "paid"
    return row


def taxes(owner: Owner) -> list[int]:
    return list(Withholding.objects.filter(owner=owner).order_by("pk").values_list("tax_fen", flat=True))


def month(n: int) -> datetime:
    return story.noon(2026, n, 21)


def method(name: str, at: datetime = AT - timedelta(days=60)) -> None:
    rulebook.new_numbers(at, TAX_METHOD=name)


def test_the_books_split_gross_into_net_and_tax(owner: Owner) -> None:
    channel = balance(AccountKind.CHANNEL_CLEARING)
    row = paid(owner, 10_000, AT)
    transfer = Transfer.objects.get(cause_ref=row.number)
    assert (transfer.amount_fen, transfer.withheld_fen) == (991_000, 9_000)
    assert balance(AccountKind.TAX_PAYABLE) == 9_000
    assert balance(AccountKind.PAYOUT_CLEARING) == 0
    assert balance(AccountKind.CHANNEL_CLEARING) == channel - 991_000
    assert balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id) == RICH - 1_000_000
    withheld = Withholding.objects.get()
    assert (withheld.income_fen, withheld.tax_fen, withheld.due_fen) == (1_000_000, 9_000, 9_000)
    assert (str(withheld.month), withheld.method, withheld.net_fen) == ("2026-01-01", "cumulative", 991_000)
    assert verify().problems == []


def test_three_months_of_10000(owner: Owner) -> None:
    for n in (1, 2, 3):
        paid(owner, 10_000, month(n))
    assert taxes(owner) == [9_000, 9_000, 9_000]
    assert verify().problems == []


def test_payments_of_a_month_are_added_up(owner: Owner) -> None:
    for day, yuan in enumerate((5_000, 5_000, 50_000)):
        paid(owner, yuan, AT + day * DAY)
    assert taxes(owner) == [0, 9_000, 178_000 - 9_000]
    assert verify().problems == []


def test_months_count_from_the_first_payment_of_the_year(owner: Owner) -> None:
    paid(owner, 10_000, month(3))
    paid(owner, 10_000, month(5))
    # 16,000 less 3 times 5,000 is 1,000: 30 yuan, and 90 were withheld
    assert taxes(owner) == [9_000, 0]
    assert verify().problems == []


def test_a_new_year_begins_anew(owner: Owner) -> None:
    paid(owner, 50_000, story.noon(2026, 12, 31))
    paid(owner, 10_000, story.noon(2027, 1, 1))
    assert taxes(owner) == [105_000, 9_000]
    assert [(y.year, y.income_fen, y.tax_fen) for y in tax_years_of(owner)] == [
        (2027, 1_000_000, 9_000),
        (2026, 5_000_000, 105_000),
    ]
    assert verify().problems == []


def test_classic_by_month(owner: Owner) -> None:
    method("classic")
    paid(owner, 800, AT)
    paid(owner, 200, AT + DAY)
    paid(owner, 3_000, AT + 2 * DAY)
    paid(owner, 25_000, month(2))
    assert taxes(owner) == [0, 4_000, 60_000, 400_000]
    assert verify().problems == []


@pytest.mark.parametrize("name", ["classic", "cumulative"])
def test_every_vector_is_withheld(name: str) -> None:
    """Each vector and both sides of each bracket's edge as a payment of its own, all of them the first of their year."""
    if name == "classic":
        method("classic")
    owner = story.owner(AT)
    payouts.give_tax_info(owner, AT)
    vectors = test_tables.CLASSIC_VECTORS if name == "classic" else test_tables.CUMULATIVE_VECTORS
    edges = test_tables.CLASSIC_EDGES if name == "classic" else test_tables.CUMULATIVE_EDGES
    in_fen = [*[(yuan * 100, due * 100) for yuan, due in vectors], *edges]
    found = []
    for n, (income, _due) in enumerate(in_fen):
        with transaction.atomic():
            row = tax.withhold(owner=owner, ref=f"w{n}", income_fen=income, at=AT)
            found.append((row.income_fen, row.tax_fen, row.net_fen, row.method))
            transaction.set_rollback(True)
    assert found == [(income, due, income - due, name) for income, due in in_fen]


def test_the_method_changes_on_its_day(owner: Owner) -> None:
    method("classic", AT + DAY)
    paid(owner, 1_000, AT + DAY - timedelta(seconds=1))
    paid(owner, 10_000, month(2))
    assert list(Withholding.objects.order_by("pk").values_list("method", "tax_fen")) == [
        ("cumulative", 0),
        ("classic", 160_000),
    ]
    assert verify().problems == []


def test_other_deductions_come_off(owner: Owner) -> None:
    tax.note_deduction(owner=owner, year=2026, amount_fen=100_000, reason="商业健康保险", actor=ANNA, at=AT)
    tax.note_deduction(owner=owner, year=2025, amount_fen=100_000, reason="上一年度", actor=ANNA, at=AT)
    paid(owner, 10_000, AT)
    assert taxes(owner) == [6_000]
    assert verify().problems == []


@pytest.mark.parametrize("late", [False, True], ids=["never paid", "paid before"])
def test_a_returned_payment_restores_everything(late: bool, owner: Owner) -> None:
    channel = balance(AccountKind.CHANNEL_CLEARING)
    row = approved(owner, 1_000_000, AT)
    if late:
        take(payouts.notice(row, "transfer.paid"), AT)
        assert balance(AccountKind.TAX_PAYABLE) == 9_000
    assert take(payouts.notice(row, "transfer.returned"), AT + DAY) == "applied"
    assert balance(AccountKind.TAX_PAYABLE) == 0
    assert balance(AccountKind.CHANNEL_CLEARING) == channel
    assert balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id) == RICH
    assert tax_years_of(owner) == []
    expected = expected_tax(owner, 1_000_000, at=AT + DAY)
    assert expected is not None
    assert (expected.before_income_fen, expected.tax_fen) == (0, 9_000)
    assert not [p for p in verify().problems if p.check.name != "provider_transfer"]


def test_what_a_return_leaves_overpaid_the_next_payment_uses_up(owner: Owner) -> None:
    first = paid(owner, 50_000, AT)
    paid(owner, 10_000, AT + DAY)  # partly in the bracket of 10 %
    take(payouts.notice(first, "transfer.returned"), AT + 2 * DAY)
    for day in (3, 4, 5):
        paid(owner, 10_000, AT + day * DAY)
    # 330, 570 and 810 are due on 20,000, 30,000 and 40,000; the second payment alone had 730 withheld
    assert taxes(owner) == [105_000, 73_000, 0, 0, 8_000]
    assert not [p for p in verify().problems if p.check.name != "provider_transfer"]


def test_the_day_of_payment_decides_the_month() -> None:
    at = story.noon(2026, 12, 31)
    owner = earner(at, RICH, account=SLOW)
    row = approved(owner, 1_000_000, at)
    assert arrive(at + 2 * DAY) == []  # the sandbox takes two days from when it was asked
    assert arrive(at + 4 * DAY) == ["applied"]
    withheld = Withholding.objects.get(ref=row.number)
    assert (str(withheld.month), withheld.tax_fen, withheld.due_fen) == ("2027-01-01", 9_000, 9_000)
    assert [y.year for y in tax_years_of(owner)] == [2027]
    assert verify().problems == []


def test_a_difference_is_made_good_by_the_next_payment() -> None:
    """Computed in December, when months and income of the year left nothing to withhold; paid in January."""
    owner = earner(AT, RICH)
    paid(owner, 6_000, AT)
    payouts.give_account(owner, AT, SLOW)
    at = story.noon(2026, 12, 31)
    row = approved(owner, 1_000_000, at)
    arrive(at)
    assert arrive(at + 2 * DAY) == ["applied"]
    withheld = Withholding.objects.get(ref=row.number)
    assert (withheld.tax_fen, withheld.due_fen) == (0, 9_000)
    payouts.give_account(owner, at + 3 * DAY)
    paid(owner, 10_000, at + 3 * DAY)
    assert taxes(owner)[-1] == 33_000  # 330 are due on 20,000 in one month, none was withheld
    assert verify().problems == []


def test_a_payment_smaller_than_what_is_due_gives_all_but_a_fen(owner: Owner) -> None:
    """Nothing was withheld in January from 10,000 yuan that December had computed: 90 and more are due."""
    paid(owner, 6_000, AT)
    payouts.give_account(owner, AT, SLOW)
    at = story.noon(2026, 12, 31)
    approved(owner, 1_000_000, at)
    arrive(at)
    assert arrive(at + 2 * DAY) == ["applied"]
    payouts.give_account(owner, at + 3 * DAY)
    rows = [paid(owner, yuan, at + n * DAY) for n, yuan in ((3, 10), (4, 90), (5, 200))]
    # 90.24, 92.40 and 97.20 are due on 10,010, 10,100 and 10,300
    assert taxes(owner)[-3:] == [999, 8_241, 480]
    assert list(Withholding.objects.order_by("pk").values_list("due_fen", flat=True))[-3:] == [
        9_024,
        8_241,
        480,
    ]
    assert [Transfer.objects.get(cause_ref=row.number).amount_fen for row in rows] == [1, 759, 19_520]
    assert verify().problems == []
    split = split_now(owner, 1, at=at + 6 * DAY)
    assert split is not None
    assert (split.tax_fen, split.net_fen) == (0, 1)


@pytest.mark.parametrize("identity", [Identity.BUSINESS, Identity.COMPANY])
def test_businesses_file_themselves(identity: Identity, owner: Owner) -> None:
    name = "小满百货商行" if identity == Identity.COMPANY else payouts.NAME
    payouts.give_tax_info(owner, AT, identity, name="小满百货商行", number=numbers.company_code(71))
    commissions.set_payout_account(
        owner=owner, kind="bank", name=name, account=payouts.ACCOUNT, actor=payouts.actor_of(owner), at=AT,
    )  # fmt: skip
    row = payouts.ask(owner, 1_000_000, AT, invoice="12345678")
    for staff in (payouts.ANNA, payouts.BELA):
        row = commissions.approve_withdrawal(number=row.number, actor=staff, at=AT)
    arrive(AT)
    withheld = Withholding.objects.get(ref=row.number)
    assert (withheld.method, withheld.tax_fen, withheld.income_fen) == ("none", 0, 1_000_000)
    assert verify().problems == []


@pytest.mark.parametrize(
    ("fen", "alarms"), [(7_999_999, []), (8_000_000, [80]), (9_999_999, [80]), (10_000_000, [80, 100])]
)
def test_alarms_near_the_limit_of_vat(fen: int, alarms: list[int]) -> None:
    owner = earner(AT, RICH)
    payouts.paid(owner, 5_000_000, AT)
    payouts.paid(owner, fen - 5_000_000, AT + DAY)
    assert list(VatAlarm.objects.order_by("percent").values_list("percent", flat=True)) == alarms
    assert owner.user.letters.filter(kind__startswith="vat_").count() == len(alarms)


def test_the_certificate_lists_what_was_paid(owner: Owner) -> None:
    rows = [paid(owner, 10_000, month(1)), paid(owner, 10_000, month(2))]
    assert [w.ref for w in payments_of_year(owner, 2026)] == [row.number for row in rows]
    assert not payments_of_year(owner, 2025).exists()
