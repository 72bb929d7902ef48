"""Reads about charges and refunds."""

from django.db.models import QuerySet, Sum

from payments.models import Charge, Notice, Refund, SandboxPayment
from payments.states import ChargeStatus


def charge_by_number(number: str) -> Charge | None:
    """The charge, unlocked, or None."""
    return Charge.objects.filter(number=number).first()


def paid_charge_of_trade(trade_number: str) -> Charge | None:
    """The charge that paid a trade, or None."""
    return (
        Charge.objects.filter(trade_number=trade_number, status=ChargeStatus.PAID).order_by("paid_at").first()
    )


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


def refunds_of_charge(charge: Charge) -> "QuerySet[Refund]":
    """The refunds from one charge, oldest first."""
    return Refund.objects.filter(charge=charge).order_by("id")
