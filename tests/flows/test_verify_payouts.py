"""The proof of deposits, withdrawals and transfers: silent on all their states, and each planted damage is named."""

from datetime import timedelta

import pytest
from django.db import connection

from commissions import services as commissions
from commissions.models import Withdrawal
from ledger.models import Transfer as Movement
from payments.models import Charge, SandboxTransfer, Transfer
from storefronts.models import Owner
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.flows.verify import verify
from tests.factories import payouts, story
from tests.flows.test_verify import found_by, guards_off

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
    applied = suppliers.apply(
        user=story.user(150), application=story.application(5, name="远山食品有限公司"), at=AT
    )
    suppliers.approve_supplier(public_id=applied.public_id, actor=story.SYSTEM_STAFF, at=AT)
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


def test_another_amount_is_named(owner: Owner) -> None:
    row = of("processing")
    Withdrawal.objects.filter(pk=row.pk).update(amount_fen=4_001)
    assert found_by(verify()) == {
        "withdrawal_booked": [row.number],
        "withdrawal_transfer": [row.number],
        "payout_clearing": ["payout_clearing"],
        "owner_withdrawable": [owner.public_id],
    }


def test_a_status_set_by_hand_is_named(owner: Owner) -> None:
    row = of("processing")
    Withdrawal.objects.filter(pk=row.pk).update(status="paid")
    assert found_by(verify()) == {
        "withdrawal_audited": [row.number],
        "withdrawal_transfer": [row.number],
        "payout_clearing": ["payout_clearing"],
    }


def test_money_given_back_by_hand_is_named(owner: Owner) -> None:
    row = of("failed")
    Withdrawal.objects.filter(pk=row.pk).update(status="paid")
    assert found_by(verify()) == {
        "withdrawal_audited": [row.number],
        "withdrawal_booked": [row.number],
        "withdrawal_transfer": [row.number],
        "owner_withdrawable": [owner.public_id],
    }


def test_two_open_withdrawals_are_named(owner: Owner) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX withdrawal_one_open")
    Withdrawal.objects.filter(pk=of("failed").pk).update(status="reviewing")
    assert found_by(verify())["one_open_withdrawal"] == [owner.public_id]


def test_a_transfer_that_was_called_paid_by_hand_is_named(owner: Owner) -> None:
    transfer = payouts.transfer_of(of("processing"))
    Transfer.objects.filter(pk=transfer.pk).update(status="paid")
    assert found_by(verify()) == {
        "channel_clearing": ["channel_clearing"],
        "withdrawal_transfer": [of("processing").number],
        "transfer_booked": [transfer.number],
        "transfer_notice": [transfer.number],
    }


def test_a_transfer_moved_without_its_trail_is_named(owner: Owner) -> None:
    transfer = payouts.transfer_of(of("paid"))
    Transfer.objects.filter(pk=transfer.pk).update(status="returned")
    found = found_by(verify())
    assert found["transfer_audited"] == [transfer.number]
    assert found["provider_transfer"] == [transfer.number]


def test_a_transfer_that_the_provider_does_not_know_is_named(owner: Owner) -> None:
    transfer = payouts.transfer_of(of("paid"))
    SandboxTransfer.objects.filter(transfer_number=transfer.number).delete()
    assert found_by(verify()) == {"provider_transfer": [transfer.number]}


def test_another_amount_in_the_providers_book_is_named(owner: Owner) -> None:
    transfer = payouts.transfer_of(of("processing"))
    SandboxTransfer.objects.filter(transfer_number=transfer.number).update(amount_fen=4_001)
    assert found_by(verify()) == {"provider_transfer": [transfer.number]}


def test_a_deleted_request_in_the_books_is_named(owner: Owner) -> None:
    row = of("paid")
    with guards_off():
        Movement.objects.filter(journal__kind="withdraw", journal__ref_id=row.number).delete()
    assert found_by(verify()) == {
        "journal_not_empty": [f"withdraw withdrawal {row.number}#0"],
        "withdrawal_booked": [row.number],
        "payout_clearing": ["payout_clearing"],
        "owner_withdrawable": [owner.public_id],
        "kept_balance": [f"owner_withdrawable {owner.public_id}"],
    }


def test_a_deposit_of_another_amount_is_named(owner: Owner) -> None:
    charge = Charge.objects.filter(purpose="deposit").order_by("pk")[0]
    with guards_off():
        Movement.objects.filter(journal__kind="deposit", journal__ref_id=charge.number).update(
            amount_fen=1_000_001
        )
    assert found_by(verify()) == {
        "journal_as_posted": [f"deposit charge {charge.number}#0"],
        "channel_clearing": ["channel_clearing"],
        "deposit_booked": [charge.number],
        "deposit_account": [charge.reference],
        "kept_balance": [f"supplier_deposit {charge.reference}"],
    }


def test_a_deposit_for_another_supplier_is_named(owner: Owner) -> None:
    first, second = Charge.objects.filter(purpose="deposit").order_by("pk")[:2]
    Charge.objects.filter(pk=first.pk).update(reference=second.reference)
    found = found_by(verify())
    assert found["deposit_booked"] == [first.number]
    assert found["deposit_account"] == [first.reference]
    assert found["supplier_deposit"] == [first.reference]


def test_a_supplier_let_in_by_hand_is_named(owner: Owner) -> None:
    supplier = Supplier.objects.get(status="await_deposit")
    Supplier.objects.filter(pk=supplier.pk).update(status="active")
    assert found_by(verify()) == {
        "supplier_deposit": [supplier.public_id],
        "supplier_audited": [supplier.public_id],
    }
