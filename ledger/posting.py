"""The one way to write into the books.

A caller states a business event and its movements; the event is booked once. Retries with the same movements get
the journal that is there; the same event with other movements is refused. What PostgreSQL refuses besides (an account
below zero, an order that does not add up, a shape that is not in ``ledger.shapes``) is a mistake of the caller and an
IntegrityError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledger.errors import EventPostedOtherwise
from ledger.models import Account, AccountKind, Journal, JournalKind
from taoxiaopu.kernel.idempotency import hash_of
from taoxiaopu.kernel.locking import lock_found

INSERT_JOURNALS = """
    INSERT INTO ledger_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at)
    VALUES {slots} ON CONFLICT (kind, ref_type, ref_id, seq) DO NOTHING
    RETURNING id, kind, ref_type, ref_id, seq, recorded_at, xid, posted_on,
              to_regclass('public.ledger_transfer_' || to_char(posted_on, 'YYYY_MM')) IS NOT NULL"""
INSERT_TRANSFERS = """
    INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref) VALUES {slots}"""


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
    return post_many([(event, movements)], at=at)[0]


def post_many(items: Sequence[tuple[Event, Sequence[Movement]]], *, at: datetime) -> list[Journal | None]:
    """Book many events at once, all or none, with the statements of one: as ``post``, in the order of the items."""
    once: dict[Key, _Booking] = {}
    keys: list[Key | None] = []
    for event, movements in items:
        real = [m for m in movements if m.amount_fen != 0]
        keys.append(_key(event) if real else None)
        if real:
            booking = _Booking(event, real, _digest(real))
            if once.setdefault(_key(event), booking).digest != booking.digest:
                raise EventPostedOtherwise(event=f"{event.kind} {event.ref_type} {event.ref_id}")
    journals: dict[Key, Journal] = {}
    if once:
        with transaction.atomic():
            journals = _insert_journals(once, at)
            _insert_transfers([(journal, once[key].movements) for key, journal in journals.items()])
    return [
        None if key is None else journals.get(key) or _already_booked(once[key].event, once[key].digest)
        for key in keys
    ]


@dataclass(frozen=True, slots=True)
class _Booking:
    event: Event
    movements: Sequence[Movement]
    digest: str


Key = tuple[str, str, str, int]


def _key(event: Event) -> Key:
    return str(event.kind), event.ref_type, event.ref_id, event.seq


def _digest(movements: Sequence[Movement]) -> str:
    return hash_of(
        [
            [m.debit.kind, m.debit.party, m.credit.kind, m.credit.party, m.amount_fen, m.line_ref]
            for m in movements
        ]
    )


def _insert_journals(once: dict[Key, _Booking], at: datetime) -> dict[Key, Journal]:
    """The new journals; those that are there already are left out."""
    rows = [(*key, booking.event.order_number, booking.digest, at) for key, booking in once.items()]
    slots = ", ".join(["%s"] * len(rows))
    journals = {}
    with connection.cursor() as cursor:
        cursor.execute(INSERT_JOURNALS.format(slots=slots), rows)
        for pk, kind, ref_type, ref_id, seq, recorded_at, xid, posted_on, has_partition in cursor.fetchall():
            booking = once[kind, ref_type, ref_id, seq]
            journal = Journal(
                pk=pk,
                kind=kind,
                ref_type=ref_type,
                ref_id=ref_id,
                seq=seq,
                order_number=booking.event.order_number,
                inputs_hash=booking.digest,
                occurred_at=at,
                recorded_at=recorded_at,
                xid=xid,
                posted_on=posted_on,
            )
            journal._state.adding, journal._state.db = False, connection.alias
            journals[kind, ref_type, ref_id, seq] = journal
            if not has_partition:
                cursor.execute("SELECT ledger_open_month(%s)", [posted_on])
    return journals


def _insert_transfers(booked: Sequence[tuple[Journal, Sequence[Movement]]]) -> None:
    """All movements in one statement: PostgreSQL seals the journals with it."""
    if not booked:
        return
    accounts = _accounts({side for _j, moves in booked for m in moves for side in (m.debit, m.credit)})
    rows = [
        (journal.pk, journal.posted_on, accounts[m.debit], accounts[m.credit], m.amount_fen, m.line_ref)
        for journal, moves in booked
        for m in moves
    ]
    slots = ", ".join(["%s"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(INSERT_TRANSFERS.format(slots=slots), rows)


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


def lock_parties(parties: Sequence[str]) -> None:
    """As ``lock_party``, for many: all their accounts in key order, in one statement."""
    lock_found(Account, party=list(parties))


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
