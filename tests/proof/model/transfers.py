"""Money on its way: transfers to payees and refunds to consumers, until the provider says what became of them (§5.3, A20)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.proof.model.money import CHANNEL, PAYOUT, REFUND, TAX, Books

End = Callable[[str, datetime], None]


@dataclass(eq=False)
class Transfer:
    """Money out: ``amount`` to the payee, ``tax`` kept back. ``end`` hears "paid" or "failed"."""

    amount: int
    tax: int
    is_returned: bool
    end: End
    status: str = "requested"


@dataclass
class Bank:
    """What was asked of the provider and has no answer yet."""

    books: Books
    transfers: list[Transfer] = field(default_factory=list)
    refunds: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def ask(self, gross: int, tax: int, is_returned: bool, end: End) -> Transfer:
        """A transfer of an amount, net of tax; ``is_returned``: the payee's bank will send it back."""
        transfer = Transfer(gross - tax, tax, is_returned, end)
        self.transfers.append(transfer)
        return transfer

    def refund(self, fen: int, arrived: Callable[[], None] = lambda: None) -> None:
        """A refund, and what is told when it arrives."""
        self.refunds.append((fen, arrived))

    def answer(self, at: datetime) -> None:
        """The provider answers everything it was asked."""
        for fen, arrived in self.refunds:
            self.books.move(REFUND, CHANNEL, fen)
            arrived()
        for transfer in self.transfers:
            if not transfer.is_returned:
                self.books.move(PAYOUT, CHANNEL, transfer.amount)
                self.books.move(PAYOUT, TAX, transfer.tax)
            transfer.status = "returned" if transfer.is_returned else "paid"
            transfer.end("failed" if transfer.is_returned else "paid", at)
        self.refunds, self.transfers = [], []

    def send_back(self, transfer: Transfer, at: datetime) -> None:
        """X2: the payee's bank returns what was reported as paid."""
        assert transfer.status == "paid"
        self.books.move(CHANNEL, PAYOUT, transfer.amount)
        self.books.move(TAX, PAYOUT, transfer.tax)
        transfer.status = "returned"
        transfer.end("failed", at)
