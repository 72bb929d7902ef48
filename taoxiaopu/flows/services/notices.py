"""News from payment providers enters here: verify, store raw, apply as a fact, and only then answer (trust §3)."""

from datetime import datetime

from django.db import transaction

from disputes import services as disputes
from orders import services as orders
from orders.states import OrderStatus
from payments import services as payments
from payments.errors import NoticeTooLarge
from payments.models import NoticeOutcome
from payments.providers import ProviderNotice
from payments.selectors import charge_by_number

MAX_BODY = 64 * 1024


def receive_notice(*, provider: str, body: bytes, headers: dict[str, str], at: datetime) -> NoticeOutcome:
    """Take one notice. A repeated one changes nothing.

    Raises NoticeTooLarge, BadSignature, BadNotice, NotFound (provider).

    Everything happens in one transaction; the answer is given after it committed, so that a crash before it means a
    resend and a crash after it means a repeat.
    """
    if len(body) > MAX_BODY:
        raise NoticeTooLarge
    news = payments.provider_named(provider).read_notice(body, headers, at=at)
    with transaction.atomic():
        notice = payments.store_notice(provider=provider, notice=news, body=body, at=at)
        if notice is None:
            return NoticeOutcome.REPEATED
        outcome = _refunded(news, at) if news.kind == "refunded" else _of_charge(news, at)
        payments.conclude_notice(notice, outcome)
    return outcome


OUTCOMES = {
    payments.Applied.MISMATCH: NoticeOutcome.MISMATCH,
    payments.Applied.STRAY: NoticeOutcome.STRAY,
    payments.Applied.KNOWN: NoticeOutcome.REPEATED,
}


def _of_charge(news: ProviderNotice, at: datetime) -> NoticeOutcome:
    charge = charge_by_number(news.charge_number)
    if charge is None:
        return NoticeOutcome.ORPHAN
    trade, of_trade = orders.lock_trade(charge.trade_number)
    if news.kind == "closed":
        payments.learn_closed(charge_number=charge.number, at=at)
        return NoticeOutcome.APPLIED
    payable = all(order.status == OrderStatus.PENDING_PAYMENT for order in of_trade)
    applied = payments.apply_payment(charge_number=charge.number, notice=news, payable=payable, at=at)
    if applied != payments.Applied.PAID:
        return OUTCOMES[applied]
    orders.pay_trade(trade=trade, orders=of_trade, at=at)
    payments.close_charges(trade_number=trade.number, at=at)
    return NoticeOutcome.APPLIED


def _refunded(news: ProviderNotice, at: datetime) -> NoticeOutcome:
    refund = payments.refund_by_number(news.refund_number)
    if refund is None:
        return NoticeOutcome.ORPHAN
    if refund.amount_fen != news.amount_fen:
        return NoticeOutcome.MISMATCH
    disputes.refund_arrived(cause=refund.cause, cause_ref=refund.cause_ref, at=at)
    payments.conclude_refund(refund_number=refund.number, amount_fen=news.amount_fen, at=at)
    return NoticeOutcome.APPLIED
