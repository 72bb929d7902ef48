"""Adapters to payment providers. Each offers the same verbs: cashier_url, close, refund, read_notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

KINDS = frozenset({"paid", "refunded", "closed"})


@dataclass(frozen=True, slots=True)
class ProviderNotice:
    """A verified notice: ``kind`` is one of KINDS; amounts in fen, currency ``CNY``."""

    event_id: str
    kind: str
    charge_number: str
    refund_number: str
    amount_fen: int
    currency: str
    app_id: str
    provider_number: str


class Provider(Protocol):
    """What the platform asks of a payment provider."""

    name: str
    app_id: str

    def cashier_url(self, charge_number: str) -> str:
        """Where the buyer pays."""

    def refund(
        self, *, refund_number: str, charge_number: str, provider_number: str, amount_fen: int, at: datetime
    ) -> None:
        """Ask for a refund; the same ``refund_number`` is one refund however often it is asked."""

    def read_notice(self, body: bytes, headers: dict[str, str], *, at: datetime) -> ProviderNotice:
        """Verify and read a notice. Raises BadSignature, BadNotice."""
