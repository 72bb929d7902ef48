"""The one way to write into the books.

A caller states a business event and its movements; the event is booked once. Retries with the same movements get
the journal that is there; the same event with other movements is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledger.errors import EventPostedOtherwise
from ledger.models import Account, AccountKind, Journal, JournalKind
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.idempotency import hash_of
from taoxiaopu.kernel.locking import lock_found


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a movement: a kind of account, and the party's public id for a party's account."""

    kind: AccountKind
    party: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """``amount_fen`` from the debited to the credited side; ``line_ref`` names the order line it belongs to."""

    debit: Side
    credit: Side
    amount_fen: int
    line_ref: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: kind, the thing it happened to, and the order it belongs to, if any."""

    kind: JournalKind
    ref_type: str
    ref_id: str
    seq: int = 0
    order_number: str = ""


def post(event: Event, movements: Sequence[Movement], *, at: datetime) -> Journal | None:
    """Book an event with its movements, at ``at``; movements of zero are left out, none at all books nothing.

    Returns the journal, new or already there. Raises EventPostedOtherwise.
    """
    real = [m for m in movements if m.amount_fen != 0]
    if not real:
        return None
    digest = hash_of(
        [[m.debit.kind, m.debit.party, m.credit.kind, m.credit.party, m.amount_fen, m.line_ref] for m in real]
    )
    journal = Journal(
        kind=event.kind,
        ref_type=event.ref_type,
        ref_id=event.ref_id,
        seq=event.seq,
        order_number=event.order_number,
        inputs_hash=digest,
        occurred_at=at,
    )
    with transaction.atomic():
        if rows.insert(journal, once=True) is None:
            return _already_booked(event, digest)
        accounts = _accounts({side for m in real for side in (m.debit, m.credit)})
        values = [(journal.pk, accounts[m.debit], accounts[m.credit], m.amount_fen, m.line_ref) for m in real]
        slots = ", ".join(["%s"] * len(values))
        with connection.cursor() as cursor:
            columns = "journal_id, debit_id, credit_id, amount_fen, line_ref"
            cursor.execute(f"INSERT INTO ledger_transfer ({columns}) VALUES {slots}", values)  # noqa: S608
    return journal


def _already_booked(event: Event, digest: str) -> Journal:
    journal = Journal.objects.get(
        kind=event.kind, ref_type=event.ref_type, ref_id=event.ref_id, seq=event.seq
    )
    if journal.inputs_hash != digest:
        raise EventPostedOtherwise(event=f"{event.kind} {event.ref_type} {event.ref_id}")
    return journal


def lock_party(party: str) -> None:
    """Lock all accounts of one party in key order, so that balances read next cannot change under the caller."""
    lock_found(Account, party=party)


def ensure_accounts(sides: Sequence[Side]) -> None:
    """Open the accounts of a new party, so that later postings and locks find them."""
    _accounts(set(sides))


def _accounts(sides: set[Side]) -> dict[Side, int]:
    wanted = tuple(sorted((str(side.kind), side.party) for side in sides))
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, party, id FROM ledger_account WHERE (kind, party) IN %s", [wanted])
        found = {Side(AccountKind(kind), party): key for kind, party, key in cursor.fetchall()}
    for side in sorted(sides - found.keys(), key=lambda s: (s.kind, s.party)):
        Account.objects.bulk_create([Account(kind=side.kind, party=side.party)], ignore_conflicts=True)
        found[side] = Account.objects.values_list("pk", flat=True).get(kind=side.kind, party=side.party)
    return found
