"""Money back to the payer of a charge."""

from datetime import datetime

from django.db import transaction

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments.models import Charge, Refund
from payments.services.wiring import DELIVER, SEND_REFUND, pause_after, provider_named
from payments.states import RefundStatus
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.ids import order_number


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
    refund, created = Refund.objects.get_or_create(
        cause=cause,
        cause_ref=cause_ref,
        defaults={
            "number": new_refund_number(),
            "charge": charge,
            "order_number": order_number,
            "provider_number": provider_number or charge.provider_number,
            "amount_fen": amount_fen,
            "requested_at": at,
            "next_try_at": at,
        },
    )
    if created:
        transaction.on_commit(lambda: jobs.nudge(SEND_REFUND))
    return refund


def new_refund_number() -> str:
    """A random 16-digit refund number."""
    return order_number()


def send_due_refunds(*, at: datetime) -> int:
    """Ask providers for every refund that is due; again after 1, 5, 30 minutes until its notice comes (A20)."""
    sent = 0
    due = Refund.objects.filter(status=RefundStatus.REQUESTED, next_try_at__lte=at).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            refund = (
                Refund.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("charge")
                .filter(pk=pk, status=RefundStatus.REQUESTED, next_try_at__lte=at)
                .first()
            )
            if refund is None:
                continue
            provider_named(refund.charge.provider).refund(
                refund_number=refund.number,
                charge_number=refund.charge.number,
                provider_number=refund.provider_number,
                amount_fen=refund.amount_fen,
                at=at,
            )
            refund.next_try_at = at + pause_after(refund.attempts)
            refund.attempts += 1
            refund.save(update_fields=["next_try_at", "attempts"])
            transaction.on_commit(lambda: jobs.nudge(DELIVER))
            sent += 1
    return sent


def refund_by_number(number: str) -> Refund | None:
    """The refund with this number, unlocked, or None."""
    return Refund.objects.filter(number=number).first()


def conclude_refund(*, refund_number: str, amount_fen: int, at: datetime) -> Refund | None:
    """Learn that a refund reached the payer, and book REFUND_CLEARING → CHANNEL_CLEARING.

    None when the number is unknown or the amount differs. A repeated fact changes nothing.
    """
    refund = Refund.objects.select_for_update().filter(number=refund_number).first()
    if refund is None or refund.amount_fen != amount_fen:
        return None
    if refund.status != RefundStatus.SUCCEEDED:
        refund.status, refund.succeeded_at = RefundStatus.SUCCEEDED, at
        refund.save(update_fields=["status", "succeeded_at"])
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
