"""Reads about charges, refunds and transfers."""

from datetime import datetime

from django.db.models import QuerySet, Sum

from payments.models import Charge, Notice, Refund, SandboxPayment, Transfer, WrongPayment
from payments.states import ChargeStatus, Purpose, TransferCause, WrongStatus
from taoxiaopu.kernel import rows


def charge_by_number(number: str) -> Charge | None:
    """The charge, unlocked, or None."""
    return next(iter(rows.find(Charge, number=number)), None)


def paid_charge_of_trade(trade_number: str) -> Charge | None:
    """The charge that paid a trade, or None."""
    paid = rows.find(Charge, trade_number=trade_number, status=ChargeStatus.PAID)
    return min(paid, key=lambda charge: (charge.paid_at, charge.pk), default=None)


def charges_of_trade(trade_number: str) -> "QuerySet[Charge]":
    """All charges of a trade, newest first."""
    return Charge.objects.filter(trade_number=trade_number).order_by("-id")


def refunds_of_order(order_number: str) -> "QuerySet[Refund]":
    """All refunds that belong to an order, oldest first."""
    return Refund.objects.filter(order_number=order_number).order_by("id")


def returned_of_trade(trade_number: str) -> "QuerySet[Refund]":
    """Money of a trade that came twice or too late and goes back whole, oldest first."""
    return Refund.objects.filter(charge__trade_number=trade_number, cause="stray").order_by("id")


def sandbox_took(charge: Charge) -> int:
    """Fen that the sandbox provider took for a charge, by its own book."""
    taken = SandboxPayment.objects.filter(charge_number=charge.number, kind="pay")
    return int(taken.aggregate(n=Sum("amount_fen"))["n"] or 0)


def notices_of_charge(charge: Charge) -> "QuerySet[Notice]":
    """The stored notices about one charge, oldest first."""
    return Notice.objects.filter(payload__charge=charge.number).order_by("id")


def deposit_charges_of(reference: str, purpose: Purpose = Purpose.DEPOSIT) -> "QuerySet[Charge]":
    """All charges of one supplier's deposit, or of its bonds, newest first."""
    return Charge.objects.filter(purpose=purpose, reference=reference).order_by("-id")


def returned_of_deposit(reference: str, purpose: Purpose = Purpose.DEPOSIT) -> "QuerySet[Refund]":
    """Money for a supplier's deposit or bonds that came twice or too late and goes back whole, newest first."""
    mine = Refund.objects.filter(charge__purpose=purpose, charge__reference=reference)
    return mine.order_by("-id")


def overdue_deposits(*, at: datetime, purpose: Purpose = Purpose.DEPOSIT) -> list[str]:
    """The references of deposit or bond charges that are still open after their time, once each."""
    overdue = Charge.objects.filter(purpose=purpose, status=ChargeStatus.OPEN, expires_at__lt=at)
    return sorted(set(overdue.values_list("reference", flat=True)))


def transfer_of(cause: str, cause_ref: str) -> Transfer | None:
    """The transfer that was caused by this, or None before it was asked for."""
    return Transfer.objects.filter(cause=cause, cause_ref=cause_ref).first()


def notices_of_transfer(transfer: Transfer) -> "QuerySet[Notice]":
    """The stored notices about one transfer, oldest first."""
    return Notice.objects.filter(payload__transfer=transfer.number).order_by("id")


def refunds_of_charge(charge: Charge) -> "QuerySet[Refund]":
    """The refunds from one charge, oldest first."""
    return Refund.objects.filter(charge=charge).order_by("id")


def transfers_of(cause: TransferCause, number: str) -> "QuerySet[Transfer]":
    """The transfers of a cause that was sent more than once: by its number, before the slash, oldest first."""
    return Transfer.objects.filter(cause=cause, cause_ref__startswith=f"{number}/").order_by("pk")


def wrong_payments_of(charge: Charge) -> "QuerySet[WrongPayment]":
    """What came in for a charge otherwise than asked for, oldest first."""
    return WrongPayment.objects.filter(charge=charge).order_by("id")


def wrong_payments_held() -> int:
    """How many wrong payments wait to be sent back."""
    return WrongPayment.objects.filter(status=WrongStatus.HELD).count()


def refund_of_wrong_payment(row: WrongPayment) -> Refund | None:
    """The refund that sends it back whole, or None before somebody asked for it."""
    return Refund.objects.filter(cause="stray", cause_ref=row.provider_number).first()
