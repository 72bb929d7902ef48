"""Settlement of 1,000,000 owners against bare SQL that writes the same rows; its growth; its memory."""

import re
import time
from collections.abc import Sequence
from functools import partial

from bench.part import Bench, Check, Taken, part

OWNERS = 1_000_000
LINES_EACH = 2
PYTHON_MB = 300
GROWTH = (0.1, 0.3, 1.0)
START, END, AT = "2026-05-31 16:00+00", "2026-06-30 16:00+00", "2026-07-19 18:00+00"
GROUP = 400

PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, public_id, phone, phone_index, nickname, is_staff, is_active,
                           joined_at, language, mfa_required, phone_verified)
SELECT n, '', false, 'u' || n, '', 'i' || n, 'owner ' || n, false, true, '2026-01-05', '', false, true
FROM generate_series(1, %(owners)s) n;
INSERT INTO storefronts_owner (id, public_id, joined_at, user_id)
SELECT n, 'o' || n, '2026-01-05', n FROM generate_series(1, %(owners)s) n;
INSERT INTO storefronts_shop (id, owner_id, number, name, name_skeleton, description, status, opened_at)
VALUES (1, 1, '100000', 'bench', 'bench', '', 'open', '2026-01-05');
INSERT INTO ledger_account (kind, party)
SELECT kind, 'o' || n FROM generate_series(1, %(owners)s) n,
       (VALUES ('owner_confirmed'), ('owner_withdrawable'), ('owner_debt')) k(kind)
"""
# Each line earns 1,000: gross 1,000, fee 100, bonus 100. Superuser's hand: the balances stand without their journals.
EARNED = """
INSERT INTO commissions_commissionline (line_ref, order_number, owner_id, shop_id, title, kind, rate_bp, fee_bp,
    bonus_bp, base_fen, gross_fen, fee_fen, bonus_fen, in_confirmed_fen, status, frozen_from, created_at, confirmed_at)
SELECT to_char(n, 'FM0000000000000000') || '-1', to_char(n, 'FM0000000000000000'), 1 + (n - 1) / %(each)s, 1, 'bench',
       'shared', 1000, 1000, 1000, 10000, 1000, 100, 100, 1000, 'confirmed', '', '2026-06-01',
       '2026-06-02'::timestamptz + n %% 28 * interval '1 day'
FROM generate_series(1, %(owners)s::bigint * %(each)s) n
"""
BALANCES = """
INSERT INTO ledger_balance (account_id, balance_fen)
SELECT id, CASE WHEN kind = 'owner_confirmed' THEN %(each)s * 1000 ELSE 0 END FROM ledger_account WHERE party LIKE 'o%%'
ON CONFLICT (account_id) DO UPDATE SET balance_fen = excluded.balance_fen
"""
CLEAR = """
TRUNCATE commissions_statementitem, commissions_deduction, commissions_reversal, commissions_settlementfailure,
         commissions_commissionline, commissions_statement, accounts_inboxletter, kernel_auditentry, kernel_job,
         ledger_transfer, ledger_journal CASCADE
"""
TABLES = (
    "accounts_user",
    "storefronts_owner",
    "commissions_commissionline",
    "ledger_account",
    "ledger_balance",
)

# The limit: the same rows for the same groups of owners, by hand, with nothing checked that the rows do not check.
BARE = (
    """
INSERT INTO commissions_statement (owner_id, month, lines, commission_fen, bonus_fen, taken_back_fen, net_fen, settled_at)
SELECT owner_id, '2026-06-01', count(*), sum(gross_fen - fee_fen), sum(bonus_fen),
       sum(gross_fen - fee_fen + bonus_fen - in_confirmed_fen), sum(in_confirmed_fen), %(at)s
FROM commissions_commissionline
WHERE owner_id BETWEEN %(first)s AND %(last)s AND status = 'confirmed' GROUP BY owner_id
""",
    """
INSERT INTO commissions_statementitem (statement_id, line_id, base_fen, gross_fen, fee_fen, bonus_fen, taken_fen, net_fen)
SELECT s.id, l.id, l.base_fen, l.gross_fen, l.fee_fen, l.bonus_fen, 0, l.in_confirmed_fen
FROM commissions_commissionline l JOIN commissions_statement s ON s.owner_id = l.owner_id
WHERE l.owner_id BETWEEN %(first)s AND %(last)s
""",
    """
WITH booked AS (
    INSERT INTO ledger_journal (kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at)
    SELECT 'settle', 'statement', 'o' || owner_id || '-202606', 0, '', md5('o' || owner_id) || md5(owner_id::text), %(at)s
    FROM commissions_statement WHERE owner_id BETWEEN %(first)s AND %(last)s RETURNING id, posted_on, ref_id
) SELECT id, posted_on, split_part(ref_id, '-', 1) AS party INTO TEMP bench_booked FROM booked
""",
    """
INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)
SELECT b.id, b.posted_on, d.id, c.id, s.net_fen, ''
FROM bench_booked b
JOIN ledger_account d ON d.party = b.party AND d.kind = 'owner_confirmed'
JOIN ledger_account c ON c.party = b.party AND c.kind = 'owner_withdrawable'
JOIN commissions_statement s ON s.owner_id = substr(b.party, 2)::bigint
""",
    """
UPDATE commissions_commissionline l SET status = 'withdrawable', statement_id = s.id, in_confirmed_fen = 0
FROM commissions_statement s WHERE s.owner_id = l.owner_id AND l.owner_id BETWEEN %(first)s AND %(last)s
""",
    """
INSERT INTO kernel_auditentry (at, actor_kind, actor_ref, person, subject_type, subject_ref, event, from_state, to_state, reason)
SELECT %(at)s, 'system', 'settlement', '', 'commission', line_ref, 'settle', 'confirmed', 'withdrawable', ''
FROM commissions_commissionline WHERE owner_id BETWEEN %(first)s AND %(last)s
""",
    """
INSERT INTO accounts_inboxletter (public_id, user_id, kind, audience, ref, facts, link, created_at)
SELECT left(replace(gen_random_uuid()::text, '-', ''), 16), owner_id, 'statement', 'owner', '2026-06',
       jsonb_build_object('of_month', '2026-06-01', 'net_fen', net_fen), '["2026", "6"]', %(at)s
FROM commissions_statement WHERE owner_id BETWEEN %(first)s AND %(last)s
""",
    "DROP TABLE bench_booked",
)
SEEN = """
SELECT (SELECT count(*) FROM commissions_statement WHERE net_fen = %(each)s * 1000),
       (SELECT count(*) FROM commissions_statementitem WHERE net_fen = 1000),
       (SELECT count(*) FROM ledger_transfer WHERE amount_fen = %(each)s * 1000),
       (SELECT count(*) FROM commissions_commissionline WHERE status = 'withdrawable' AND in_confirmed_fen = 0),
       (SELECT count(*) FROM kernel_auditentry), (SELECT count(*) FROM accounts_inboxletter),
       (SELECT count(*) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
        WHERE a.kind = 'owner_withdrawable' AND b.balance_fen = %(each)s * 1000)
"""
PRODUCT = """
import resource, time
import django
django.setup()
from datetime import date
from commissions.services import run_settlement
from taoxiaopu.kernel import clock
start = time.perf_counter()
run = run_settlement(date(2026, 6, 1), at=clock.local_instant(date(2026, 7, 20), 2))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"settled {run.statements}, failed {run.failed} in {time.perf_counter() - start:.3f} s, Python {memory} MB")
"""


@part("settlement", needs_gb=14)
def settlement(bench: Bench) -> None:
    """1,000,000 owners settled, against bare SQL that writes the same rows in the same groups."""
    curves: list[tuple[float, float, float]] = []
    memory: list[int] = []
    for scale in sorted({bench.scale * share for share in GROWTH}):
        owners = max(20, round(OWNERS * scale))
        found = bench.compare(
            f"settle {owners:,} owners, {owners * LINES_EACH:,} lines",
            limit=partial(_bare, bench, owners),
            product=partial(_product, bench, memory),
            goal="<= 1.5",
            prepare=partial(_load, bench, owners),
            check=_same(bench, owners),
            rounds=5 if owners <= 20_000 else 3 if owners <= 300_000 else 1,
        )
        curves.append((owners, found.limit or 0.0, found.value))
    bench.figure("owners settled a second", curves[-1][0] / curves[-1][2], "/s")
    bench.figure(
        "settled by a second run", _settled(bench.database.python("-c", PRODUCT)), "owners", goal="<= 0"
    )
    bench.figure("memory of Python", max(memory), "MB", goal=f"<= {PYTHON_MB}")
    bench.curve(
        "growth",
        {
            "bare SQL": [(owners, bare) for owners, bare, _ours in curves],
            "product": [(owners, ours) for owners, _bare, ours in curves],
        },
        x_title="owners",
        y_title="seconds",
    )


def _load(bench: Bench, owners: int) -> None:
    values = {"owners": owners, "each": LINES_EACH}
    bench.database.load(CLEAR)
    bench.database.load("TRUNCATE accounts_user, storefronts_owner, storefronts_shop, ledger_account CASCADE")
    for statement in (PEOPLE, EARNED, BALANCES):
        bench.database.load(statement, values=values)
    bench.database.load("SELECT ledger_open_month(current_date)")
    bench.database.settle(*TABLES)


def _bare(bench: Bench, owners: int) -> Taken:
    connection = bench.database.as_app()
    try:
        cursor = connection.cursor()
        start = time.perf_counter()
        for first in range(1, owners + 1, GROUP):
            for statement in BARE:
                cursor.execute(statement, {"first": first, "last": first + GROUP - 1, "at": AT})
            connection.commit()
        return Taken(time.perf_counter() - start)
    finally:
        connection.close()


def _product(bench: Bench, memory: list[int]) -> Taken:
    said = bench.database.python("-c", PRODUCT)
    found = re.search(r"in ([\d.]+) s, Python (\d+) MB", said)
    assert found, said
    memory.append(int(found[2]))
    return Taken(float(found[1]))


def _settled(said: str) -> float:
    found = re.search(r"settled (\d+)", said)
    return float(found[1]) if found else -1.0


def _same(bench: Bench, owners: int) -> Check:
    """After each run: every owner once, every line once, and the balances have moved."""

    def check() -> Sequence[str]:
        connection = bench.database.as_superuser()
        try:
            cursor = connection.cursor()
            cursor.execute(SEEN, {"each": LINES_EACH})
            seen = cursor.fetchone()
        finally:
            connection.close()
        lines = owners * LINES_EACH
        wanted = (owners, lines, owners, lines, lines, owners, owners)
        return [] if seen == wanted else [f"{seen} instead of {wanted}"]

    return check
