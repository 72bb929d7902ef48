"""Charges: requests for money, and what a provider's notice makes of them.

A notice is stored once and applied as a fact (trust §3): whoever calls has locked what is paid for, the trade and its
orders or the supplier.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from payments.errors import ChargeOver
from payments.models import Charge, SandboxMessage
from payments.providers import ProviderNotice
from payments.providers.sandbox import Button, press
from payments.services.strays import keep_wrong_payment, return_stray, was_sent_back
from payments.services.wiring import DELIVER, provider_named
from payments.states import CHARGES, ChargeStatus, Purpose
from taoxiaopu.kernel import jobs, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found


class Applied(StrEnum):
    """What a payment notice turned out to be."""

    PAID = "paid"
    KNOWN = "known"
    STRAY = "stray"
    MISMATCH = "mismatch"


def open_charge(
    *,
    amount_fen: int,
    title: str,
    expires_at: datetime,
    at: datetime,
    trade_number: str = "",
    reference: str = "",
    provider: str = "sandbox",
    purpose: Purpose | None = None,
) -> Charge:
    """The open charge of a trade, or of a supplier's deposit when ``reference`` names one; made when there is none.

    ``purpose`` is named where a supplier pays something else. The caller has locked what is paid for.
    """
    purpose = purpose or (Purpose.DEPOSIT if reference else Purpose.TRADE)
    whose: dict[str, Any] = {
        "purpose": purpose,
        "trade_number": trade_number,
        "reference": reference,
        "provider": provider,
    }
    for found in rows.find(Charge, status=ChargeStatus.OPEN, **whose):
        return found
    charge = Charge(
        number=order_number(),
        amount_fen=amount_fen,
        title=title[:60],
        created_at=at,
        expires_at=expires_at,
        **whose,
    )
    rows.insert(charge)
    return charge


def close_charges(*, trade_number: str, at: datetime) -> None:
    """Close what is still open of a trade. The caller has locked the trade and its orders."""
    actor = Actor.system("orders")
    for charge in lock_found(
        Charge, purpose=Purpose.TRADE, trade_number=trade_number, status=ChargeStatus.OPEN
    ):
        CHARGES.apply(charge, "close", actor=actor, at=at)


def open_charge_of(*, purpose: Purpose, reference: str) -> Charge | None:
    """What is open of a supplier's deposit or bonds, or None. The caller has locked the supplier."""
    found = rows.find(Charge, status=ChargeStatus.OPEN, purpose=purpose, reference=reference)
    return found[0] if found else None


def close_deposit_charges(
    *, reference: str, at: datetime, overdue_only: bool = False, purpose: Purpose = Purpose.DEPOSIT
) -> int:
    """Close what is still open of a supplier's deposit, or of its bonds; returns how many. The caller has locked the
    supplier.
    """
    charges = Charge.objects.filter(purpose=purpose, reference=reference)
    if overdue_only:
        charges = charges.filter(expires_at__lt=at)
    actor = Actor.system("suppliers")
    found = list(charges.select_for_update().filter(status=ChargeStatus.OPEN).order_by("pk"))
    for charge in found:
        CHARGES.apply(charge, "close", actor=actor, at=at)
    return len(found)


def press_cashier(*, charge: Charge, button: Button, at: datetime) -> list[SandboxMessage]:
    """A tester's button on the sandbox cashier; the notices that it queued.

    Raises ChargeOver when the charge is no longer open.
    """
    if charge.status != ChargeStatus.OPEN or at > charge.expires_at:
        raise ChargeOver(state=charge.get_status_display())
    with transaction.atomic():
        messages = press(charge, button, at=at)
        transaction.on_commit(lambda: jobs.nudge(DELIVER))
    return messages


def apply_payment(*, charge_number: str, notice: ProviderNotice, payable: bool, at: datetime) -> Applied:
    """Learn that money came in for a charge. The caller has locked what is paid for; ``payable``: it waits for
    the money.

    Amount, currency or app id off: REVIEW, nothing is fulfilled, the money waits for staff as a WrongPayment. A payment
    that is known already, taken or sent back: KNOWN. The trade or deposit over or paid before: STRAY, the money is booked
    into REFUND_CLEARING and sent back whole. A charge that the provider called closed counts as paid when money came all
    the same (trust §3).
    """
    (charge,) = lock_found(Charge, number=charge_number)
    expected = (charge.amount_fen, "CNY", provider_named(charge.provider).app_id)
    system = Actor.system("notices")
    if (notice.amount_fen, notice.currency, notice.app_id) != expected:
        if was_sent_back(notice.provider_number):
            return Applied.KNOWN
        if charge.status in (ChargeStatus.OPEN, ChargeStatus.CLOSED):
            CHARGES.apply(
                charge, "mismatch", actor=system, at=at, reason=f"{notice.amount_fen} {notice.currency}"
            )
        keep_wrong_payment(charge, notice, at)
        return Applied.MISMATCH
    if charge.status == ChargeStatus.PAID and charge.provider_number == notice.provider_number:
        return Applied.KNOWN
    is_awaited = payable and charge.status == ChargeStatus.OPEN
    if not is_awaited and was_sent_back(notice.provider_number):
        return Applied.KNOWN  # told again under another event id
    if is_awaited or (payable and charge.status == ChargeStatus.CLOSED):
        event = "paid" if charge.status == ChargeStatus.OPEN else "paid_late"
        CHARGES.apply(charge, event, actor=system, at=at, paid_at=at, provider_number=notice.provider_number)
        return Applied.PAID
    return_stray(charge, provider_number=notice.provider_number, amount_fen=notice.amount_fen, at=at)
    return Applied.STRAY


def learn_closed(*, charge_number: str, at: datetime) -> None:
    """The provider says that a charge can no longer be paid; one that was paid stays so. As ``apply_payment``."""
    charge = Charge.objects.select_for_update().get(number=charge_number)
    if charge.status == ChargeStatus.OPEN:
        CHARGES.apply(charge, "close", actor=Actor.system("notices"), at=at)
