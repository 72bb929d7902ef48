"""The proof of deposits, withdrawals and transfers: silent on all their states."""

from datetime import timedelta

import pytest

from commissions import services as commissions
from commissions.models import Withdrawal
from storefronts.models import Owner
from taoxiaopu.flows import stage
from taoxiaopu.flows.verify import verify
from tests.factories import payouts, story

pytestmark = pytest.mark.django_db

AT = story.noon(2026, 7, 20)


@pytest.fixture
def owner() -> Owner:
    """Withdrawals paid, returned, refused and on their way, one a day; and a supplier that waits for its deposit."""
    owner = payouts.earner(AT, 18_000)
    payouts.paid(owner, 2_000, AT)
    payouts.give_account(owner, AT, "6222021234560000")
    payouts.approved(owner, 3_000, AT + timedelta(days=1))
    payouts.arrive(AT + timedelta(days=1))
    payouts.give_account(owner, AT, "6222021234569999")
    payouts.approved(owner, 4_000, AT + timedelta(days=2))
    payouts.arrive(AT + timedelta(days=2))
    stage.let_in(story.applicant(AT, 50, name="远山食品有限公司"), story.SYSTEM_STAFF, AT)
    other = payouts.earner(AT, 1_800, n=2)
    row = payouts.ask(other, 1_000, AT)
    commissions.reject_withdrawal(number=row.number, actor=payouts.ANNA, at=AT, reason="账户存疑")
    return owner


def of(status: str) -> Withdrawal:
    return Withdrawal.objects.get(status=status)


def test_all_states_are_clean_and_summed(owner: Owner) -> None:
    report = verify()
    assert [p.sentence for p in report.problems] == []
    assert {k: v for k, v in report.totals.items() if k.startswith("withdrawals.")} == {
        "withdrawals.failed": 1,
        "withdrawals.paid": 1,
        "withdrawals.processing": 1,
        "withdrawals.rejected": 1,
        "withdrawals.paid_fen": 2_000,
    }
    assert report.totals["ledger.balance_fen.payout_clearing"] == 4_000
    assert report.totals["ledger.balance_fen.owner_withdrawable"] == 18_000 - 2_000 - 4_000 + 1_800
    assert report.totals["suppliers.await_deposit"] == 1
