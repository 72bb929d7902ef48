"""P6: posting alone against bare SQL; P13: with a hundred times the history; and ``verify`` on 10,000,000 transfers."""

import contextlib
import time
from functools import partial
from itertools import count

from bench import posting
from bench.part import Bench, Taken, part
from bench.servers import Database

ORDERS = 2_000_000  # of two journals and five transfers each
GROWTH = (1, 10, 100)
EACH = 4_000  # orders of history, so many times

# What posting leaves behind: every row, balances that are sums, and no order that keeps anything in ESCROW.
WRONG = """
    SELECT '{side}: balance of account ' || b.account_id FROM {side}_balance b
    LEFT JOIN (SELECT account_id, sum(fen) AS fen FROM (
                   SELECT credit_id AS account_id, amount_fen AS fen FROM {side}_transfer
                   UNION ALL SELECT debit_id, -amount_fen FROM {side}_transfer) m GROUP BY account_id) s
           ON s.account_id = b.account_id
    WHERE b.balance_fen <> coalesce(s.fen, 0)
    UNION ALL
    SELECT '{side}: escrow ' || sum(CASE WHEN credit_id = a.id THEN amount_fen ELSE -amount_fen END)
    FROM {side}_transfer t JOIN (SELECT id FROM ledger_account WHERE kind = 'escrow' AND '{side}' = 'ledger'
                                 UNION ALL SELECT 2 WHERE '{side}' = 'bare') a ON a.id IN (t.debit_id, t.credit_id)
    HAVING sum(CASE WHEN credit_id = a.id THEN amount_fen ELSE -amount_fen END) <> 0
    UNION ALL
    SELECT '{side}: ' || j.n || ' journals, ' || t.n || ' transfers of ' || t.fen || ' fen'
    FROM (SELECT count(*) AS n FROM {side}_journal) j,
         (SELECT count(*) AS n, coalesce(sum(amount_fen), 0) AS fen FROM {side}_transfer) t
    WHERE (j.n, t.n, t.fen) <> (2 * {orders}, 5 * {orders}, (10800 + 8800 + 1800 + 200 + 100) * {orders}::bigint)"""
TABLES = ("journal", "transfer", "balance")


@part("ledger", needs_gb=1)
def ledger(bench: Bench) -> None:
    """P6: journals a second, one at a time and in batches, against bare SQL that writes the same rows."""
    bench.database.load(posting.BARE_TABLES)
    seeds, written = count(1), {"bare": 0, "ledger": 0}

    def write(side: str, size: str, orders: int) -> Taken:
        written[side] += orders
        if side == "bare":
            return Taken(posting.bare(bench.database, size, orders, next(seeds)), 2 * orders)
        return _post(bench.database, size, orders, next(seeds))

    for size, wanted, goal in (("single", 2_000, ">= 0.5"), ("batch", 20_000, ">= 0.7")):
        orders = _whole_batches(bench.size(wanted))
        for side in written:
            write(side, size, posting.BATCH)  # once to fill caches and statistics
        bench.database.settle(*(f"{side}_{table}" for side in written for table in TABLES), "ledger_account")
        bench.compare(
            f"post, {size}",
            limit=partial(write, "bare", size, orders),
            product=partial(write, "ledger", size, orders),
            goal=goal,
            unit="/s",
            check=lambda: [
                wrong for side, orders in written.items() for wrong in _wrong(bench.database, side, orders)
            ],
        )


@part("history", needs_gb=3)
def history(bench: Bench) -> None:
    """P13: posting with ten times and a hundred times the history."""
    seeds = count(1)
    written = {times: bench.size(EACH * times) for times in GROWTH}
    before = {times: 5.0 * orders for times, orders in written.items()}
    lines = {}
    with contextlib.ExitStack() as copies:
        bases = {
            times: copies.enter_context(bench.database.copied(f"{bench.database.name}_{times}"))
            for times in GROWTH
        }
        for times, database in bases.items():
            load(database, written[times])

        def run(times: int, size: str, orders: int) -> Taken:
            written[times] += orders
            return _post(bases[times], size, orders, next(seeds))

        for size, wanted in (("single", 1_000), ("batch", 10_000)):
            orders, speeds = _whole_batches(bench.size(wanted)), {GROWTH[0]: 1.0}
            for times in GROWTH[1:]:
                result = bench.compare(
                    f"post, {size}, {times}x",
                    limit=partial(run, GROWTH[0], size, orders),
                    product=partial(run, times, size, orders),
                    goal=">= 0.91",  # 1.1 times as long
                    unit="/s",
                    check=lambda: [
                        wrong
                        for times, base in bases.items()
                        for wrong in _wrong(base, "ledger", written[times])
                    ],
                )
                speeds[times] = result.ratio or 0.0
            lines[size] = [(before[times], speed) for times, speed in speeds.items()]
    bench.curve("growth", lines, x_title="transfers before", y_title="speed against the first")


def _whole_batches(orders: int) -> int:
    return max(1, round(orders / posting.BATCH)) * posting.BATCH


def _post(database: Database, size: str, orders: int, seed: int) -> Taken:
    return Taken(float(database.python("-m", "bench.posting", size, str(orders), str(seed))), 2 * orders)


def _wrong(database: Database, side: str, orders: int) -> list[str]:
    connection = database.as_superuser()
    try:
        cursor = connection.cursor()
        cursor.execute(WRONG.format(side=side, orders=orders))
        return [str(row[0]) for row in cursor.fetchall()]
    finally:
        connection.close()


@part("verify", needs_gb=12)
def verify(bench: Bench) -> None:
    """``manage.py verify`` on 10,000,000 transfers."""
    lines = []
    for scale in (0.1, 0.3, 1.0):
        orders = bench.size(round(ORDERS * scale))
        bench.say(f"loading {5 * orders:,} transfers")
        load(bench.database, orders)
        start = time.perf_counter()
        found = bench.database.python("-m", "bench.proving")
        seconds = time.perf_counter() - start
        problems = [] if found.strip() == "[]" else [found.strip()]
        lines.append((5.0 * orders, seconds))
        bench.figure(f"{5 * orders:,} transfers", seconds, "s", problems=problems)
    bench.curve("growth", {"verify": lines}, x_title="transfers", y_title="seconds")


def load(database: Database, orders: int) -> None:
    """Orders that were paid and divided over ten months, as posting would have left them."""
    database.load(
        "TRUNCATE ledger_journal, ledger_transfer, ledger_account, ledger_balance, ledger_digest, ledger_checkpoint,"
        " ledger_monthclosing, ledger_closingbalance",
        "INSERT INTO ledger_account (id, kind, party) VALUES (1, 'channel_clearing', ''), (2, 'escrow', ''),"
        " (3, 'platform_fee', ''), (4, 'platform_bonus', '')",
        "INSERT INTO ledger_account (id, kind, party) SELECT 10 + n, 'supplier_payable', 's' || n FROM generate_series(0, 499) n",
        "INSERT INTO ledger_account (id, kind, party) SELECT 1000 + n, 'owner_confirmed', 'o' || n FROM generate_series(0, 9999) n",
        f"""INSERT INTO ledger_journal (id, kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at, recorded_at,
                                        xid, posted_on)
            SELECT 2 * n + k.k, k.kind, 'order', n, 0, n,
                   encode(sha256(convert_to(CASE WHEN k.k = 1
                       THEN '[["channel_clearing", "", "escrow", "", 10800, ""]]'
                       ELSE format('[["escrow", "", "supplier_payable", "s%s", 8800, "%s-1"],'
                                   ' ["escrow", "", "owner_confirmed", "o%s", 1800, "%s-1"],'
                                   ' ["escrow", "", "platform_fee", "", 200, "%s-1"],'
                                   ' ["platform_bonus", "", "owner_confirmed", "o%s", 100, "%s-1"]]',
                                   n % 500, n, n % 10000, n, n, n % 10000, n) END, 'UTF8')), 'hex'),
                   day + interval '4 hours', day + interval '5 hours', 1, day::date
            FROM generate_series(0, {orders} - 1) n
            CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + (n * 300::bigint / {orders}) * interval '1 day' AS day) d
            CROSS JOIN (VALUES (1, 'payment'), (2, 'finalise')) AS k (k, kind)""",
        f"""INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)
            SELECT 2 * n + t.k, (timestamptz '2026-01-01' + (n * 300::bigint / {orders}) * interval '1 day')::date,
                   t.debit, t.credit, t.fen, CASE WHEN t.k = 1 THEN '' ELSE n || '-1' END
            FROM generate_series(0, {orders} - 1) n
            CROSS JOIN LATERAL (VALUES (1, 1, 1, 2, 10800), (2, 2, 2, 10 + n % 500, 8800),
                                       (3, 2, 2, 1000 + n % 10000, 1800), (4, 2, 2, 3, 200),
                                       (5, 2, 4, 1000 + n % 10000, 100)) AS t (o, k, debit, credit, fen)
            ORDER BY n, t.o""",
        """INSERT INTO ledger_balance SELECT a.id, coalesce(sum(t.amount_fen), 0) FROM ledger_account a
           LEFT JOIN ledger_transfer t ON t.credit_id = a.id WHERE a.party <> '' GROUP BY a.id""",
        "SELECT ledger_close_month(m::date, 'bench', now(), '') FROM generate_series(date '2026-01-01', '2026-03-01',"
        " interval '1 month') m",
        "SELECT ledger_write_digest((now() AT TIME ZONE 'Asia/Shanghai')::date - 1, now())",
        "SELECT setval('ledger_journal_id_seq', max(id) + 1) FROM ledger_journal",
        "SELECT setval('ledger_account_id_seq', max(id) + 1) FROM ledger_account",
    )
    database.settle()
