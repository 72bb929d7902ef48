"""Damage to journals, transfers, balances, months and seals, and to what the books say of orders and parties."""

from datetime import date

from django.db.models import F
from django.db.models.functions import Now

from commissions.models import CommissionLine
from ledger.models import (
    Account,
    Balance,
    Checkpoint,
    ClosingBalance,
    Digest,
    Journal,
    MonthClosing,
    Transfer,
)
from orders.models import Order
from payments.models import Refund
from reconciliation.models import Difference, ManualJournal
from storefronts.models import OwnerStanding
from tests.factories.proof import guards_off
from tests.flows.planting import world as w
from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import World


def credited(journal: Journal, kind: str) -> Transfer:
    """A journal's transfer towards an account of a kind."""
    return journal.transfers.get(credit__kind=kind)


def set_transfer(row: Transfer, **fields: object) -> None:
    with guards_off():
        Transfer.objects.filter(pk=row.pk).update(**fields)


def sealed(*kinds: str) -> list[str]:
    """What the checkpoints of both seals are called."""
    return [f"{day} {kind}" for day in (w.SEALED_FIRST, w.SEALED_LAST) for kind in kinds]


def account(kind: str, party: str = "") -> int:
    return int(Account.objects.get(kind=kind, party=party).pk)


@damage("journal_as_posted", "owner_credit", "order_escrow", "owner_confirmed", "order_adds_up", "kept_balance",
        "checkpoint")  # fmt: skip
def a_larger_commission_in_the_books(world: World) -> Found:
    transfer = credited(world.journal("second", "finalise"), "owner_confirmed")
    set_transfer(transfer, amount_fen=F("amount_fen") + 1)
    number, owner = world.orders["second"].number, world.owner.public_id
    posted, balance = f"finalise order {number}#0", f"owner_confirmed {owner}"
    return posted, f"{number}-1", number, owner, number, balance, sealed("escrow")


@damage(
    "journal_not_empty",
    "order_adds_up",
    "order_escrow",
    "order_payment",
    "channel_clearing",
    "checkpoint",
    "closed_month",
    "closing_balance",
)
def a_payment_without_its_transfer(world: World) -> Found:
    number = world.orders["direct"].number
    with guards_off():
        world.journal("direct", "payment").transfers.all().delete()
    kinds = ("channel_clearing", "escrow")
    return (
        f"payment order {number}#0", number, number, number, "channel_clearing", sealed(*kinds),
        "2026-03", [f"2026-03 {kind}" for kind in kinds],
    )  # fmt: skip


@damage("journal_as_posted", "transfer_shape", "order_escrow", "order_adds_up", "channel_clearing")
def a_payment_the_wrong_way_round(world: World) -> Found:
    number, transfer = world.orders["paid"].number, world.journal("paid", "payment").transfers.get()
    set_transfer(transfer, debit_id=transfer.credit_id, credit_id=transfer.debit_id)
    return f"payment order {number}#0", str(transfer.pk), number, number, "channel_clearing"


@damage("account_party")
def an_account_of_nobody(world: World) -> str:
    with guards_off():
        row = Account.objects.create(kind="owner_debt", party="nobody")
        Balance.objects.create(account=row, balance_fen=0)
    return "owner_debt nobody"


@damage("party_balance", "kept_balance", "journal_as_posted", "payout_clearing", "owner_withdrawable",
        "withdrawal_booked", "checkpoint")  # fmt: skip
def more_withdrawn_than_there_was(world: World) -> Found:
    row = w.withdrawal("processing")
    owner = row.owner.public_id
    set_transfer(Transfer.objects.get(journal__ref_id=row.number), amount_fen=1_000_000)
    key = f"owner_withdrawable {owner}"
    posted = f"withdraw withdrawal {row.number}#0"
    return key, key, posted, "payout_clearing", owner, row.number, f"{w.SEALED_LAST} payout_clearing"


@damage("order_division", "order_escrow", "order_times", "order_audited", "fact_outcome", "commission_status",
        "order_shipping")  # fmt: skip
def an_order_called_final_by_hand(world: World) -> Found:
    number = world.orders["twice"].number
    with guards_off():
        Order.objects.filter(number=number).update(status="finalised")
    return number, number, number, number, f"{number}-1", f"{number}-1", number


@damage("owner_debt")
def a_debt_that_the_books_do_not_know(world: World) -> str:
    OwnerStanding.objects.filter(owner=world.owner).update(debt_fen=1, debt_since=Now())
    return world.owner.public_id


@damage("refund_clearing", "refund_booked", "refund_cause")
def a_refund_of_another_amount(world: World) -> Found:
    refund = w.waiting_refund()
    refund.amount_fen += 1
    refund.save()
    return "refund_clearing", refund.number, f"{refund.cause} {refund.cause_ref}"


@damage("order_shares", "journal_as_posted", "kept_balance", "checkpoint")
def the_platforms_fee_given_to_the_supplier(world: World) -> Found:
    journal = world.journal("second", "finalise")
    goods = journal.transfers.get(credit__kind="supplier_payable", line_ref=world.ref("second"))
    set_transfer(credited(journal, "platform_fee"), credit_id=goods.credit_id)
    number, supplier = world.orders["second"].number, world.company.public_id
    return number, f"finalise order {number}#0", f"supplier_payable {supplier}", sealed("platform_fee")


@damage("line_adds_up", "journal_as_posted", "order_shares", "refund_clearing", "refund_booked", "reversal_sums",
        "checkpoint")  # fmt: skip
def more_fee_given_back_than_there_was(world: World) -> Found:
    journal = Journal.objects.get(
        kind="refund", ref_type="decision", order_number=world.orders["finalised"].number
    )
    set_transfer(journal.transfers.get(debit__kind="platform_fee"), amount_fen=5_000)
    number, ref = world.orders["finalised"].number, world.ref("finalised")
    refund = Refund.objects.get(order_number=number)
    return (
        f"{number} {ref}", f"refund decision {journal.ref_id}#0", number, "refund_clearing", refund.number,
        f"{ref} decision finalised1000", sealed("platform_fee", "refund_clearing"),
    )  # fmt: skip


@damage("manual_journal")
def a_manual_journal_of_another_amount(world: World) -> str:
    row = w.manual("posted")
    ManualJournal.objects.filter(pk=row.pk).update(amount_fen=334)
    return row.number


@damage("manual_journal", "manual_audited")
def a_manual_journal_called_posted(world: World) -> Found:
    row = w.manual("proposed")
    ManualJournal.objects.filter(pk=row.pk).update(status="posted")
    return row.number, row.number


@damage("difference_audited")
def a_difference_closed_by_hand(world: World) -> str:
    row = Difference.objects.latest("pk")
    Difference.objects.filter(pk=row.pk).update(status="closed", closed_at=w.NOW)
    return row.number


@damage("chart_of_shapes")
def a_movement_allowed_by_hand(world: World) -> str:
    run("INSERT INTO ledger_shape VALUES ('settle', 'platform_fee', 'owner_withdrawable', '')")
    return "settle platform_fee owner_withdrawable"


@damage("chart_of_shapes")
def a_movement_forgotten(world: World) -> str:
    run("DELETE FROM ledger_shape WHERE kind = 'tax' OR (kind, debit) = ('deposit', 'channel_clearing')")
    return "deposit channel_clearing supplier_deposit"


@damage("kept_balance")
def a_cached_balance_raised(world: World) -> str:
    Balance.objects.filter(account_id=account("owner_withdrawable", world.owner.public_id)).update(
        balance_fen=F("balance_fen") + 100
    )
    return f"owner_withdrawable {world.owner.public_id}"


@damage("kept_balance")
def a_balance_for_the_platform(world: World) -> str:
    Balance.objects.create(account_id=account("platform_fee"), balance_fen=0)
    return "platform_fee "


@damage("transfer_lies_in_its_journal")
def a_transfer_on_another_day(world: World) -> str:
    transfer = world.journal("paid", "payment").transfers.get()
    set_transfer(transfer, posted_on=date(2026, 7, 21))
    return str(transfer.pk)


@damage("transfer_lies_in_its_journal", "channel_clearing")
def a_transfer_of_no_journal(world: World) -> Found:
    with guards_off():
        row = Transfer.objects.create(
            journal_id=0, debit_id=account("channel_clearing"), credit_id=account("escrow"), amount_fen=1,
            posted_on=date(2026, 7, 21),
        )  # fmt: skip
    return str(row.pk), "channel_clearing"


@damage("default_partition", "guard_partition")
def a_month_that_lost_its_partition(world: World) -> Found:
    run(
        "ALTER TABLE ledger_transfer DETACH PARTITION ledger_transfer_2026_07",
        "ALTER TABLE ledger_transfer_default DISABLE TRIGGER USER",
        "INSERT INTO ledger_transfer_default SELECT * FROM ledger_transfer_2026_07",
        "ALTER TABLE ledger_transfer_default ENABLE TRIGGER USER",
    )
    return "2026-07", "ledger_transfer_2026_07"


@damage("journal_day", "transfer_lies_in_its_journal")
def a_journal_moved_to_another_month(world: World) -> Found:
    journal = world.journal("paid", "payment")
    with guards_off():
        Journal.objects.filter(pk=journal.pk).update(posted_on=date(2026, 6, 30))
    return f"payment order {journal.ref_id}#0", str(journal.transfers.get().pk)


@damage("closed_month")
def a_closing_with_other_figures(world: World) -> str:
    with guards_off():
        MonthClosing.objects.update(total_fen=F("total_fen") + 1)
    return "2026-03"


@damage("closed_month", "closing_balance")
def a_month_closed_out_of_order(world: World) -> Found:
    with guards_off():
        row = MonthClosing.objects.get()
        row.pk, row.journals, row.transfers, row.total_fen = date(2026, 10, 1), 0, 0, 0
        row.save(force_insert=True)
    moved = {kind for pair in Transfer.objects.values_list("debit__kind", "credit__kind") for kind in pair}
    return "2026-10", [f"2026-10 {kind}" for kind in moved]


@damage("closing_balance")
def a_closing_balance_rewritten(world: World) -> str:
    with guards_off():
        ClosingBalance.objects.filter(kind="escrow").update(credit_fen=F("credit_fen") + 1)
    return "2026-03 escrow"


@damage("one_party", "journal_as_posted", "kept_balance", "owner_withdrawable", "party_balance")
def one_owners_money_moved_to_another(world: World) -> Found:
    assert world.rich
    mine, hers = world.owner.public_id, world.rich.public_id
    row = Transfer.objects.get(journal__kind="settle", credit__party=hers)
    set_transfer(row, credit_id=account("owner_withdrawable", mine))
    posted = f"settle statement {row.journal.ref_id}#0"
    accounts = [f"owner_withdrawable {party}" for party in (mine, hers)]
    return str(row.pk), posted, accounts, [mine, hers], accounts[1]


@damage("taken_back", "journal_as_posted", "kept_balance", "owner_withdrawable", "payout_clearing",
        "withdrawal_booked", "checkpoint")  # fmt: skip
def more_back_than_went_out(world: World) -> Found:
    row = w.withdrawal("failed")
    owner, back = row.owner.public_id, f"withdraw_back withdrawal {row.number}"
    set_transfer(
        Transfer.objects.get(journal__kind="withdraw_back", journal__ref_id=row.number), amount_fen=3_001
    )
    sealed_then = f"{w.SEALED_LAST} payout_clearing"
    return back, f"{back}#0", f"owner_withdrawable {owner}", owner, "payout_clearing", row.number, sealed_then


@damage("digest_chain")
def a_journal_dated_back(world: World) -> str:
    with guards_off():
        Journal.objects.filter(pk=world.journal("direct", "payment").pk).update(recorded_at=w.DAY)
    return w.SEALED_FIRST


@damage("digest_chain")
def a_seal_rewritten(world: World) -> list[str]:
    with guards_off():
        first = Digest.objects.earliest("day")
        Digest.objects.filter(pk=first.pk).update(digest="0" * 64)
    return [w.SEALED_FIRST, w.SEALED_LAST]


@damage("checkpoint")
def a_checkpoint_rewritten(world: World) -> str:
    with guards_off():
        Checkpoint.objects.filter(account__kind="escrow", digest_id=w.SEALED_LAST).update(
            debit_fen=F("debit_fen") + 1
        )
    return f"{w.SEALED_LAST} escrow"


@damage("commission_confirmed", "owner_confirmed")
def a_share_kept_in_confirmed(world: World) -> Found:
    with guards_off():
        CommissionLine.objects.filter(line_ref=world.ref("second")).update(in_confirmed_fen=1)
    return world.ref("second"), world.owner.public_id
