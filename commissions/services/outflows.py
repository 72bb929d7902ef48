"""What owners' withdrawals, suppliers' payouts and the return of deposits share (docs/rules.md §6.3): review, two people
above a limit, the money on its way out, and back once.

Every function expects the lock of its row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.models import User
from accounts.services import notify
from commissions import errors
from commissions.models import DepositReturn, PayoutAccount, SupplierAccount, SupplierPayout, Withdrawal
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments.states import PayeeKind, TransferCause
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.personal import blind_index
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.transitions import StateTable

CLEARING = Side(AccountKind.PAYOUT_CLEARING)
Row = TypeVar("Row", Withdrawal, SupplierPayout, DepositReturn)
Account = TypeVar("Account", PayoutAccount, SupplierAccount)


@dataclass(frozen=True, slots=True)
class Outflow(Generic[Row]):
    """One kind of money that leaves a party's balance: its moves, its journals, its letters, and what only it does.

    ``parts`` is where it comes from and goes back to, one party's accounts with how much of each; ``readers`` who is told;
    ``send`` asks for the transfer, and ``given_back`` is what follows when the money is there again.
    """

    cause: TransferCause
    moves: StateTable
    system: Actor
    out: JournalKind
    back: JournalKind
    paid: Letter
    returned: Letter
    rejected: Letter
    parts: Callable[[Row], Sequence[tuple[Side, int]]]
    readers: Callable[[Row], Sequence[int]]
    send: Callable[[Row, datetime], None]
    given_back: Callable[[Row, datetime], None]

    def start(self, row: Row, *, reviewed: bool, actor: Actor, at: datetime) -> None:
        """Book a new row's amount out of the balance, then send it, or leave it to people."""
        audit.record(
            actor=actor,
            subject_type=self.moves.subject,
            subject_ref=row.number,
            event="request",
            at=at,
            to_state=row.status,
        )
        posting.post(
            Event(self.out, self.cause, row.number),
            [Movement(side, CLEARING, fen) for side, fen in self.parts(row)],
            at=at,
        )
        if reviewed:
            self.moves.apply(row, "review", actor=self.system, at=at)
        else:
            self.moves.apply(row, "process", actor=self.system, at=at)
            self.send(row, at)

    def approve(self, row: Row, *, actor: Actor, at: datetime, note: str) -> Row:
        """Staff let it go; above FOUR_EYES_PAYOUT_FEN the first approval waits for another person's.

        One that was approved already stays as it is, and so is the answer. Raises MoveRefused, OwnMoney, SamePerson.
        """
        if actor.kind == ActorKind.STAFF and self._was_approved(row):
            return row
        self.moves.require(row.status, "approve", actor)
        if User.objects.filter(pk__in=self.readers(row), public_id=actor.person).exists():
            raise errors.OwnMoney
        if needs_two(row):
            if not row.endorsed_by:
                self.moves.apply(row, "endorse", actor=actor, at=at, reason=note, endorsed_by=actor.ref)
                return row
            if row.endorsed_by == actor.ref:
                raise errors.SamePerson
        self.moves.apply(row, "approve", actor=actor, at=at, reason=note)
        self.send(row, at)
        return row

    def reject(self, row: Row, *, actor: Actor, at: datetime, reason: str) -> Row:
        """Staff do not let it go; the money goes back, once: one that was rejected already stays as it is.

        Raises BadInput without a reason, MoveRefused.
        """
        reason = reason.strip()
        if len(reason) < 2:
            raise BadInput(what=_("驳回须填写原因"))
        if actor.kind == ActorKind.STAFF and row.status == self.moves.states["REJECTED"]:
            return row
        self.moves.apply(row, "reject", actor=actor, at=at, reason=reason, decision_note=reason[:500])
        self._give_back(row, at)
        self._tell(row, self.rejected, at, reason=row.decision_note)
        return row

    def conclude(self, row: Row, *, is_paid: bool, at: datetime) -> None:
        """The provider said what became of it: it was paid, or the money is here again."""
        if is_paid:
            self.moves.apply(row, "paid", actor=self.system, at=at, ended_at=at)
        else:
            self.moves.apply(row, "returned", actor=self.system, at=at)
            self._give_back(row, at)
        self._tell(row, self.paid if is_paid else self.returned, at)

    def _was_approved(self, row: Row) -> bool:
        states = self.moves.states
        is_out = row.status in (states["PROCESSING"], states["PAID"])
        return is_out and audit.history(self.moves.subject, row.number).filter(event="approve").exists()

    def _give_back(self, row: Row, at: datetime) -> None:
        parts = self.parts(row)
        posting.lock_party(parts[0][0].party)
        posting.post(
            Event(self.back, self.cause, row.number),
            [Movement(CLEARING, side, fen) for side, fen in parts],
            at=at,
        )
        self.given_back(row, at)
        row.ended_at = at
        row.save(update_fields=["ended_at"])

    def _tell(self, row: Row, kind: Letter, at: datetime, *, reason: str = "") -> None:
        notify(
            kind=kind,
            recipients=self.readers(row),
            ref=row.number,
            at=at,
            facts={"amount_fen": row.amount_fen, "reason": reason},
            link=[row.number],
        )


def needs_two(row: Withdrawal | SupplierPayout | DepositReturn) -> bool:
    """Whether two people of the staff must approve it (FOUR_EYES_PAYOUT_FEN, by the rules of its request)."""
    return row.amount_fen > rules_at(row.requested_at).FOUR_EYES_PAYOUT_FEN


def digits_of(account: str) -> str:
    """An account's number without the blanks and dashes that people write."""
    return "".join(account.split()).replace("-", "")


def put_in_use(row: Account, payee: str, kind: PayeeKind, *, actor: Actor, at: datetime) -> Account:
    """Keep a new account instead of the one before it; ``payee`` names the field that says whose. Its lock is held."""
    whose: Model = getattr(row, payee)
    row.account_index, row.last4, row.added_at = blind_index(row.account), row.account[-4:], at
    type(row).objects.filter(**{payee: whose}, replaced_at=None).update(replaced_at=at)
    row.save()
    audit.record(
        actor=actor,
        subject_type="payout_account",
        subject_ref=whose.public_id,  # type: ignore[attr-defined]
        event="edit",
        at=at,
        reason=f"{kind} {row.last4}",
    )
    return row
