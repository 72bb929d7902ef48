"""Money that nothing waited for, or that came otherwise than asked for: it goes back whole, once.

Locks: the charge, then the wrong payment.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import errors
from payments.models import Charge, Refund, WrongPayment
from payments.providers import ProviderNotice
from payments.services.refunds import request_refund
from payments.services.wiring import provider_named
from payments.states import CHARGES, WRONG_PAYMENTS, ChargeStatus, WrongStatus
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.settings import rules_at

STRAY = "stray"  # the cause of refunds of payments that nothing waited for


def return_stray(charge: Charge, *, provider_number: str, amount_fen: int, at: datetime) -> None:
    """Book one payment at the provider into REFUND_CLEARING and ask for its refund. The caller has locked the charge."""
    posting.post(
        Event(JournalKind.STRAY_PAYMENT, "payment", provider_number),
        [Movement(Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.REFUND_CLEARING), amount_fen)],
        at=at,
    )
    request_refund(
        charge=charge,
        cause=STRAY,
        cause_ref=provider_number,
        order_number="",
        amount_fen=amount_fen,
        provider_number=provider_number,
        at=at,
    )


def was_sent_back(provider_number: str) -> bool:
    """Whether this payment at the provider goes back whole already."""
    return bool(rows.find(Refund, cause=STRAY, cause_ref=provider_number))


def keep_wrong_payment(charge: Charge, notice: ProviderNotice, at: datetime) -> None:
    """Write down once that money came in otherwise than asked for. The caller has locked the charge.

    Another word about the payment that was taken is no other money.
    """
    if charge.status == ChargeStatus.PAID and charge.provider_number == notice.provider_number:
        return
    wrong = WrongPayment(
        number=order_number(),
        charge=charge,
        provider_number=notice.provider_number,
        amount_fen=notice.amount_fen,
        currency=notice.currency,
        app_id=notice.app_id,
        heard_at=at,
    )
    rows.insert(wrong, once=True)


def return_wrong_payment(*, number: str, reason: str, actor: Actor, at: datetime) -> WrongPayment:
    """Staff send a wrong payment back whole, by its own number at the provider; its charge is then over.

    One that ``needs_two`` waits after the first person for another. What was returned already stays as it is, and so is the
    answer. An amount in another currency is booked by its number, as the provider's bill has it, and leaves the books by
    the same number. Raises BadInput without a reason, NotFound, MoveRefused, SamePerson.
    """
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = _locked(number)
        if row.status == WrongStatus.RETURNED and actor.kind == ActorKind.STAFF:
            return row
        WRONG_PAYMENTS.require(row.status, "send_back", actor)
        if needs_two(row):
            if not row.endorsed_by:
                WRONG_PAYMENTS.apply(row, "endorse", actor=actor, at=at, reason=reason, endorsed_by=actor.ref)
                return row
            if row.endorsed_by == actor.ref:
                raise errors.SamePerson
        WRONG_PAYMENTS.apply(row, "send_back", actor=actor, at=at, reason=reason, returned_at=at)
        if row.amount_fen and not was_sent_back(row.provider_number):
            return_stray(row.charge, provider_number=row.provider_number, amount_fen=row.amount_fen, at=at)
        waiting = rows.find(WrongPayment, charge_id=row.charge_id, status=WrongStatus.HELD)
        if row.charge.status == ChargeStatus.REVIEW and not waiting:
            CHARGES.apply(row.charge, "sent_back", actor=actor, at=at, reason=reason)
        return row


def needs_two(row: WrongPayment) -> bool:
    """Whether two people must send it back: above FOUR_EYES_PAYOUT_FEN by the rules of its day, and whatever its amount
    when it is not in yuan or was paid to another app.
    """
    ours = ("CNY", provider_named(row.charge.provider).app_id)
    is_foreign = (row.currency, row.app_id) != ours
    return is_foreign or row.amount_fen > rules_at(row.heard_at).FOUR_EYES_PAYOUT_FEN


def _locked(number: str) -> WrongPayment:
    """The wrong payment with its charge, both locked. Raises NotFound."""
    for found in rows.find(WrongPayment, number=number):
        charges = lock_found(Charge, id=found.charge_id)
        for row in lock_found(WrongPayment, id=found.pk):
            row.charge = charges[0]
            return row
    raise NotFound
