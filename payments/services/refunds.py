"""Money back to the payer of a charge."""

from datetime import datetime
from functools import partial

from django.db import transaction

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments.models import Charge, Refund
from payments.services.wiring import DELIVER, SEND_REFUND, pause_after, provider_named
from payments.states import RefundStatus
from taoxiaopu.kernel import jobs, rows
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.jobs import WHOLE, Part, by_itself
from taoxiaopu.kernel.locking import lock_found


def request_refund(
    *,
    charge: Charge,
    cause: str,
    cause_ref: str,
    order_number: str,
    amount_fen: int,
    at: datetime,
    provider_number: str = "",
) -> Refund:
    """Write down a refund once per cause; a worker sends it after commit, the sweep sends what a lost nudge left."""
    refund = Refund(
        cause=cause,
        cause_ref=cause_ref,
        number=new_refund_number(),
        charge=charge,
        order_number=order_number,
        provider_number=provider_number or charge.provider_number,
        amount_fen=amount_fen,
        requested_at=at,
        next_try_at=at,
    )
    if rows.insert(refund, once=True) is None:
        return Refund.objects.get(cause=cause, cause_ref=cause_ref)
    transaction.on_commit(lambda: jobs.nudge(SEND_REFUND))
    return refund


def new_refund_number() -> str:
    """A random 16-digit refund number."""
    return order_number()


def send_due_refunds(*, at: datetime, part: Part = WHOLE) -> int:
    """Ask providers for every refund that is due; again after 1, 5, 30 minutes until its notice comes (A20)."""
    due = part.of(Refund.objects.filter(status=RefundStatus.REQUESTED, next_try_at__lte=at)).order_by("pk")
    return sum(
        by_itself(partial(_send, pk, at), what=f"sending refund {number}")
        for pk, number in list(due.values_list("pk", "number"))
    )


def _send(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        refund = next(iter(lock_found(Refund, wait=False, id=pk, status=RefundStatus.REQUESTED)), None)
        if refund is None or refund.next_try_at is None or refund.next_try_at > at:
            return False
        rows.load(refund, "charge")
        provider_named(refund.charge.provider).refund(
            refund_number=refund.number,
            charge_number=refund.charge.number,
            provider_number=refund.provider_number,
            amount_fen=refund.amount_fen,
            at=at,
        )
        refund.next_try_at = at + pause_after(refund.attempts)
        refund.attempts += 1
        rows.update(refund, "next_try_at", "attempts")
        transaction.on_commit(lambda: jobs.nudge(DELIVER))
        return True


def refund_by_number(number: str) -> Refund | None:
    """The refund with this number, unlocked, or None."""
    return next(iter(rows.find(Refund, number=number)), None)


def conclude_refund(*, refund_number: str, amount_fen: int, at: datetime) -> Refund | None:
    """Learn that a refund reached the payer, and book REFUND_CLEARING → CHANNEL_CLEARING.

    None when the number is unknown or the amount differs. A repeated fact changes nothing.
    """
    refund = next(iter(lock_found(Refund, number=refund_number)), None)
    if refund is None or refund.amount_fen != amount_fen:
        return None
    if refund.status != RefundStatus.SUCCEEDED:
        refund.status, refund.succeeded_at = RefundStatus.SUCCEEDED, at
        rows.update(refund, "status", "succeeded_at")
        posting.post(
            Event(JournalKind.REFUND_PAID, "refund", refund.number, order_number=refund.order_number),
            [
                Movement(
                    Side(AccountKind.REFUND_CLEARING), Side(AccountKind.CHANNEL_CLEARING), refund.amount_fen
                )
            ],
            at=at,
        )
    return refund
