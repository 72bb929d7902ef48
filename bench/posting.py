"""``python -m bench.posting single|batch ORDERS SEED``: post that many orders' journals, print the seconds.

An order is two journals: its payment (one transfer) and its division (four), to one of 100 suppliers and 1,000 owners.
``single`` posts one journal at a time, ``batch`` 200. ``bare`` writes the same rows, and keeps the same balances, in tables
with the same keys and indexes but without triggers and partitions: one prepared statement for what one posting does.
"""

import random
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import django

from bench import pgbench
from bench.servers import Database

if TYPE_CHECKING:
    from ledger.posting import Event, Movement

BATCH = 200
SUPPLIERS, OWNERS = 100, 1_000
AT = datetime(2026, 6, 3, 4, tzinfo=UTC)

BARE_TABLES = f"""
    CREATE TABLE bare_journal (LIKE ledger_journal INCLUDING ALL);
    CREATE TABLE bare_transfer (LIKE ledger_transfer INCLUDING ALL);
    CREATE TABLE bare_balance (LIKE ledger_balance INCLUDING ALL) WITH (fillfactor = 70);
    INSERT INTO bare_balance SELECT n, 0 FROM generate_series(11, {10 + SUPPLIERS}) n
    UNION ALL SELECT n, 0 FROM generate_series(1001, {1000 + OWNERS}) n;
    GRANT SELECT, INSERT, UPDATE ON bare_journal, bare_transfer, bare_balance TO taoxiaopu_app"""
JOURNAL = """INSERT INTO bare_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at, recorded_at, xid,
                                       posted_on)"""
TRANSFER = "INSERT INTO bare_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)"
ONE_ORDER = rf"""
\set key random(1, 1000000000000)
\set supplier random(11, {10 + SUPPLIERS})
\set owner random(1001, {1000 + OWNERS})
WITH booked AS (
    {JOURNAL} VALUES ('payment', 'order', :key::bigint::text, 0, :key::bigint::text, :hash, now(), now(), 1, '2026-06-03')
    RETURNING id
) {TRANSFER} SELECT id, '2026-06-03', 1, 2, 10800, '' FROM booked;
WITH booked AS (
    {JOURNAL} VALUES ('finalise', 'order', :key::bigint::text, 0, :key::bigint::text, :hash, now(), now(), 1, '2026-06-03')
    RETURNING id
), moved AS (
    {TRANSFER} SELECT id, '2026-06-03', m.debit, m.credit, m.fen, :key::bigint || '-1' FROM booked CROSS JOIN (VALUES
        (2, :supplier::bigint, 8800), (2, :owner::bigint, 1800), (2, 3, 200), (4, :owner::bigint, 100)) AS m (debit, credit, fen)
) UPDATE bare_balance SET balance_fen = balance_fen + CASE account_id WHEN :supplier::bigint THEN 8800 ELSE 1900 END
  WHERE account_id IN (:supplier::bigint, :owner::bigint);
"""
# What a client that knows everything sends: columns of journals and of transfers, and what each balance moves by.
MANY_ORDERS = rf"""
\set key random(1, 1000000000000)
WITH booked AS (
    {JOURNAL} SELECT 'payment', 'order', :key::bigint || number, 0, :key::bigint || number, hash, now(), now(), 1, '2026-06-03'
    FROM unnest(:numbers::text[], :hashes::text[]) AS j (number, hash) RETURNING id
) {TRANSFER} SELECT id, '2026-06-03', 1, 2, 10800, '' FROM booked;
WITH booked AS (
    {JOURNAL} SELECT 'finalise', 'order', :key::bigint || number, 0, :key::bigint || number, hash, now(), now(), 1, '2026-06-03'
    FROM unnest(:numbers::text[], :hashes::text[]) AS j (number, hash) RETURNING id
), key AS (SELECT array_agg(id ORDER BY id) AS ids FROM booked), moved AS (
    {TRANSFER} SELECT ids[m.journal], '2026-06-03', m.debit, m.credit, m.fen, :key::bigint || m.line
    FROM unnest(:journals::int[], :debits::bigint[], :credits::bigint[], :fens::bigint[], :lines::text[])
        AS m (journal, debit, credit, fen, line) CROSS JOIN key
) UPDATE bare_balance SET balance_fen = balance_fen + m.fen FROM unnest(:accounts::bigint[], :totals::bigint[])
  AS m (account_id, fen) WHERE bare_balance.account_id = m.account_id;
"""


def bare(database: Database, size: str, orders: int, seed: int) -> float:
    """Seconds for the bare rows of so many orders."""
    if size == "single":
        return pgbench.seconds(database, ONE_ORDER, orders, hash="0" * 64)
    return pgbench.seconds(database, MANY_ORDERS, max(1, orders // BATCH), **_columns(seed))


def _columns(seed: int) -> dict[str, str]:
    chance = random.Random(seed)  # noqa: S311
    moves: list[tuple[int, int, int, int, str]] = []
    totals: dict[int, int] = {}
    for number in range(BATCH):
        supplier, owner = 11 + chance.randrange(SUPPLIERS), 1001 + chance.randrange(OWNERS)
        for debit, credit, fen in ((2, supplier, 8800), (2, owner, 1800), (2, 3, 200), (4, owner, 100)):
            moves.append((number + 1, debit, credit, fen, f"-{number}-1"))
            if credit != 3:
                totals[credit] = totals.get(credit, 0) + fen
    columns = {
        "numbers": [f"-{number}" for number in range(BATCH)],
        "hashes": ["0" * 64] * BATCH,
        **dict(
            zip(("journals", "debits", "credits", "fens", "lines"), zip(*moves, strict=True), strict=True)
        ),
        "accounts": sorted(totals),
        "totals": [totals[account] for account in sorted(totals)],
    }
    return {name: "{" + ",".join(map(str, column)) + "}" for name, column in columns.items()}


def posted(size: str, orders: int, seed: int) -> float:
    """Seconds for posting all journals of so many orders."""
    from ledger import posting  # noqa: PLC0415 (models come after setup)

    step = 1 if size == "single" else BATCH
    both = _orders(orders, seed)
    pieces = [items[n : n + step] for n in range(0, orders, step) for items in both]
    posting.ensure_accounts(
        [side for piece in pieces for _e, ms in piece for m in ms for side in (m.debit, m.credit)]
    )
    start = time.perf_counter()
    for items in pieces:
        if step == 1:
            posting.post(*items[0], at=AT)
        else:
            posting.post_many(items, at=AT)
    return time.perf_counter() - start


def _orders(
    orders: int, seed: int
) -> "tuple[list[tuple[Event, list[Movement]]], list[tuple[Event, list[Movement]]]]":
    """Payments, and divisions."""
    from ledger.models import AccountKind, JournalKind  # noqa: PLC0415
    from ledger.posting import Event, Movement, Side  # noqa: PLC0415

    chance = random.Random(seed)  # noqa: S311
    escrow, fee = Side(AccountKind.ESCROW), Side(AccountKind.PLATFORM_FEE)
    channel, bonus = Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.PLATFORM_BONUS)
    payments, divisions = [], []
    for n in range(orders):
        number = f"{seed}-{n}"
        supplier = Side(AccountKind.SUPPLIER_PAYABLE, f"s{chance.randrange(SUPPLIERS)}")
        owner = Side(AccountKind.OWNER_CONFIRMED, f"o{chance.randrange(OWNERS)}")
        line = f"{number}-1"
        payments.append(
            (
                Event(JournalKind.PAYMENT, "order", number, order_number=number),
                [Movement(channel, escrow, 10_800)],
            )
        )
        parts = [
            Movement(escrow, supplier, 8_800, line),
            Movement(escrow, owner, 1_800, line),
            Movement(escrow, fee, 200, line),
            Movement(bonus, owner, 100, line),
        ]
        divisions.append((Event(JournalKind.FINALISE, "order", number, order_number=number), parts))
    return payments, divisions


if __name__ == "__main__":
    django.setup()
    size, orders, seed = sys.argv[1:]
    print(posted(size, int(orders), int(seed)))
