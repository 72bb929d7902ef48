"""Writes about money through providers: charges, stored notices, refunds.

A notice is stored once and applied as a fact (trust §3): whoever calls has locked the trade and its orders first.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments.errors import ChargeOver
from payments.models import Charge, Notice, NoticeOutcome, Refund
from payments.providers import Provider, ProviderNotice
from payments.providers.sandbox import Button, SandboxProvider, press
from payments.states import CHARGES, ChargeStatus, RefundStatus
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.ids import order_number

PROVIDERS: dict[str, Provider] = {"sandbox": SandboxProvider()}
RETRY_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
SEND_REFUND = "payments.send_refunds"
DELIVER = "payments.deliver_sandbox"


class Applied(StrEnum):
    """What a payment notice turned out to be."""

    PAID = "paid"
    KNOWN = "known"
    STRAY = "stray"
    MISMATCH = "mismatch"


def provider_named(name: str) -> Provider:
    """The adapter of that name. Raises NotFound."""
    if name not in PROVIDERS:
        raise NotFound
    return PROVIDERS[name]


def open_charge(
    *,
    trade_number: str,
    amount_fen: int,
    title: str,
    expires_at: datetime,
    at: datetime,
    provider: str = "sandbox",
) -> Charge:
    """The trade's open charge, made when there is none."""
    with transaction.atomic():
        found = Charge.objects.filter(
            trade_number=trade_number, provider=provider, status=ChargeStatus.OPEN
        ).first()
        return found or Charge.objects.create(
            number=order_number(),
            trade_number=trade_number,
            provider=provider,
            amount_fen=amount_fen,
            title=title[:60],
            created_at=at,
            expires_at=expires_at,
        )


def close_charges(*, trade_number: str, at: datetime) -> None:
    """Close what is still open of a trade. The caller has locked the trade and its orders."""
    actor = Actor.system("orders")
    for charge in (
        Charge.objects.select_for_update()
        .filter(trade_number=trade_number, status=ChargeStatus.OPEN)
        .order_by("pk")
    ):
        CHARGES.apply(charge, "close", actor=actor, at=at)


def press_cashier(*, charge: Charge, button: Button, at: datetime) -> None:
    """A tester's button on the sandbox cashier. Raises ChargeOver when the charge is no longer open."""
    if charge.status != ChargeStatus.OPEN or at > charge.expires_at:
        raise ChargeOver(state=charge.get_status_display())
    with transaction.atomic():
        press(charge, button, at=at)
        transaction.on_commit(lambda: jobs.nudge(DELIVER))


def store_notice(*, provider: str, notice: ProviderNotice, body: bytes, at: datetime) -> Notice | None:
    """Keep a verified notice once; None when this event was stored before."""
    try:
        with transaction.atomic():
            return Notice.objects.create(
                provider=provider,
                event_id=notice.event_id[:64],
                payload_hash=hashlib.sha256(body).hexdigest(),
                payload={
                    "kind": notice.kind,
                    "charge": notice.charge_number,
                    "refund": notice.refund_number,
                    "amount_fen": notice.amount_fen,
                    "currency": notice.currency,
                    "app_id": notice.app_id,
                    "provider_number": notice.provider_number,
                },
                received_at=at,
            )
    except IntegrityError:
        return None


def conclude_notice(notice: Notice, outcome: NoticeOutcome) -> None:
    """Write down what became of a stored notice."""
    notice.outcome = outcome
    notice.save(update_fields=["outcome"])


def apply_payment(*, charge_number: str, notice: ProviderNotice, payable: bool, at: datetime) -> Applied:
    """Learn that money came in for a charge. The caller has locked the trade and its orders; ``payable``: they wait
    for it.

    Amount, currency or app id off: REVIEW, nothing is fulfilled. The payment that is known already: KNOWN. The trade
    over or paid before: STRAY, the money is booked into REFUND_CLEARING and sent back whole. A charge that the
    provider called closed counts as paid when money came all the same (trust §3).
    """
    charge = Charge.objects.select_for_update().get(number=charge_number)
    expected = (charge.amount_fen, "CNY", provider_named(charge.provider).app_id)
    system = Actor.system("notices")
    if (notice.amount_fen, notice.currency, notice.app_id) != expected:
        if charge.status in (ChargeStatus.OPEN, ChargeStatus.CLOSED):
            CHARGES.apply(
                charge, "mismatch", actor=system, at=at, reason=f"{notice.amount_fen} {notice.currency}"
            )
        return Applied.MISMATCH
    if charge.status == ChargeStatus.PAID and charge.provider_number == notice.provider_number:
        return Applied.KNOWN
    if payable and charge.status in (ChargeStatus.OPEN, ChargeStatus.CLOSED):
        event = "paid" if charge.status == ChargeStatus.OPEN else "paid_late"
        CHARGES.apply(charge, event, actor=system, at=at)
        charge.paid_at, charge.provider_number = at, notice.provider_number
        charge.save(update_fields=["paid_at", "provider_number"])
        return Applied.PAID
    _return_stray(charge, notice, at)
    return Applied.STRAY


def learn_closed(*, charge_number: str, at: datetime) -> None:
    """The provider says that a charge can no longer be paid; one that was paid stays so. As ``apply_payment``."""
    charge = Charge.objects.select_for_update().get(number=charge_number)
    if charge.status == ChargeStatus.OPEN:
        CHARGES.apply(charge, "close", actor=Actor.system("notices"), at=at)


def _return_stray(charge: Charge, notice: ProviderNotice, at: datetime) -> None:
    posting.post(
        Event(JournalKind.STRAY_PAYMENT, "payment", notice.provider_number),
        [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.REFUND_CLEARING), notice.amount_fen)],
        at=at,
    )
    request_refund(
        charge=charge,
        cause="stray",
        cause_ref=notice.provider_number,
        order_number="",
        amount_fen=notice.amount_fen,
        provider_number=notice.provider_number,
        at=at,
    )


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
            refund.next_try_at = at + RETRY_PAUSES[min(refund.attempts, len(RETRY_PAUSES) - 1)]
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
