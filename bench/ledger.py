"""P6: posting alone against a bare INSERT of its rows; and ``verify`` on 10,000,000 transfers."""

import time
from itertools import count

from bench.part import Bench, Taken, part

ORDERS = 2_000_000  # of two journals and five transfers each
MONTHS = 10
BARE = """
    CREATE TABLE bare_journal (LIKE ledger_journal INCLUDING ALL);
    CREATE TABLE bare_transfer (LIKE ledger_transfer INCLUDING ALL);
    GRANT SELECT, INSERT ON bare_journal, bare_transfer TO taoxiaopu_app"""
# What posting leaves behind: balances are sums, no order keeps anything in ESCROW.
WRONG = """
    SELECT 'balance of account ' || b.account_id FROM ledger_balance b
    LEFT JOIN (SELECT account_id, sum(fen) AS fen FROM (
                   SELECT credit_id AS account_id, amount_fen AS fen FROM ledger_transfer
                   UNION ALL SELECT debit_id, -amount_fen FROM ledger_transfer) m GROUP BY account_id) s
           ON s.account_id = b.account_id
    WHERE b.balance_fen <> coalesce(s.fen, 0)
    UNION ALL
    SELECT 'escrow ' || sum(CASE WHEN a.id = t.credit_id THEN t.amount_fen ELSE -t.amount_fen END)
    FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id) WHERE a.kind = 'escrow'
    HAVING sum(CASE WHEN a.id = t.credit_id THEN t.amount_fen ELSE -t.amount_fen END) <> 0"""


@part("ledger", needs_gb=0.5)
def ledger(bench: Bench) -> None:
    """P6: journals a second, one at a time and in batches, against bare INSERTs of the same rows."""
    base = bench.database.as_superuser()
    cursor = base.cursor()
    cursor.execute(BARE)
    seeds = count(1)

    def runner(side: str, size: str, orders: int):  # type: ignore[no-untyped-def]
        def run() -> Taken:
            answer = bench.database.python("-m", "bench.posting", side, size, str(orders), str(next(seeds)))
            return Taken(float(answer), 2 * orders)

        return run

    def wrong() -> list[str]:
        cursor.execute(WRONG)
        return [str(row[0]) for row in cursor.fetchall()]

    for size, wanted, goal in (("single", 1_000, ">= 0.5"), ("batch", 4_000, ">= 0.7")):
        orders = bench.size(wanted)
        for side in ("limit", "product"):
            runner(side, size, min(orders, 200))()  # once to fill caches and statistics
        bench.database.settle(
            "ledger_journal",
            "ledger_transfer",
            "ledger_account",
            "ledger_balance",
            "bare_journal",
            "bare_transfer",
        )
        bench.compare(
            f"post, {size}",
            limit=runner("limit", size, orders),
            product=runner("product", size, orders),
            goal=goal,
            unit="/s",
            check=wrong,
        )
    base.close()


@part("verify", needs_gb=12)
def verify(bench: Bench) -> None:
    """``manage.py verify`` on 10,000,000 transfers."""
    lines = []
    for scale in (0.1, 0.3, 1.0):
        orders = bench.size(round(ORDERS * scale))
        bench.say(f"loading {5 * orders:,} transfers")
        load(bench, orders)
        start = time.perf_counter()
        found = bench.database.python("-m", "bench.proving")
        seconds = time.perf_counter() - start
        problems = [] if found.strip() == "[]" else [found.strip()]
        lines.append((5.0 * orders, seconds))
        bench.figure(f"{5 * orders:,} transfers", seconds, "s", problems=problems)
    bench.curve("growth", {"verify": lines}, x_title="transfers", y_title="seconds")


def load(bench: Bench, orders: int) -> None:
    """Orders that were paid and divided over ten months, as posting would have left them."""
    bench.database.load(
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
    )
    bench.database.settle()
