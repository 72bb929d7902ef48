"""Damage to charges, notices, refunds, deposits, withdrawals, payouts, transfers, the provider's book and tax."""

from commissions.models import SupplierPayout, Withdrawal
from ledger.models import Transfer as Movement
from payments.models import Charge, Notice, Refund, SandboxPayment, SandboxTransfer, Transfer
from suppliers.models import Supplier
from tax.models import Withholding
from tests.factories.proof import guards_off
from tests.flows.planting import world as w
from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import World


def charge_of(world: World, name: str) -> Charge:
    """What an order was paid by."""
    return Charge.objects.get(trade_number=world.orders[name].trade.number)


@damage("paid_charge", "charge_notice", "charge_audited")
def a_charge_called_open_again(world: World) -> Found:
    charge = charge_of(world, "paid")
    Charge.objects.filter(pk=charge.pk).update(status="open")
    return charge.trade_number, charge.number, charge.number


@damage("charge_notice", "provider_payment", "channel_clearing")
def a_notice_that_was_removed(world: World) -> Found:
    charge = charge_of(world, "paid")
    notice = Notice.objects.get(payload__charge=charge.number)
    notice.delete()
    return charge.number, notice.payload["provider_number"], "channel_clearing"


@damage("notice_concluded", "charge_notice", "channel_clearing")
def a_notice_without_an_outcome(world: World) -> Found:
    charge = charge_of(world, "paid")
    notice = Notice.objects.get(payload__charge=charge.number)
    Notice.objects.filter(pk=notice.pk).update(outcome="")
    return notice.event_id, charge.number, "channel_clearing"


@damage("refund_within_charge", "refund_clearing", "refund_booked", "refund_cause")
def more_refunded_than_was_paid(world: World) -> Found:
    refund = w.waiting_refund()
    Refund.objects.filter(pk=refund.pk).update(amount_fen=20_000)
    cause = f"{refund.cause} {refund.cause_ref}"
    return refund.charge.number, "refund_clearing", refund.number, cause


@damage("refund_booked", "refund_clearing", "channel_clearing", "case_refund")
def a_refund_that_never_arrived(world: World) -> Found:
    refund = Refund.objects.get(order_number=world.orders["refunded"].number)
    Refund.objects.filter(pk=refund.pk).update(status="requested")
    return refund.number, "refund_clearing", "channel_clearing", refund.cause_ref.partition("/")[0]


@damage("provider_payment")
def a_payment_that_the_provider_does_not_know(world: World) -> str:
    payment = SandboxPayment.objects.get(charge_number=charge_of(world, "direct").number, kind="pay")
    payment.delete()
    return payment.provider_number


@damage("provider_refund")
def a_refund_that_the_provider_does_not_know(world: World) -> str:
    refund = Refund.objects.get(order_number=world.orders["refunded"].number)
    SandboxPayment.objects.filter(refund_number=refund.number).delete()
    return refund.number


@damage("deposit_booked", "deposit_account", "journal_as_posted", "channel_clearing", "kept_balance",
        "checkpoint", "closed_month", "closing_balance")  # fmt: skip
def a_deposit_of_another_amount(world: World) -> Found:
    charge = Charge.objects.get(purpose="deposit", reference=world.company.public_id)
    with guards_off():
        Movement.objects.filter(journal__kind="deposit", journal__ref_id=charge.number).update(
            amount_fen=1_000_001
        )
    return (
        charge.number, charge.reference, f"deposit charge {charge.number}#0", "channel_clearing",
        f"supplier_deposit {charge.reference}",
        [f"{day} channel_clearing" for day in (w.SEALED_FIRST, w.SEALED_LAST)], "2026-03",
        ["2026-03 channel_clearing", "2026-03 supplier_deposit"],
    )  # fmt: skip


@damage("deposit_booked", "deposit_account", "supplier_deposit")
def a_deposit_for_another_supplier(world: World) -> Found:
    first, second = Charge.objects.filter(purpose="deposit").order_by("pk")[:2]
    Charge.objects.filter(pk=first.pk).update(reference=second.reference)
    return first.number, first.reference, first.reference


@damage("supplier_deposit", "supplier_audited")
def a_supplier_let_in_by_hand(world: World) -> Found:
    assert world.applied
    Supplier.objects.filter(pk=world.applied.pk).update(status="active")
    return world.applied.public_id, world.applied.public_id


@damage("withdrawal_audited", "withdrawal_transfer", "payout_clearing")
def a_withdrawal_called_paid(world: World) -> Found:
    row = w.withdrawal("processing")
    Withdrawal.objects.filter(pk=row.pk).update(status="paid")
    return row.number, row.number, "payout_clearing"


@damage("withdrawal_audited", "withdrawal_booked", "withdrawal_transfer", "owner_withdrawable")
def a_returned_withdrawal_called_paid(world: World) -> Found:
    row = w.withdrawal("failed")
    Withdrawal.objects.filter(pk=row.pk).update(status="paid")
    return row.number, row.number, row.number, row.owner.public_id


@damage("withdrawal_booked", "withdrawal_transfer", "payout_clearing", "owner_withdrawable")
def a_withdrawal_of_another_amount(world: World) -> Found:
    row = w.withdrawal("processing")
    Withdrawal.objects.filter(pk=row.pk).update(amount_fen=4_001)
    return row.number, row.number, "payout_clearing", row.owner.public_id


@damage("journal_not_empty", "withdrawal_booked", "payout_clearing", "owner_withdrawable", "kept_balance",
        "checkpoint")  # fmt: skip
def a_request_removed_from_the_books(world: World) -> Found:
    row = w.withdrawal("paid")
    with guards_off():
        Movement.objects.filter(journal__kind="withdraw", journal__ref_id=row.number).delete()
    owner = row.owner.public_id
    sealed_then = f"{w.SEALED_LAST} payout_clearing"
    posted = f"withdraw withdrawal {row.number}#0"
    return posted, row.number, "payout_clearing", owner, f"owner_withdrawable {owner}", sealed_then


@damage("one_open_withdrawal", "guard_constraint", "withdrawal_audited", "withdrawal_booked",
        "withdrawal_transfer", "owner_withdrawable", "payout_clearing")  # fmt: skip
def two_open_withdrawals(world: World) -> Found:
    run("DROP INDEX withdrawal_one_open")
    row = w.withdrawal("failed")
    Withdrawal.objects.filter(pk=row.pk).update(status="reviewing")
    owner = row.owner.public_id
    index = "commissions_withdrawal withdrawal_one_open"
    return owner, index, row.number, row.number, row.number, owner, "payout_clearing"


@damage("transfer_audited", "transfer_booked", "transfer_notice", "withdrawal_transfer", "channel_clearing",
        "provider_transfer", "tax_of_transfer")  # fmt: skip
def a_transfer_called_returned(world: World) -> Found:
    row = w.withdrawal("paid")
    transfer = w.transfer_of(row)
    Transfer.objects.filter(pk=transfer.pk).update(status="returned")
    return (transfer.number,) * 3 + (row.number, "channel_clearing", transfer.number, row.number)


@damage("transfer_booked", "transfer_audited", "transfer_notice", "withdrawal_transfer", "channel_clearing")
def a_transfer_called_paid(world: World) -> Found:
    row = w.withdrawal("processing")
    transfer = w.transfer_of(row)
    Transfer.objects.filter(pk=transfer.pk).update(status="paid")
    return transfer.number, transfer.number, transfer.number, row.number, "channel_clearing"


@damage("provider_transfer")
def a_transfer_that_the_provider_does_not_know(world: World) -> str:
    transfer = w.transfer_of(w.withdrawal("paid"))
    SandboxTransfer.objects.filter(transfer_number=transfer.number).delete()
    return transfer.number


@damage("provider_transfer")
def another_amount_in_the_providers_book(world: World) -> str:
    transfer = w.transfer_of(w.payout("processing"))
    SandboxTransfer.objects.filter(transfer_number=transfer.number).update(amount_fen=1)
    return transfer.number


@damage("supplier_payout_audited", "supplier_payout_transfer", "payout_clearing")
def a_payout_called_paid(world: World) -> Found:
    row = w.payout("processing")
    SupplierPayout.objects.filter(pk=row.pk).update(status="paid")
    return row.number, row.number, "payout_clearing"


@damage("supplier_payout_booked", "supplier_payout_transfer")
def a_payout_of_another_amount(world: World) -> Found:
    row = w.payout("paid")
    SupplierPayout.objects.filter(pk=row.pk).update(amount_fen=row.amount_fen + 1)
    return row.number, row.number


@damage("tax_of_transfer", "tax_recomputed", "tax_payable")
def more_tax_withheld_than_sent(world: World) -> Found:
    row = taxed(world)
    Withholding.objects.filter(pk=row.pk).update(tax_fen=row.tax_fen + 1)
    return row.ref, row.ref, "tax_payable"


@damage("tax_due_recomputed")
def another_tax_due(world: World) -> str:
    row = taxed(world)
    assert row.due_fen
    Withholding.objects.filter(pk=row.pk).update(due_fen=row.due_fen - 1)
    return row.ref


@damage("tax_of_transfer", "tax_payable")
def a_payment_without_its_tax(world: World) -> Found:
    row = taxed(world)
    Withholding.objects.filter(pk=row.pk).delete()
    return row.ref, "tax_payable"


def taxed(world: World) -> Withholding:
    """The payment that tax was withheld from."""
    return Withholding.objects.get(owner=world.rich, tax_fen__gt=0)
