"""The providers by name, the names of jobs, and how long to wait before asking a provider again."""

from datetime import timedelta

from payments.providers import Provider
from payments.providers.sandbox import SandboxProvider
from taoxiaopu.kernel.errors import NotFound

PROVIDERS: dict[str, Provider] = {"sandbox": SandboxProvider()}
RETRY_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
SEND_REFUND = "payments.send_refunds"
SEND_TRANSFER = "payments.send_transfers"
DELIVER = "payments.deliver_sandbox"


def provider_named(name: str) -> Provider:
    """The adapter of that name. Raises NotFound."""
    if name not in PROVIDERS:
        raise NotFound
    return PROVIDERS[name]


def pause_after(attempts: int) -> timedelta:
    """How long to wait for the answer to the n-th request, counted from 0: 1, 5, then 30 minutes (A20)."""
    return RETRY_PAUSES[min(attempts, len(RETRY_PAUSES) - 1)]
