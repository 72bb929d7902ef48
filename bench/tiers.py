"""P10: the month end of 3,000,000 owners and 12,750,000 orders against bare SQL that writes the same rows."""

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.part import Bench, Check, Taken, part

OWNERS, ORDERS = 3_000_000, 12_750_000
MONTH = "2026-06"
CHUNKS = 12  # as many as 3,000,000 owners have of themselves
PYTHON_MB = 300
GROWTH = (0.1, 0.3, 1.0)

# Owners by the rest of their number in a thousand: who sells how many orders of which base. 2 SUPER, 8 ELITE and
# 40 SENIOR in a thousand, the rest shares what is left of 4,250 orders for each thousand owners. Some buyers come again.
PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, public_id, phone, phone_index, nickname, is_staff, is_active,
                           joined_at, language, mfa_required, phone_verified)
SELECT n, '', false, 'u' || n, '', 'i' || n, 'owner ' || n, false, true, '2026-01-05', '', false, true
FROM generate_series(1, %(owners)s) n;
INSERT INTO storefronts_owner (id, public_id, joined_at, user_id)
SELECT n, 'o' || n, '2026-01-05'::timestamptz + n %% 170 * interval '1 day', n FROM generate_series(1, %(owners)s) n;
INSERT INTO storefronts_ownerstanding (owner_id, tier, points, points_year, debt_fen, debt_told, suspended)
SELECT n, CASE WHEN n %% 50 = 0 THEN 2 ELSE 1 END, CASE WHEN n %% 400 = 7 THEN 25 ELSE 0 END, 0, 0, false, n %% 1000 = 999
FROM generate_series(1, %(owners)s) n;
INSERT INTO commissions_ownertier (owner_id, level, misses)
SELECT n, 2, n / 50 %% 2 FROM generate_series(50, %(owners)s, 50) n
"""
FACTS = """
INSERT INTO commissions_orderfact (line_ref, order_number, owner_id, buyer, base_fen, counted, outcome, outcome_at,
                                   owner_side_refund)
SELECT o.number || '-1', o.number, o.owner, md5(o.buyer::text) || md5((o.buyer %% 400000)::text),
       o.base_fen, o.n %% 50 <> 0, CASE WHEN o.n %% 97 = 0 THEN 'refunded' ELSE 'finalised' END,
       timestamptz '2026-05-31 16:00+00' + o.n::double precision / %(orders)s * interval '29 days 23 hours',
       o.n %% 31 = 0
FROM (
    SELECT n, to_char(n, 'FM0000000000000000') AS number, (1 + (bucket * 1000 + place) %% %(owners)s)::bigint AS owner,
           base_fen, bucket * 1000 + turn %% 1000 AS buyer
    FROM (
        SELECT n, n %% GREATEST(1, %(owners)s / 1000) AS bucket, n / GREATEST(1, %(owners)s / 1000) AS turn
        FROM generate_series(1, %(orders)s::bigint) n
    ) f,
    LATERAL (SELECT CASE WHEN turn < 1400 THEN turn %% 2 WHEN turn < 2500 THEN 10 + turn %% 8
                         WHEN turn < 3400 THEN 100 + turn %% 40 ELSE 200 + turn %% 797 END AS place,
                    CASE WHEN turn < 1400 THEN 18000 WHEN turn < 2500 THEN 17000 ELSE 16000 END AS base_fen) p
) o
"""
LINES = """
INSERT INTO storefronts_shop (id, owner_id, number, name, name_skeleton, description, status, opened_at)
VALUES (1, 1, '100000', 'bench', 'bench', '', 'open', '2026-01-05');
INSERT INTO commissions_commissionline (id, line_ref, order_number, owner_id, shop_id, title, kind, rate_bp, fee_bp,
    bonus_bp, base_fen, gross_fen, fee_fen, bonus_fen, in_confirmed_fen, status, frozen_from, created_at, confirmed_at)
SELECT n, 'L' || n, 'L' || n, 1 + n * 31 %% %(owners)s, 1, 'bench', 'shared', 1000, 1000, 0, 1000, 100, 10, 0, 0,
       'withdrawable', '', '2026-05-01', '2026-05-20'
FROM generate_series(1, GREATEST(1, %(orders)s / 200)) n;
INSERT INTO commissions_reversal (line_id, owner_id, line_settled, cause, owner_fen, fee_fen, bonus_fen, from_confirmed_fen,
                                  from_withdrawable_fen, to_debt_fen, base_fen, at)
SELECT id, owner_id, true, 'bench', 0, 0, 0, 0, 0, 0, 500, '2026-06-10' FROM commissions_commissionline;
INSERT INTO commissions_liabilityfact (dispute_number, owner_id, closed_at)
SELECT 'd' || n, 1 + n * 17 %% %(owners)s, '2026-06-11' FROM generate_series(1, GREATEST(1, %(orders)s / 500)) n
"""
TABLES = ("accounts_user", "storefronts_owner", "storefronts_ownerstanding", "commissions_ownertier",
          "commissions_orderfact", "commissions_commissionline", "commissions_reversal",
          "commissions_liabilityfact")  # fmt: skip
# What a run changes is kept beside it, to be put back before the next.
KEEP = """
CREATE TABLE bench_standing AS SELECT * FROM storefronts_ownerstanding;
CREATE TABLE bench_tier AS SELECT * FROM commissions_ownertier
"""
BACK = """
TRUNCATE commissions_tiermonth, commissions_tierchunk, commissions_tierrun, accounts_inboxletter,
         commissions_ownertier, storefronts_ownerstanding, kernel_auditentry;
INSERT INTO storefronts_ownerstanding SELECT * FROM bench_standing;
INSERT INTO commissions_ownertier SELECT * FROM bench_tier
"""

# The limit: §7 by hand, for a range of owners, with the numbers written out. It knows no runs and no overrides, but the
# best that is known for the product: the same ranges, the same settings.
SETTINGS = "SET work_mem = '128MB'; SET random_page_cost = 1.1"
BARE = """
WITH sold AS (
    SELECT owner_id, sum(base_fen) FILTER (WHERE outcome = 'finalised') AS s,
           count(DISTINCT order_number) FILTER (WHERE outcome = 'finalised') AS n,
           count(DISTINCT buyer) FILTER (WHERE outcome = 'finalised') AS b,
           count(DISTINCT order_number) FILTER (WHERE owner_side_refund) AS ref, count(DISTINCT order_number) AS den
    FROM commissions_orderfact
    WHERE counted AND outcome_month = '2026-06-01' AND owner_id BETWEEN %(first)s AND %(last)s GROUP BY 1
), judged AS MATERIALIZED (
    SELECT *, CASE WHEN target >= level OR (old AND points >= 24) THEN target
                   WHEN old AND misses >= 1 THEN level - 1 ELSE level END AS after,
              CASE WHEN target >= level OR (old AND points >= 24) THEN 0
                   WHEN old THEN least(misses + 1, 2) ELSE misses END AS misses_after
    FROM (
        SELECT *, CASE
            WHEN s >= 10000000 AND n >= 600 AND b >= 300 AND ref * 10000 <= den * 1000 AND dis * 10000 <= n * 30
                 AND points < 6 THEN 4
            WHEN s >= 2000000 AND n >= 120 AND b >= 60 AND ref * 10000 <= den * 1200 AND dis * 10000 <= n * 50
                 AND points < 12 THEN 3
            WHEN s >= 300000 AND n >= 20 AND b >= 10 AND ref * 10000 <= den * 1500 AND dis * 10000 <= n * 100
                 AND points < 18 THEN 2
            ELSE 1 END AS target
        FROM (
            SELECT o.id AS owner_id, o.user_id, o.joined_at <= '2026-05-31 16:00+00' AS old, st.points, st.tier,
                   coalesce(t.level, 1) AS level, coalesce(t.misses, 0) AS misses,
                   greatest(coalesce(s, 0) - coalesce(taken, 0), 0) AS s, coalesce(n, 0) AS n, coalesce(b, 0) AS b,
                   coalesce(ref, 0) AS ref, coalesce(den, 0) AS den, coalesce(dis, 0) AS dis
            FROM storefronts_owner o
            JOIN storefronts_ownerstanding st ON st.owner_id = o.id AND st.owner_id BETWEEN %(first)s AND %(last)s
            LEFT JOIN commissions_ownertier t ON t.owner_id = o.id AND t.owner_id BETWEEN %(first)s AND %(last)s
            LEFT JOIN sold ON sold.owner_id = o.id
            LEFT JOIN (SELECT l.owner_id, sum(r.base_fen) AS taken FROM commissions_reversal r
                       JOIN commissions_commissionline l ON l.id = r.line_id AND l.kind IN ('shared', 'on_behalf')
                       WHERE r.at >= '2026-05-31 16:00+00' AND r.at < '2026-06-30 16:00+00'
                         AND l.owner_id BETWEEN %(first)s AND %(last)s GROUP BY 1) r
                   ON r.owner_id = o.id
            LEFT JOIN (SELECT owner_id, count(*) AS dis FROM commissions_liabilityfact
                       WHERE closed_at >= '2026-05-31 16:00+00' AND closed_at < '2026-06-30 16:00+00'
                         AND owner_id BETWEEN %(first)s AND %(last)s GROUP BY 1) d
                   ON d.owner_id = o.id
            WHERE NOT st.suspended AND o.joined_at < '2026-06-30 16:00+00' AND o.id BETWEEN %(first)s AND %(last)s
        ) figures
    ) aimed
), history AS (
    INSERT INTO commissions_tiermonth (owner_id, month, sales_fen, orders, buyers, refunded, ended, disputes, points,
                                       target, level_before, level_after, misses_before, misses_after, judged_at)
    SELECT owner_id, '2026-06-01', s, n, b, ref, den, dis, points, target, level, after, misses, misses_after, now()
    FROM judged
), levels AS (
    INSERT INTO commissions_ownertier (owner_id, level, misses)
    SELECT owner_id, after, misses_after FROM judged WHERE after <> level OR misses_after <> misses
    ON CONFLICT (owner_id) DO UPDATE SET level = excluded.level, misses = excluded.misses
), standings AS (
    UPDATE storefronts_ownerstanding x SET tier = after FROM judged j WHERE x.owner_id = j.owner_id AND after <> j.tier
)
INSERT INTO accounts_inboxletter (public_id, user_id, kind, audience, ref, facts, link, created_at)
SELECT left(replace(gen_random_uuid()::text, '-', ''), 16), user_id, 'tier_changed', 'owner', '2026-06',
       jsonb_build_object('of_month', '2026-06-01', 'before', level, 'level', after), '[]', now()
FROM judged WHERE after <> level
"""

# What stands after a run, whoever ran it: the same bytes.
SEEN = """
SELECT (SELECT md5(string_agg(h::text, '' ORDER BY h))
        FROM (SELECT hashtextextended(concat_ws(',', owner_id, sales_fen, orders, buyers, refunded, ended, disputes, points,
                                                target, level_before, level_after, misses_before, misses_after), 0) AS h
              FROM commissions_tiermonth WHERE month = '2026-06-01') m),
       (SELECT md5(string_agg(h::text, '' ORDER BY h))
        FROM (SELECT hashtextextended(concat_ws(',', user_id, kind, audience, ref, facts, link), 0) AS h
              FROM accounts_inboxletter) l),
       (SELECT count(*) FROM commissions_tiermonth),
       (SELECT count(*) FROM storefronts_owner o JOIN storefronts_ownerstanding s ON s.owner_id = o.id
        WHERE NOT s.suspended AND o.joined_at < '2026-06-30 16:00+00'),
       (SELECT count(*) FROM accounts_inboxletter),
       (SELECT count(*) FROM commissions_tiermonth WHERE level_after <> level_before),
       (SELECT count(*) FROM commissions_tiermonth m LEFT JOIN commissions_ownertier t USING (owner_id)
        JOIN storefronts_ownerstanding s USING (owner_id)
        WHERE (m.level_after, m.misses_after) <> (coalesce(t.level, 1), coalesce(t.misses, 0)) OR s.tier <> m.level_after)
"""


@part("tiers", needs_gb=16)
def tiers(bench: Bench) -> None:
    """P10: the month end against bare set-based SQL, on one connection and on two; its growth; its memory."""
    curves = [
        _at_scale(bench, scale, whole=scale == bench.scale)
        for scale in sorted({bench.scale * share for share in GROWTH})
    ]
    bench.curve(
        "month-end",
        {
            "bare SQL": [(owners, bare) for owners, bare, _ours in curves],
            "product": [(owners, ours) for owners, _bare, ours in curves],
        },
        x_title="owners",
        y_title="seconds, one connection",
    )


def _at_scale(bench: Bench, scale: float, *, whole: bool) -> tuple[int, float, float]:
    """Owners, and the seconds of limit and product on one connection."""
    owners, orders = max(20, round(OWNERS * scale)), max(85, round(ORDERS * scale))
    bench.say(f"loading {owners:,} owners and {orders:,} orders")
    _load(bench, owners, orders)
    memory: list[int] = []
    rounds = 5 if owners <= 300_000 else 3  # a pair takes minutes at full scale
    seen = _same(bench)
    one = bench.compare(
        f"month end, {owners:,} owners, 1 connection",
        limit=lambda: _bare(bench, owners, 1),
        product=lambda: _product(bench, owners, 1, memory),
        goal="<= 1.1",
        prepare=lambda: _put_back(bench),
        check=seen,
        rounds=rounds,
    )
    taken = owners, one.limit or 0.0, one.value
    if not whole:
        return taken
    bench.compare(
        f"month end, {owners:,} owners, 2 connections",
        limit=lambda: _bare(bench, owners, 2),
        product=lambda: _product(bench, owners, 2, memory),
        goal="<= 1.1",
        prepare=lambda: _put_back(bench),
        check=seen,
        rounds=rounds,
    )
    again = re.search(r"judged (\d+)", _command(bench, owners, 1))
    bench.figure(
        "judged by a second run", float(again[1]) if again else -1.0, "owners", goal="<= 0", problems=seen()
    )
    bench.figure("memory of Python", max(memory), "MB", goal=f"<= {PYTHON_MB}")
    return taken


def _load(bench: Bench, owners: int, orders: int) -> None:
    values = {"owners": owners, "orders": orders}
    bench.database.load(
        f"TRUNCATE {', '.join(TABLES)}, storefronts_shop CASCADE; DROP TABLE IF EXISTS bench_standing, bench_tier"
    )
    start = time.monotonic()
    for what, statement in (("people", PEOPLE), ("facts", FACTS), ("lines", LINES)):
        bench.database.load(statement, values=values)
        bench.say(f"{what} loaded after {time.monotonic() - start:.0f} s")
    bench.database.load(KEEP)
    bench.database.settle(*TABLES)


def _put_back(bench: Bench) -> None:
    bench.database.load(BACK)
    bench.database.settle("storefronts_ownerstanding", "commissions_ownertier", "commissions_tiermonth")


def _bare(bench: Bench, owners: int, connections: int) -> Taken:
    size = _chunk(owners)
    waiting = iter(range(1, owners + 1, size))  # of all connections: who is free takes the next range

    def work(_number: int) -> None:
        connection = bench.database.as_app()
        try:
            cursor = connection.cursor()
            cursor.execute(SETTINGS)
            for first in waiting:
                cursor.execute(BARE, {"first": first, "last": first + size - 1})
                connection.commit()
        finally:
            connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, range(connections)))
    return Taken(time.perf_counter() - start)


def _product(bench: Bench, owners: int, connections: int, memory: list[int]) -> Taken:
    said = re.search(r"in ([\d.]+) s, Python (\d+) MB", _command(bench, owners, connections))
    assert said, "the command says what it took"
    memory.append(int(said[2]))
    return Taken(float(said[1]))


def _command(bench: Bench, owners: int, connections: int) -> str:
    return bench.database.python(
        *("manage.py", "recalculate_tiers", "--month", MONTH),
        *("--connections", str(connections), "--chunk", str(_chunk(owners))),
    )


def _chunk(owners: int) -> int:
    return -(-owners // CHUNKS)


def _same(bench: Bench) -> Check:
    """After each run: everybody judged once, levels follow, and history and letters are the first run's to the byte."""
    first: list[tuple[str, ...]] = []

    def check() -> Sequence[str]:
        connection = bench.database.as_superuser()
        try:
            cursor = connection.cursor()
            cursor.execute("SET work_mem = '256MB'")
            cursor.execute(SEEN)
            *written, judged, owners, letters, changed, astray = cursor.fetchone()
        finally:
            connection.close()
        first.append(tuple(written))
        tests: list[tuple[bool, Callable[[], str]]] = [
            (judged == owners, lambda: f"{judged} judged of {owners}"),
            (letters == changed, lambda: f"{letters} letters for {changed} changes"),
            (astray == 0, lambda: f"{astray} levels are not the judged ones"),
            (first[-1] == first[0], lambda: "another history, or other letters, than the first run's"),
        ]
        return [say() for holds, say in tests if not holds]

    return check
