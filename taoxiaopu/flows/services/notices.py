"""News from payment providers enters here: verify, store raw, apply as a fact, and only then answer (trust §3)."""

from datetime import datetime
from functools import partial

from django.db import transaction

from commissions import services as commissions
from disputes import services as disputes
from orders import services as orders
from orders.states import OrderStatus
from payments import services as payments
from payments.errors import NoticeTooLarge
from payments.models import Charge, NoticeOutcome
from payments.providers import CLOSED, REFUNDED, TRANSFER_KINDS, TRANSFER_PAID, ProviderNotice
from payments.selectors import charge_by_number
from payments.states import Purpose, TransferCause
from suppliers import services as suppliers

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
        outcome = _apply(news, at)
        payments.conclude_notice(notice, outcome)
    return outcome


def _apply(news: ProviderNotice, at: datetime) -> NoticeOutcome:
    if news.kind in TRANSFER_KINDS:
        return _of_transfer(news, at)
    if news.kind == REFUNDED:
        return _refunded(news, at)
    charge = charge_by_number(news.charge_number)
    if charge is None:
        return NoticeOutcome.ORPHAN
    return _of_trade(charge, news, at) if charge.purpose == Purpose.TRADE else _of_supplier(charge, news, at)


OUTCOMES = {
    payments.Applied.MISMATCH: NoticeOutcome.MISMATCH,
    payments.Applied.STRAY: NoticeOutcome.STRAY,
    payments.Applied.KNOWN: NoticeOutcome.REPEATED,
}


def _of_trade(charge: Charge, news: ProviderNotice, at: datetime) -> NoticeOutcome:
    trade, of_trade = orders.lock_trade(charge.trade_number)
    if news.kind == CLOSED:
        payments.learn_closed(charge_number=charge.number, at=at)
        return NoticeOutcome.APPLIED
    payable = all(order.status == OrderStatus.PENDING_PAYMENT for order in of_trade)
    applied = payments.apply_payment(charge_number=charge.number, notice=news, payable=payable, at=at)
    if applied != payments.Applied.PAID:
        return OUTCOMES[applied]
    orders.pay_trade(trade=trade, orders=of_trade, at=at)
    payments.close_charges(trade_number=trade.number, at=at)
    return NoticeOutcome.APPLIED


def _of_supplier(charge: Charge, news: ProviderNotice, at: datetime) -> NoticeOutcome:
    """Money from a supplier: its deposit, or the bond of a category."""
    supplier = suppliers.lock_supplier(charge.reference)
    if news.kind == CLOSED:
        payments.learn_closed(charge_number=charge.number, at=at)
        return NoticeOutcome.APPLIED
    is_bond = charge.purpose == Purpose.BOND
    awaits = suppliers.awaits_bond if is_bond else suppliers.awaits_deposit
    payable = awaits(supplier, charge, at=at)
    applied = payments.apply_payment(charge_number=charge.number, notice=news, payable=payable, at=at)
    if applied != payments.Applied.PAID:
        return OUTCOMES[applied]
    if is_bond:
        suppliers.receive_bond(supplier=supplier, charge=charge, at=at)
        return NoticeOutcome.APPLIED
    suppliers.receive_deposit(
        supplier=supplier, charge_number=charge.number, amount_fen=charge.amount_fen, at=at
    )
    return NoticeOutcome.APPLIED


def _of_transfer(news: ProviderNotice, at: datetime) -> NoticeOutcome:
    transfer = payments.transfer_by_number(news.transfer_number)
    if transfer is None:
        return NoticeOutcome.ORPHAN
    if not payments.is_about(transfer, news):
        return NoticeOutcome.MISMATCH
    conclude = partial(payments.conclude_transfer, transfer_number=transfer.number, notice=news, at=at)
    is_paid = news.kind == TRANSFER_PAID
    match TransferCause(transfer.cause):
        case TransferCause.WITHDRAWAL:
            withdrawal = commissions.lock_withdrawal(transfer.cause_ref)
            if not conclude():
                return NoticeOutcome.REPEATED
            tell = commissions.withdrawal_paid if is_paid else commissions.withdrawal_returned
            tell(withdrawal=withdrawal, at=at)
        case TransferCause.SUPPLIER_PAYOUT:
            payout = commissions.lock_supplier_payout(transfer.cause_ref)
            if not conclude():
                return NoticeOutcome.REPEATED
            say = commissions.supplier_payout_paid if is_paid else commissions.supplier_payout_returned
            say(payout=payout, at=at)
        case TransferCause.DEPOSIT_RETURN:
            deposit = commissions.lock_deposit_return(transfer.cause_ref)
            if not conclude():
                return NoticeOutcome.REPEATED
            end = commissions.deposit_return_paid if is_paid else commissions.deposit_return_returned
            end(row=deposit, at=at)
        case TransferCause.COMPENSATION:
            compensation = orders.lock_compensation(transfer.cause_ref)
            if compensation is None or not conclude():
                return NoticeOutcome.REPEATED
            orders.compensation_sent(compensation=compensation, is_paid=is_paid, at=at)
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
