"""Money out to a payee. A transfer is asked for with the same number until the provider says what became of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments.models import Transfer
from payments.providers import TRANSFER_PAID, Payee, ProviderNotice
from payments.services.wiring import DELIVER, SEND_TRANSFER, pause_after, provider_named
from payments.states import TRANSFERS, TransferCause, TransferStatus
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.jobs import WHOLE, Part, by_itself

CHANNEL, TAX = Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.TAX_PAYABLE)


@dataclass(frozen=True, slots=True)
class Way:
    """How the books say that a transfer went out or came back: from which account, and the kinds of journals."""

    clearing: Side
    paid: JournalKind
    back: JournalKind


PAYOUT = Way(Side(AccountKind.PAYOUT_CLEARING), JournalKind.PAYOUT_PAID, JournalKind.PAYOUT_RETURNED)
WAYS = {
    TransferCause.WITHDRAWAL: PAYOUT,
    TransferCause.SUPPLIER_PAYOUT: PAYOUT,
    TransferCause.DEPOSIT_RETURN: PAYOUT,
    TransferCause.COMPENSATION: Way(
        Side(AccountKind.COMPENSATION), JournalKind.COMPENSATION_PAID, JournalKind.COMPENSATION_BACK
    ),
}


def request_transfer(
    *,
    cause: TransferCause,
    cause_ref: str,
    payee: Payee,
    amount_fen: int,
    at: datetime,
    withheld_fen: int = 0,
    provider: str = "sandbox",
) -> Transfer:
    """Write down a transfer once per cause; a worker sends it after commit, the sweep what a lost nudge left.

    The payee gets ``amount_fen``; ``withheld_fen`` is tax kept back. The caller has posted both into the
    cause's clearing account (``WAYS``).
    """
    transfer, created = Transfer.objects.get_or_create(
        cause=cause,
        cause_ref=cause_ref,
        defaults={
            "number": order_number(),
            "provider": provider,
            "payee_kind": payee.kind,
            "payee_name": payee.name,
            "payee_account": payee.account,
            "payee_last4": payee.account[-4:],
            "amount_fen": amount_fen,
            "withheld_fen": withheld_fen,
            "requested_at": at,
            "next_try_at": at,
        },
    )
    if created:
        transaction.on_commit(lambda: jobs.nudge(SEND_TRANSFER))
    return transfer


def send_due_transfers(*, at: datetime, part: Part = WHOLE) -> int:
    """Ask providers for every transfer that is due; again after 1, 5, 30 minutes until its notice comes."""
    due = part.of(Transfer.objects.filter(status=TransferStatus.REQUESTED, next_try_at__lte=at)).order_by(
        "pk"
    )
    return sum(
        by_itself(partial(_send, pk, at), what=f"sending transfer {number}")
        for pk, number in list(due.values_list("pk", "number"))
    )


def _send(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        transfer = (
            Transfer.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, status=TransferStatus.REQUESTED, next_try_at__lte=at)
            .first()
        )
        if transfer is None:
            return False
        provider_named(transfer.provider).transfer(
            transfer_number=transfer.number,
            payee=Payee(transfer.payee_kind, transfer.payee_name, transfer.payee_account),
            amount_fen=transfer.amount_fen,
            at=at,
        )
        transfer.next_try_at = at + pause_after(transfer.attempts)
        transfer.attempts += 1
        transfer.save(update_fields=["next_try_at", "attempts"])
        transaction.on_commit(lambda: jobs.nudge(DELIVER))
        return True


def transfer_by_number(number: str) -> Transfer | None:
    """The transfer with this number, unlocked, or None."""
    return Transfer.objects.filter(number=number).first()


def is_about(transfer: Transfer, notice: ProviderNotice) -> bool:
    """Whether a notice speaks of this transfer's amount, in our currency, to our app."""
    expected = (transfer.amount_fen, "CNY", provider_named(transfer.provider).app_id)
    return (notice.amount_fen, notice.currency, notice.app_id) == expected


def conclude_transfer(*, transfer_number: str, notice: ProviderNotice, at: datetime) -> bool:
    """Learn what became of a transfer; whoever calls has locked what caused it. False when it was known.

    Paid: the cause's clearing account (``WAYS``) → CHANNEL_CLEARING, and → TAX_PAYABLE what was withheld. Returned after
    it was reported as paid: the same way back. Returned is the last word: a late report that it was paid changes
    nothing. The cause's own books are the caller's.
    """
    transfer = Transfer.objects.select_for_update().get(number=transfer_number)
    is_paid = notice.kind == TRANSFER_PAID
    if is_paid and transfer.status != TransferStatus.REQUESTED:
        return False
    if transfer.status == TransferStatus.RETURNED:
        return False
    was_paid = transfer.status == TransferStatus.PAID
    system = Actor.system("notices")
    TRANSFERS.apply(transfer, "paid" if is_paid else "returned", actor=system, at=at)
    transfer.provider_number = notice.provider_number
    if is_paid:
        transfer.paid_at = at
    else:
        transfer.returned_at = at
    transfer.save(update_fields=["provider_number", "paid_at", "returned_at"])
    way = WAYS[TransferCause(transfer.cause)]
    if is_paid:
        movements = [
            Movement(way.clearing, CHANNEL, transfer.amount_fen),
            Movement(way.clearing, TAX, transfer.withheld_fen),
        ]
        posting.post(Event(way.paid, "transfer", transfer.number), movements, at=at)
    elif was_paid:
        movements = [
            Movement(CHANNEL, way.clearing, transfer.amount_fen),
            Movement(TAX, way.clearing, transfer.withheld_fen),
        ]
        posting.post(Event(way.back, "transfer", transfer.number), movements, at=at)
    return True
