"""Adapters to payment providers. Each offers the same verbs: cashier_url, refund, transfer, read_notice,
fetch_bill."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

PAID, REFUNDED, CLOSED = "paid", "refunded", "closed"
TRANSFER_PAID, TRANSFER_RETURNED = "transfer.paid", "transfer.returned"
TRANSFER_KINDS = frozenset({TRANSFER_PAID, TRANSFER_RETURNED})
KINDS = frozenset({PAID, REFUNDED, CLOSED}) | TRANSFER_KINDS


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
    transfer_number: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom a transfer goes to: kind of account (``PayeeKind``), the name on it and its number."""

    kind: str
    name: str
    account: str


BILL_PAY, BILL_REFUND, BILL_TRANSFER, BILL_TRANSFER_BACK = "pay", "refund", "transfer", "transfer_back"


@dataclass(frozen=True, slots=True)
class BillItem:
    """One line of a provider's bill: kind is one of BILL_…; ``reference`` is our number of charge, refund or transfer.

    Every line moved money. A transfer that the payee's bank sent back after it was paid is two lines, BILL_TRANSFER and
    BILL_TRANSFER_BACK; one that it refused at once is none.
    """

    kind: str
    provider_number: str
    reference: str
    amount_fen: int
    at: datetime


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

    def transfer(self, *, transfer_number: str, payee: Payee, amount_fen: int, at: datetime) -> None:
        """Pay out; the same ``transfer_number`` is one transfer however often it is asked."""

    def read_notice(self, body: bytes, headers: dict[str, str], *, at: datetime) -> ProviderNotice:
        """Verify and read a notice. Raises BadSignature, BadNotice."""

    def fetch_bill(self, day: date) -> Iterator[BillItem]:
        """Everything that the provider took, gave back and paid out on one day (Asia/Shanghai), by its own book.

        Asked again, it may say otherwise: a provider restates its bills.
        """
