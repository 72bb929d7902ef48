"""Settlement, withdrawals, suppliers' paydays, and commissions that staff void."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from commissions import services as commissions
from commissions.models import SupplierPayout
from payments.models import SandboxTransfer
from payments.models import Transfer as TransferRow
from taoxiaopu.kernel import clock
from tests.factories import payouts, story
from tests.proof.machine.acting import STAFF, Acting, part_of, people, share, some
from tests.proof.model.commissions import Line
from tests.proof.model.money import month_of
from tests.proof.model.suppliers import Payout, Supplier
from tests.proof.model.wallets import Owner, Withdrawal

GOOD_ENDING, RETURNED_ENDING = "7890", "0000"


class Purses(Acting):
    """What owners and suppliers are paid."""

    decisions = 0
    invoices = 0

    # Settlement

    @precondition(lambda self: any(line.confirmed_at for line in self.model.commissions.lines))
    @rule(back=st.sampled_from([None, None, 1, 2, 3, 0]))
    def settle(self, back: int | None) -> None:
        """M8: what waits longest, on its 20th (None); or last month, an earlier one, one that is not over. Some were settled
        before.
        """
        if (
            back is None
            and self.can_go_on
            and any(line.stand == "confirmed" for line in self.model.commissions.lines)
        ):
            self.settle_in_time()
            return
        month = month_of(self.at)
        for _month in range(1 if back is None else back):
            month = clock.previous_month(month)
        self.settle_month(month)

    def month_for(self, line: Line) -> date:
        """The month that settles a line: its own, or the next whose statement is not written."""
        month = month_of(line.confirmed_at or self.at)
        while (line.owner, month) in self.model.commissions.statements:
            month = clock.next_month(month)
        return month

    def settle_in_time(self) -> None:
        """Wait for the 20th, 02:00, after the month that settles what waits longest, and settle it."""
        waiting = [line for line in self.model.commissions.lines if line.stand == "confirmed"]
        month = min(map(self.month_for, waiting), default=month_of(self.at))
        due = clock.local_instant(clock.next_month(month).replace(day=20), 2)
        if self.at < due:
            self.pass_time((due - self.at) / timedelta(hours=1))
        self.settle_month(month)

    def settle_month(self, month: date) -> None:
        """One month of all owners."""
        lines = self.model.commissions.lines
        if any(
            line.stand == "frozen confirmed" and month_of(line.confirmed_at or self.at) <= month
            for line in lines
        ):
            self.came_about.add("frozen on the day of settlement")
        self.act(
            lambda: self.model.commissions.settle(month, self.at),
            lambda at: commissions.settle_month(month, at=at),
        )
        for line in lines:
            if line.settled_in and line.confirmed_at and line.settled_in > month_of(line.confirmed_at):
                self.came_about.add("settled with the next month")
        if any(statement.taken for statement in self.model.commissions.statements.values()):
            self.came_about.add("a statement bears what was taken back")

    # Withdrawals

    def wallet(self, owner: Owner) -> int:
        """What an owner could withdraw."""
        return self.model.books.fen["owner_withdrawable", owner.public_id]

    @precondition(lambda self: any(map(self.wallet, self.model.owners)))
    @rule(n=some, percent=share, bank_returns=st.sampled_from([False, False, True]))
    def ask(self, n: int, percent: int, bank_returns: bool) -> None:
        """W1, W2: an amount; or more than there is."""
        owner = self.one_of(n, self.model.owners, lambda owner: self.wallet(owner) > 0)
        self.withdraw(owner, part_of(self.wallet(owner), percent) + (n % 7 == 6), bank_returns)

    def withdraw(self, owner: Owner, fen: int, bank_returns: bool) -> Withdrawal | None:
        """A request of an owner, to an account whose bank takes it or sends it back."""
        row = self.cast.owner(owner.public_id)
        if owner.bank_returns != bank_returns:
            owner.bank_returns = bank_returns
            ending = RETURNED_ENDING if bank_returns else GOOD_ENDING
            payouts.give_account(row, self.at, f"622202123456{ending}")
        invoice = "" if owner.is_person else f"{self.invoices:08d}"
        self.invoices += 1
        asked = self.act(
            lambda: self.model.wallets.ask(owner, fen, invoice, self.at),
            lambda at: payouts.ask(row, fen, at, invoice=invoice),
        )
        if asked is None:
            return None
        withdrawal, made = asked
        withdrawal.number = made.number
        return withdrawal

    def in_review(self) -> list[Withdrawal | Payout]:
        """What waits for the staff's approval."""
        rows = (*self.model.wallets.all, *self.model.suppliers.payouts)
        return [row for row in rows if row.status == "reviewing"]

    @precondition(lambda self: bool(self.in_review()))
    @rule(n=some, who=people, agrees=st.sampled_from([True, True, False]), twice=st.booleans())
    def review(self, n: int, who: str, agrees: bool, twice: bool) -> None:
        """W3, W4, W5, Y3, Y4, Y5; a second press does nothing."""
        rows = [*self.model.wallets.all, *self.model.suppliers.payouts]
        row = self.one_of(n, rows, lambda row: row.status == "reviewing")
        for _press in range(2 if twice else 1):
            if isinstance(row, Withdrawal):
                self.decide_withdrawal(row, who, agrees)
            else:
                self.decide_payout(row, who, agrees)

    def decide_withdrawal(self, row: Withdrawal, who: str, agrees: bool) -> None:
        """One of the staff lets it go or refuses it."""
        if agrees:
            self.act(
                lambda: self.model.wallets.approve(row, who, self.at),
                lambda at: commissions.approve_withdrawal(number=row.number, actor=STAFF[who], at=at),
            )
        else:
            self.act(
                lambda: self.model.wallets.reject(row),
                lambda at: commissions.reject_withdrawal(
                    number=row.number, actor=STAFF[who], at=at, reason="户名不符"
                ),
            )
        self.came_about.add(f"withdrawal {row.status}")

    @precondition(lambda self: any(self.wallet(owner) >= 1_000 for owner in self.model.owners))
    @rule(n=some, bank_returns=st.sampled_from([False, False, False, True]))
    def cash_out(self, n: int, bank_returns: bool) -> None:
        """An owner takes all that she may, and the bank answers."""
        fitting = [owner for owner in self.model.owners if self.wallet(owner) >= 1_000]
        self.take_out(fitting[n % len(fitting)], bank_returns)

    def take_out(self, owner: Owner, bank_returns: bool = False) -> None:
        """All of it, with the approvals that it takes."""
        row = self.withdraw(owner, min(self.wallet(owner), 5_000_000), bank_returns)
        if row is None:
            return
        for who in ("anna", "bela"):
            if row.status == "reviewing":
                self.decide_withdrawal(row, who, True)
        self.provider_answers()
        self.came_about.add(f"withdrawal {row.status}")

    def provider_answers(self) -> None:
        """Another part of the machine does it."""
        raise NotImplementedError

    # Suppliers

    def payable(self, supplier: Supplier) -> int:
        """What a supplier is owed."""
        return self.model.books.fen[supplier.payable]

    @precondition(lambda self: any(map(self.payable, self.model.suppliers.all.values())))
    @rule(which=st.integers(0, 1), bank_returns=st.sampled_from([False, False, True]))
    def payday(self, which: int, bank_returns: bool) -> None:
        """The run of the last Tuesday; again, too, which changes nothing."""
        supplier = list(self.model.suppliers.all.values())[which]
        if supplier.bank_returns != bank_returns:
            supplier.bank_returns = bank_returns
            ending = RETURNED_ENDING if bank_returns else GOOD_ENDING
            row = self.cast.suppliers[which]
            commissions.set_supplier_account(
                supplier=row, name=row.name, account=f"12020201900123{ending}", actor=story.supplier_actor(row), at=self.at,
            )  # fmt: skip
        self.pay_suppliers()

    def pay_suppliers(self) -> None:
        """All suppliers are paid for the last Tuesday."""
        self.act(
            lambda: self.model.suppliers.payday(self.at),
            lambda at: commissions.catch_up_supplier_payouts(at=at),
        )
        for payout in self.model.suppliers.payouts:
            if not payout.number:
                row = SupplierPayout.objects.get(
                    supplier__public_id=payout.supplier.public_id, week=payout.week
                )
                payout.number = row.number
                self.came_about.add("a supplier is paid")

    def decide_payout(self, row: Payout, who: str, agrees: bool) -> None:
        """One of the staff lets it go or holds it back."""
        if agrees:
            self.act(
                lambda: self.model.suppliers.approve(row, who),
                lambda at: commissions.approve_supplier_payout(number=row.number, actor=STAFF[who], at=at),
            )
        else:
            self.act(
                lambda: self.model.suppliers.reject(row, self.at),
                lambda at: commissions.reject_supplier_payout(
                    number=row.number, actor=STAFF[who], at=at, reason="待核实"
                ),
            )
        self.came_about.add(f"payout {row.status}")

    def pay_out_all(self) -> None:
        """A payday with all that it takes."""
        self.pay_suppliers()
        for row in self.model.suppliers.payouts:
            for who in ("anna", "bela"):
                if row.status == "reviewing":
                    self.decide_payout(row, who, True)
        if self.model.bank.transfers:
            self.provider_answers()

    # Both

    def paid_out(self) -> list[Withdrawal | Payout]:
        """What reached its payee."""
        return [
            row for row in (*self.model.wallets.all, *self.model.suppliers.payouts) if row.status == "paid"
        ]

    @precondition(lambda self: bool(self.paid_out()))
    @rule(n=some)
    def bank_sends_back(self, n: int) -> None:
        """X2, W7, Y7: what was reported as paid comes back all the same."""
        found = self.paid_out()
        row = found[n % len(found)]
        transfer = row.transfer
        assert transfer is not None

        def done(at: datetime) -> None:
            sent = TransferRow.objects.get(cause_ref=row.number)
            SandboxTransfer.objects.filter(transfer_number=sent.number).update(fate="returned")
            payouts.take(payouts.notice_of(sent, "transfer.returned"), at)

        self.act(lambda: self.model.bank.send_back(transfer, self.at), done)
        self.came_about.add("sent back after it was paid")

    @precondition(
        lambda self: (
            self.decisions < 2 and any(line.status != "void" for line in self.model.commissions.lines)
        )
    )
    @rule(n=some)
    def void(self, n: int) -> None:
        """M10: before the order is final, or after."""
        fitting = [
            (order, line)
            for order in self.model.orders.all
            for line in order.lines
            if line.commission is not None and line.commission.status != "void"
        ]
        anything = [(order, line) for order in self.model.orders.all for line in order.lines]
        order, line = self.one_of(n, anything, lambda of: of in fitting)
        was_confirmed = line.commission is not None and line.commission.confirmed_at is not None
        self.decisions += 1
        decision = str(self.decisions)
        voided = self.act(
            lambda: self.model.void(order, line, self.at),
            lambda at: commissions.void_commission(
                line_ref=line.ref,
                decision=decision,
                reason="刷单",
                actor=STAFF["anna"],
                at=at,
                fake=n % 2 == 1,
            ),
        )
        if voided is not None:
            self.came_about.add("voided after confirmation" if was_confirmed else "voided in time")
