"""``python -m bench.posting product|limit single|batch ORDERS SEED``: post that many orders' journals, print the seconds.

An order is two journals: its payment (one transfer) and its division (four), to one of 100 suppliers and 1,000 owners.
The limit is the same rows, with the same keys and indexes, in tables without triggers, by bare INSERTs. ``single`` commits
after each journal, ``batch`` after 200.
"""

import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django
from django.db import connection, transaction

BATCH = 200
AT = datetime(2026, 6, 3, 4, tzinfo=UTC)
Items = Sequence[tuple[Any, Any]]


def main(side: str, size: str, orders: int, seed: int) -> float:
    """Seconds for all journals of so many orders."""
    from ledger import posting  # noqa: PLC0415 (models come after setup)
    from ledger.models import AccountKind, JournalKind  # noqa: PLC0415
    from ledger.posting import Event, Movement, Side  # noqa: PLC0415

    chance = random.Random(seed)  # noqa: S311
    escrow, fee = Side(AccountKind.ESCROW), Side(AccountKind.PLATFORM_FEE)
    channel, bonus = Side(AccountKind.CHANNEL_CLEARING), Side(AccountKind.PLATFORM_BONUS)
    payments, divisions = [], []
    for n in range(orders):
        number = f"{seed}-{n}"
        supplier = Side(AccountKind.SUPPLIER_PAYABLE, f"s{chance.randrange(100)}")
        owner = Side(AccountKind.OWNER_CONFIRMED, f"o{chance.randrange(1000)}")
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
    sides = {
        side
        for items in (payments, divisions)
        for _e, ms in items
        for m in ms
        for side in (m.debit, m.credit)
    }
    posting.ensure_accounts(list(sides))
    accounts = posting._accounts(sides)
    step = 1 if size == "single" else BATCH
    pieces = [items[n : n + step] for items in (payments, divisions) for n in range(0, orders, step)]
    if side == "limit":
        raw = connection.connection.cursor()
        connection.connection.autocommit = False
    start = time.perf_counter()
    for items in pieces:
        if side == "limit":
            _bare(raw, items, accounts)
            connection.connection.commit()
        elif step == 1:
            posting.post(*items[0], at=AT)
        else:
            posting.post_many(items, at=AT)
    return time.perf_counter() - start


def _bare(cursor: Any, items: Items, accounts: dict[Any, int]) -> None:
    journals = [
        (e.kind.value, e.ref_type, e.ref_id, e.seq, e.order_number, "0" * 64, AT, AT, 1, AT.date())
        for e, _ in items
    ]
    slots = ", ".join(["%s"] * len(journals))
    cursor.execute(
        "INSERT INTO bare_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at, recorded_at, xid,"
        f" posted_on) VALUES {slots} RETURNING id",
        journals,
    )
    rows = [
        (key, AT.date(), accounts[m.debit], accounts[m.credit], m.amount_fen, m.line_ref)
        for (key,), (_event, moves) in zip(cursor.fetchall(), items, strict=True)
        for m in moves
    ]
    slots = ", ".join(["%s"] * len(rows))
    cursor.execute(
        "INSERT INTO bare_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)"
        f" VALUES {slots}",
        rows,
    )


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        pass  # the connection is opened before the watch runs
    side, size, orders, seed = sys.argv[1:]
    print(main(side, size, int(orders), int(seed)))
