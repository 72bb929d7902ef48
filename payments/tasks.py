"""Alarm clocks for refunds and transfers to send and sandbox notices to deliver."""

from celery import shared_task

from payments.providers import sandbox
from payments.services import DELIVER, SEND_REFUND, SEND_TRANSFER, send_due_refunds, send_due_transfers
from taoxiaopu.kernel import clock


@shared_task(name=SEND_REFUND)
def send_refunds() -> None:
    """Send what is due to providers."""
    send_due_refunds(at=clock.now())


@shared_task(name=SEND_TRANSFER)
def send_transfers() -> None:
    """Send what is due to payees."""
    send_due_transfers(at=clock.now())


@shared_task(name=DELIVER)
def deliver_sandbox() -> None:
    """Send the sandbox provider's due notices."""
    sandbox.deliver_due(at=clock.now())
