"""The one way to write into the books.

A caller states a business event and its movements; the event is booked once. Retries with the same movements get
the journal that is there; the same event with other movements is refused. What PostgreSQL refuses besides (an account
below zero, an order that does not add up, a shape that is not in ``ledger.shapes``) is a mistake of the caller and an
IntegrityError.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction

from ledger.errors import EventPostedOtherwise
from ledger.models import Account, AccountKind, JournalKind
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.locking import lock_found

# Journals and their transfers come in one statement, so that a posting is one trip to PostgreSQL. It books nothing while an
# account is not there, or the month has no partition yet; then posting sees to these and asks once more.
IS_OPEN = """(%s::boolean OR to_regclass('public.ledger_transfer_' || to_char(greatest(
        (%s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date,
        (SELECT (max(month) + interval '1 month')::date FROM ledger_monthclosing)), 'YYYY_MM')) IS NOT NULL)"""
JOURNAL = "INSERT INTO ledger_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at)"
TRANSFER = "INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)"
ONCE = "ON CONFLICT (kind, ref_type, ref_id, seq) DO NOTHING RETURNING id, kind, ref_type, ref_id, seq, posted_on"
BOOK_ONE = f"""
    WITH move AS MATERIALIZED (
        SELECT m.place, d.id AS debit_id, c.id AS credit_id, m.amount_fen, m.line_ref
        FROM unnest(%s::text::text[], %s::text::text[], %s::text::text[], %s::text::text[], %s::text::bigint[],
                    %s::text::text[]) WITH ORDINALITY AS m (debit, payer, credit, payee, amount_fen, line_ref, place)
        JOIN ledger_account d ON d.kind = m.debit AND d.party = m.payer
        JOIN ledger_account c ON c.kind = m.credit AND c.party = m.payee
    ), booked AS (
        {JOURNAL} SELECT %s, %s, %s, %s::int, %s, %s, %s::timestamptz
        WHERE (SELECT count(*) FROM move) = %s AND {IS_OPEN} {ONCE}
    ), moved AS (
        {TRANSFER} SELECT b.id, b.posted_on, m.debit_id, m.credit_id, m.amount_fen, m.line_ref
        FROM booked b CROSS JOIN move m ORDER BY m.place
    ) SELECT id FROM booked"""  # noqa: S608
# As above for many. Movements say by number which journal and accounts they belong to; the keys come back in that order,
# without those that are there already.
BOOK_MANY = f"""
    WITH account AS MATERIALIZED (
        SELECT array_agg(a.id ORDER BY s.place) AS keys
        FROM unnest(%s::text::text[], %s::text::text[]) WITH ORDINALITY AS s (kind, party, place)
        JOIN ledger_account a ON a.kind = s.kind AND a.party = s.party
    ), asked AS MATERIALIZED (
        SELECT * FROM unnest(%s::text::text[], %s::text::text[], %s::text::text[], %s::text::int[], %s::text::text[],
                             %s::text::text[])
            WITH ORDINALITY AS a (kind, ref_type, ref_id, seq, order_number, inputs_hash, place)
    ), booked AS (
        {JOURNAL} SELECT kind, ref_type, ref_id, seq, order_number, inputs_hash, %s::timestamptz FROM asked
        WHERE (SELECT cardinality(keys) FROM account) = %s AND {IS_OPEN} ORDER BY place {ONCE}
    ), journal AS MATERIALIZED (
        SELECT array_agg(b.id ORDER BY a.place) AS keys, min(b.posted_on) AS posted_on
        FROM asked a LEFT JOIN booked b USING (kind, ref_type, ref_id, seq)
    ), moved AS (
        {TRANSFER} SELECT j.keys[m.journal], j.posted_on, a.keys[m.debit], a.keys[m.credit], m.amount_fen, m.line_ref
        FROM unnest(%s::text::int[], %s::text::int[], %s::text::int[], %s::text::bigint[], %s::text::text[])
            WITH ORDINALITY AS m (journal, debit, credit, amount_fen, line_ref, place)
        CROSS JOIN journal j CROSS JOIN account a WHERE j.keys[m.journal] IS NOT NULL ORDER BY m.place
    ) SELECT keys FROM journal"""  # noqa: S608
FIND = """
    SELECT a.place, j.id, j.inputs_hash
    FROM unnest(%s::text::text[], %s::text::text[], %s::text::text[], %s::text::int[])
        WITH ORDINALITY AS a (kind, ref_type, ref_id, seq, place)
    JOIN ledger_journal j USING (kind, ref_type, ref_id, seq)"""
OPEN_ACCOUNTS = """
    INSERT INTO ledger_account (kind, party)
    SELECT s.kind, s.party FROM unnest(%s::text::text[], %s::text::text[]) AS s (kind, party)
    WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.kind = s.kind AND a.party = s.party)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING"""
OPEN_MONTH = """
    SELECT ledger_open_month(greatest((%s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date,
                                      (SELECT (max(month) + interval '1 month')::date FROM ledger_monthclosing)))"""


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


def post(event: Event, movements: Sequence[Movement], *, at: datetime) -> int | None:
    """Book an event with its movements, at ``at``; movements of zero are left out, none at all books nothing.

    Returns the key of the journal, new or already there. Raises EventPostedOtherwise.
    """
    return post_many([(event, movements)], at=at)[0]


def post_many(items: Sequence[tuple[Event, Sequence[Movement]]], *, at: datetime) -> list[int | None]:
    """Book many events at once, all or none, with the statement of one: as ``post``, in the order of the items."""
    bookings: dict[Key, _Booking] = {}
    keys: list[Key | None] = []
    for event, movements in items:
        real = [m for m in movements if m.amount_fen != 0]
        key = (event.kind, event.ref_type, event.ref_id, event.seq) if real else None
        keys.append(key)
        if key is not None:
            booking = _Booking(event, real, _digest(real))
            if bookings.setdefault(key, booking).digest != booking.digest:
                raise _posted_otherwise(event)
    journals = dict(zip(bookings, _book(list(bookings.values()), at), strict=True))
    return [None if key is None else journals[key] for key in keys]


@dataclass(slots=True)
class _Booking:
    event: Event
    movements: list[Movement]
    digest: str


Key = tuple[JournalKind, str, str, int]


def _digest(movements: Sequence[Movement]) -> str:
    """The SHA-256 that ``verify`` computes again from the transfers, as ``ledger.chain`` says."""
    text = ", ".join(
        [
            f'["{m.debit.kind.value}", "{m.debit.party}", "{m.credit.kind.value}", "{m.credit.party}", {m.amount_fen},'
            f' "{m.line_ref}"]'
            for m in movements
        ]
    )
    return hashlib.sha256(f"[{text}]".encode()).hexdigest()


def _book(bookings: list[_Booking], at: datetime) -> list[int]:
    """The keys of the journals, new or already there."""
    if not bookings:
        return []
    if len(bookings) == 1 and (key := _insert_one(bookings[0], at)) is not None:
        return [key]
    with transaction.atomic():  # all or none
        found: list[int | None] = _insert_many(bookings, at) if len(bookings) > 1 else [None]
        if None in found:
            _fill_gaps(bookings, found, at)
    return cast(list[int], found)


def _fill_gaps(bookings: list[_Booking], found: list[int | None], at: datetime) -> None:
    """What was booked before, and what waits for the first account of a party or the first journal of a month."""
    _find(bookings, found)
    gaps = [place for place, key in enumerate(found) if key is None]
    if not gaps:
        return
    missing = [bookings[place] for place in gaps]
    ensure_accounts([side for b in missing for m in b.movements for side in (m.debit, m.credit)])
    rows.run(OPEN_MONTH, [at])
    for place, key in zip(gaps, _insert_many(missing, at, anyway=True), strict=True):
        found[place] = key
    if None in found:  # somebody booked the same meanwhile
        _find(bookings, found)


def _find(bookings: list[_Booking], found: list[int | None]) -> None:
    """Fill in the journals that are there already. Raises EventPostedOtherwise."""
    for place, key, inputs_hash in rows.run(FIND, _columns([b.event for b in bookings])).fetchall():
        if inputs_hash != bookings[place - 1].digest:
            raise _posted_otherwise(bookings[place - 1].event)
        found[place - 1] = key


def _columns(events: list[Event]) -> list[str]:
    """What an event is known by, as columns."""
    return [
        rows.array([e.kind.value for e in events]),
        rows.array([e.ref_type for e in events]),
        rows.array([e.ref_id for e in events]),
        rows.array([e.seq for e in events]),
    ]


def _posted_otherwise(event: Event) -> EventPostedOtherwise:
    return EventPostedOtherwise(event=f"{event.kind} {event.ref_type} {event.ref_id}")


def _insert_one(booking: _Booking, at: datetime) -> int | None:
    event, moves = booking.event, booking.movements
    values = [
        rows.array([m.debit.kind.value for m in moves]),
        rows.array([m.debit.party for m in moves]),
        rows.array([m.credit.kind.value for m in moves]),
        rows.array([m.credit.party for m in moves]),
        rows.array([m.amount_fen for m in moves]),
        rows.array([m.line_ref for m in moves]),
        event.kind.value,
        event.ref_type,
        event.ref_id,
        event.seq,
        event.order_number,
        booking.digest,
        at,
        len(moves),
        False,
        at,
    ]
    made = rows.run(BOOK_ONE, values).fetchone()
    return None if made is None else int(made[0])


def _insert_many(bookings: list[_Booking], at: datetime, *, anyway: bool = False) -> list[int | None]:
    """The keys of new journals, None for those that are there already; None for all while an account is not there or,
    unless ``anyway``, the month has no partition.
    """
    events = [b.event for b in bookings]
    sides: dict[Side, int] = {}
    moves = [
        (
            number,
            sides.setdefault(m.debit, len(sides) + 1),
            sides.setdefault(m.credit, len(sides) + 1),
            m.amount_fen,
            m.line_ref,
        )
        for number, booking in enumerate(bookings, 1)
        for m in booking.movements
    ]
    values = [
        rows.array([side.kind.value for side in sides]),
        rows.array([side.party for side in sides]),
        *_columns(events),
        rows.array([e.order_number for e in events]),
        rows.array([b.digest for b in bookings]),
        at,
        len(sides),
        anyway,
        at,
        *(rows.array(column) for column in zip(*moves, strict=True)),
    ]
    return list(rows.run(BOOK_MANY, values).fetchone()[0])


def lock_party(party: str) -> None:
    """Lock all accounts of one party in key order, so that balances read next cannot change under the caller."""
    lock_found(Account, party=party)


def lock_parties(parties: Sequence[str]) -> None:
    """As ``lock_party``, for many: all their accounts in key order, in one statement."""
    lock_found(Account, read=False, party=list(parties))


def ensure_accounts(sides: Iterable[Side]) -> None:
    """Open the accounts of a new party, so that later postings and locks find them."""
    wanted = sorted({(side.kind.value, side.party) for side in sides})
    rows.run(
        OPEN_ACCOUNTS, [rows.array([kind for kind, _ in wanted]), rows.array([party for _, party in wanted])]
    )
