"""Everything together, and its picture in words."""

from collections.abc import Callable, Iterable
from datetime import datetime

from tests.proof.model.commissions import CONFIRMED, FROZEN, Commissions
from tests.proof.model.disputes import Disputes
from tests.proof.model.money import Books
from tests.proof.model.orders import FINALISED, Order, OrderLine, Orders
from tests.proof.model.suppliers import Good, Supplier, Suppliers
from tests.proof.model.transfers import Bank
from tests.proof.model.wallets import Owner, Wallets


class Platform:
    """Suppliers, owners, goods, and all that happens to them."""

    def __init__(self, suppliers: Iterable[Supplier], owners: Iterable[Owner], goods: Iterable[Good]) -> None:
        self.books = Books()
        self.bank = Bank(self.books)
        self.suppliers = Suppliers(self.books, self.bank, {s.public_id: s for s in suppliers})
        self.commissions = Commissions(self.books)
        self.orders = Orders(self.books, self.bank, self.suppliers, self.commissions)
        self.disputes = Disputes(self.orders, self.commissions)
        self.wallets = Wallets(self.books, self.bank)
        self.owners = list(owners)
        self.goods = list(goods)

    def sweep(self, at: datetime) -> None:
        """Everything that fell due by an instant."""
        self.disputes.sweep(at)
        self.orders.sweep(at)
        for good in self.goods:
            good.pass_time(at)

    def hear(self, at: datetime) -> None:
        """The provider tells of payments, and answers what it was asked."""
        self.orders.hear(at)
        self.bank.answer(at)

    def void(self, order: Order, line: OrderLine, at: datetime) -> None:
        """M10: staff decide that a violation costs the owner a line's commission."""
        before = self.books.fen[order.supplier.payable]
        self.commissions.void(line.commission, order.supplier.payable)
        self.suppliers.note(order.supplier, before, at)

    def picture(self) -> dict[str, str]:
        """What there is, by kind and name, each in a few words; empty accounts are left out."""
        rows: dict[str, str] = {}
        for part in (self._books, self._orders, self._commissions, self._disputes, self._payouts):
            part(lambda name, *words: rows.__setitem__(name, " ".join(map(str, words))))
        return rows

    def _books(self, write: Callable[..., None]) -> None:
        for (kind, party), fen in self.books.fen.items():
            if fen:
                write(f"account {kind} {party}", fen)
        for owner in self.owners:
            debt = self.books.fen["owner_debt", owner.public_id]
            write(f"standing {owner.public_id}", owner.level, debt)

    def _orders(self, write: Callable[..., None]) -> None:
        for good in self.goods:
            write(f"sku {good.sku}", good.available, good.price, good.rate_bp)
        for order in self.orders.all:
            write(f"order {order.number}", order.status, order.freight_refunded, int(order.is_late))
            for line in order.lines:
                write(
                    f"line {line.ref}",
                    line.paid,
                    line.refunded,
                    int(line.is_shipped),
                    line.rate_bp,
                    line.bonus_bp,
                )
                if order.status != FINALISED:
                    continue
                # What everybody has of it by the books: paid - refunded + bonus = supplier + owner + fee.
                shares = line.commission.split if line.commission is not None else None
                gross, fee, bonus = shares or (0, 0, 0)
                owner = shares.owner if shares else 0
                assert line.left + bonus == (line.left - gross) + owner + fee
                if any((line.left - gross, owner, fee, bonus)):
                    write(f"shares {line.ref}", line.left - gross, owner, fee, bonus)

    def _commissions(self, write: Callable[..., None]) -> None:
        for line in self.commissions.lines:
            assert not line.in_confirmed or CONFIRMED in (line.status, line.before)
            write(
                f"commission {line.ref}", line.stand, line.base, *line.split, line.in_confirmed,
                line.settled_in or "-",
            )  # fmt: skip
        for (owner, month), s in self.commissions.statements.items():
            write(f"statement {owner} {month}", s.lines, s.commission, s.bonus, s.taken, s.net)
        for owner in {line.owner for line in self.commissions.lines}:
            # OWNER_CONFIRMED is what lies in it of each line.
            parts = sum(line.in_confirmed for line in self.commissions.lines if line.owner == owner)
            assert parts == self.books.fen["owner_confirmed", owner]
        assert all(line.before for line in self.commissions.lines if line.status == FROZEN)

    def _disputes(self, write: Callable[..., None]) -> None:
        for case in self.disputes.cases:
            write(f"case {case.number}", case.status, case.amount, case.attempts)
        for dispute in self.disputes.all:
            write(f"dispute {dispute.number}", dispute.status)

    def _payouts(self, write: Callable[..., None]) -> None:
        for row in self.wallets.all:
            tax = row.tax if row.transfer is not None else "-"
            write(f"withdrawal {row.number}", row.status, row.amount, tax)
        for payout in self.suppliers.payouts:
            write(f"payout {payout.number}", payout.status, payout.amount, payout.week)
