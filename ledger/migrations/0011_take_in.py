"""What PostgreSQL does with transfers as they come in: seal (L7), chart, balances (L8, L9), sums of orders (L3, L4)."""

from django.db import migrations

FORWARD = """
-- Once a statement, whatever its size. A connection plans these queries for the first statement that it brings and keeps the
-- plans, so none of them may depend on sizes: what belongs to a row is looked up by key (LATERAL … OFFSET 0, which no
-- planner turns into another join), what belongs to a few journals by the array of their keys and between their first and
-- last day, which leaves out the other months' partitions before they are opened.
CREATE OR REPLACE FUNCTION ledger_take_in() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    this_xid bigint := pg_current_xact_id()::text::bigint;
    came record;
    orders text[];
    booked bigint[];
    first_day date;
    last_day date;
    bad record;
BEGIN
    -- What came in, by lines and orders: is every leg good, and what does it touch?
    SELECT coalesce(sum(o.legs), 0) AS legs, sum(o.good) AS good, min(o.first_day) AS first_day, max(o.last_day) AS last_day,
           bool_or(o.has_parties) AS has_parties, bool_or(o.takes_back) AS takes_back,
           array_agg(o.order_number) FILTER (WHERE o.kind = 'finalise') AS finalised,
           array_agg(o.order_number) FILTER (WHERE o.kind IN ('refund', 'commission_void')) AS reversed,
           array_agg(o.order_number) FILTER (WHERE o.kind = 'refund_paid' AND o.order_number <> '') AS paid_out,
           min(o.order_number) FILTER (WHERE o.kind = 'finalise' AND o.first_supplier <> o.last_supplier) AS split_order,
           min(o.wrong_line) FILTER (WHERE o.kind = 'finalise') AS wrong_line
    INTO came
    FROM (
        SELECT l.kind, l.order_number, sum(l.legs) AS legs, sum(l.good) AS good, min(l.first_day) AS first_day,
               max(l.last_day) AS last_day, bool_or(l.has_parties) AS has_parties, bool_or(l.takes_back) AS takes_back,
               min(l.first_supplier) AS first_supplier, max(l.last_supplier) AS last_supplier,
               min(l.line_ref) FILTER (WHERE l.first_owner <> l.last_owner OR l.bonus > coalesce(l.fee, 0)) AS wrong_line
        FROM (
            SELECT j.kind, j.order_number, f.line_ref, count(*) AS legs,
                   count(*) FILTER (WHERE s.kind <> '' AND (d.party = '' OR c.party = '' OR d.party = c.party)) AS good,
                   min(f.posted_on) AS first_day, max(f.posted_on) AS last_day,
                   bool_or(d.party <> '' OR c.party <> '') AS has_parties, bool_or(s.reverses <> '') AS takes_back,
                   min(c.party) FILTER (WHERE c.kind = 'supplier_payable') AS first_supplier,
                   max(c.party) FILTER (WHERE c.kind = 'supplier_payable') AS last_supplier,
                   min(c.party) FILTER (WHERE c.kind = 'owner_confirmed') AS first_owner,
                   max(c.party) FILTER (WHERE c.kind = 'owner_confirmed') AS last_owner,
                   sum(f.amount_fen) FILTER (WHERE d.kind = 'platform_bonus') AS bonus,
                   sum(f.amount_fen) FILTER (WHERE c.kind = 'platform_fee') AS fee
            FROM fresh f
            LEFT JOIN LATERAL (SELECT kind, order_number FROM ledger_journal
                               WHERE id = f.journal_id AND posted_on = f.posted_on
                                 AND xid = this_xid AND recorded_at = transaction_timestamp() OFFSET 0) j ON true
            LEFT JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = f.debit_id OFFSET 0) d ON true
            LEFT JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = f.credit_id OFFSET 0) c ON true
            LEFT JOIN LATERAL (SELECT kind, reverses FROM ledger_shape
                               WHERE kind = j.kind AND debit = d.kind AND credit = c.kind OFFSET 0) s ON true
            GROUP BY j.kind, j.order_number, f.line_ref
        ) l GROUP BY l.kind, l.order_number
    ) o;
    IF came.legs = 0 THEN
        RETURN NULL;
    END IF;
    IF came.good <> came.legs THEN
        SELECT f.journal_id, j.id AS open_journal, j.kind, f.debit_id, f.credit_id, d.kind AS debit, c.kind AS credit,
               s.kind AS shape
        INTO bad
        FROM fresh f
        LEFT JOIN LATERAL (SELECT id, kind FROM ledger_journal WHERE id = f.journal_id AND posted_on = f.posted_on
                           AND xid = this_xid AND recorded_at = transaction_timestamp() OFFSET 0) j ON true
        LEFT JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = f.debit_id OFFSET 0) d ON true
        LEFT JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = f.credit_id OFFSET 0) c ON true
        LEFT JOIN LATERAL (SELECT kind FROM ledger_shape
                           WHERE kind = j.kind AND debit = d.kind AND credit = c.kind OFFSET 0) s ON true
        WHERE s.kind IS NULL OR (d.party <> '' AND c.party <> '' AND d.party <> c.party)
        ORDER BY f.id LIMIT 1;
        IF bad.open_journal IS NULL THEN
            RAISE EXCEPTION 'journal % is sealed', bad.journal_id USING ERRCODE = 'restrict_violation';
        ELSIF bad.debit IS NULL OR bad.credit IS NULL THEN
            RAISE EXCEPTION 'no account % or %', bad.debit_id, bad.credit_id USING ERRCODE = 'foreign_key_violation';
        ELSIF bad.shape IS NULL THEN
            RAISE EXCEPTION 'a % journal never moves from % to %', bad.kind, bad.debit, bad.credit
                USING ERRCODE = 'check_violation';
        END IF;
        RAISE EXCEPTION 'from the account of one party to that of another: % to %', bad.debit_id, bad.credit_id
            USING ERRCODE = 'check_violation';
    END IF;

    -- All transfers of a journal come in one statement: what is checked below stays so.
    IF came.legs <> (SELECT count(*) FROM ledger_transfer t WHERE t.journal_id = ANY (ARRAY(SELECT journal_id FROM fresh))
                     AND t.posted_on BETWEEN came.first_day AND came.last_day) THEN
        RAISE EXCEPTION 'one of journals % is sealed: it has transfers already',
            ARRAY(SELECT DISTINCT journal_id FROM fresh) USING ERRCODE = 'restrict_violation';
    END IF;

    -- Whoever divides, refunds or voids the same order waits here, and then sees what the other one booked.
    orders := came.finalised || came.reversed;
    IF '' = ANY (orders) THEN
        RAISE EXCEPTION 'a journal that divides, refunds or voids names its order' USING ERRCODE = 'check_violation';
    END IF;
    orders := orders || came.paid_out;
    IF orders IS NOT NULL THEN
        PERFORM 1 FROM ledger_journal p WHERE p.order_number = ANY (orders) AND p.kind || '' = 'payment'
            ORDER BY p.id FOR NO KEY UPDATE;
    END IF;
    IF came.takes_back THEN
        PERFORM 1 FROM ledger_journal o WHERE o.id = ANY (ARRAY(
            SELECT g.id FROM fresh f
            CROSS JOIN LATERAL (SELECT kind, ref_type, ref_id FROM ledger_journal WHERE id = f.journal_id OFFSET 0) j
            CROSS JOIN LATERAL (SELECT DISTINCT reverses FROM ledger_shape WHERE kind = j.kind AND reverses <> '') s
            CROSS JOIN LATERAL (SELECT id FROM ledger_journal
                                WHERE kind = s.reverses AND ref_type = j.ref_type AND ref_id = j.ref_id OFFSET 0) g
        )) ORDER BY o.id FOR NO KEY UPDATE;
    END IF;

    -- L8, L9: parties' balances, in the order of their accounts.
    IF came.has_parties THEN
        WITH moved AS MATERIALIZED (
            SELECT m.account_id, CASE WHEN a.kind IN ('owner_debt', 'supplier_debt') THEN -m.fen ELSE m.fen END AS fen
            FROM (
                SELECT x.account_id, sum(x.fen)::bigint AS fen FROM (
                    SELECT debit_id AS account_id, -amount_fen AS fen FROM fresh
                    UNION ALL SELECT credit_id, amount_fen FROM fresh
                ) x GROUP BY x.account_id
            ) m
            CROSS JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = m.account_id OFFSET 0) a
            WHERE a.party <> '' ORDER BY m.account_id
        ), kept AS (
            UPDATE ledger_balance b SET balance_fen = b.balance_fen + m.fen FROM moved m WHERE b.account_id = m.account_id
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM moved) AS accounts, (SELECT count(*) FROM kept) AS balances INTO bad;
        IF bad.accounts <> bad.balances THEN
            RAISE EXCEPTION '% accounts have no balance', bad.accounts - bad.balances
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;

    -- L3: an order gives out of ESCROW what came in, all of it when it is divided; it never pays back more than was due.
    IF orders IS NOT NULL THEN
        SELECT array_agg(j.id), min(j.posted_on), max(j.posted_on) INTO booked, first_day, last_day
        FROM ledger_journal j WHERE j.order_number = ANY (orders)
            AND j.kind || '' IN ('payment', 'finalise', 'refund', 'refund_paid', 'commission_void');
        SELECT j.order_number, sum(x.escrow) AS escrow, sum(x.clearing) AS clearing INTO bad
        FROM (
            SELECT t.journal_id,
                   sum(CASE a.escrow WHEN t.credit_id THEN t.amount_fen WHEN t.debit_id THEN -t.amount_fen ELSE 0 END)
                       AS escrow,
                   sum(CASE a.clearing WHEN t.credit_id THEN t.amount_fen WHEN t.debit_id THEN -t.amount_fen ELSE 0 END)
                       AS clearing
            FROM (SELECT (SELECT id FROM ledger_account WHERE kind = 'escrow' AND party = '') AS escrow,
                         (SELECT id FROM ledger_account WHERE kind = 'refund_clearing' AND party = '') AS clearing) a
            CROSS JOIN ledger_transfer t
            WHERE t.journal_id = ANY (booked) AND t.posted_on BETWEEN first_day AND last_day
            GROUP BY t.journal_id
        ) x
        CROSS JOIN LATERAL (SELECT order_number, kind = 'finalise' AND xid = this_xid AS divides FROM ledger_journal
                            WHERE id = x.journal_id OFFSET 0) j
        GROUP BY j.order_number
        HAVING sum(x.escrow) < 0 OR sum(x.clearing) < 0 OR (bool_or(j.divides) AND sum(x.escrow) <> 0)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'order % does not add up: % fen are left in escrow, % in refund clearing',
                bad.order_number, bad.escrow, bad.clearing USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF came.split_order IS NOT NULL THEN
        RAISE EXCEPTION 'order % has one supplier', came.split_order USING ERRCODE = 'check_violation';
    ELSIF came.wrong_line IS NOT NULL THEN
        RAISE EXCEPTION 'line % has at most one owner, and a bonus of at most the fee', came.wrong_line
            USING ERRCODE = 'check_violation';
    END IF;

    -- L4: what a line gave to a party is the most that is taken back for it, whichever of its accounts is charged.
    IF came.reversed IS NOT NULL THEN
        SELECT s.order_number, s.line_ref, s.who INTO bad FROM (
            SELECT j.order_number, t.line_ref, x.fen,
                   CASE WHEN x.kind LIKE 'supplier%' OR x.kind = 'category_bond' THEN 'supplier ' || x.party
                        WHEN x.kind LIKE 'owner%' THEN 'owner ' || x.party
                        ELSE x.kind END AS who
            FROM ledger_transfer t
            CROSS JOIN LATERAL (SELECT order_number FROM ledger_journal WHERE id = t.journal_id
                                AND kind IN ('finalise', 'refund', 'commission_void') OFFSET 0) j
            CROSS JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = t.debit_id OFFSET 0) d
            CROSS JOIN LATERAL (SELECT kind, party FROM ledger_account WHERE id = t.credit_id OFFSET 0) c
            CROSS JOIN LATERAL (VALUES (d.kind, d.party, -t.amount_fen), (c.kind, c.party, t.amount_fen))
                AS x (kind, party, fen)
            WHERE t.journal_id = ANY (booked) AND t.posted_on BETWEEN first_day AND last_day
              AND j.order_number = ANY (came.reversed) AND x.kind NOT IN ('escrow', 'refund_clearing')
        ) s
        GROUP BY s.order_number, s.line_ref, s.who
        HAVING CASE WHEN s.who = 'platform_bonus' THEN sum(s.fen) > 0 ELSE sum(s.fen) < 0 END
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'order % line % would take more from % than it gave', bad.order_number, bad.line_ref, bad.who
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF came.takes_back THEN
        SELECT r.ref_id INTO bad
        FROM (
            SELECT DISTINCT s.reverses, j.kind, j.ref_type, j.ref_id FROM fresh f
            CROSS JOIN LATERAL (SELECT kind, ref_type, ref_id FROM ledger_journal WHERE id = f.journal_id OFFSET 0) j
            JOIN ledger_shape s ON s.kind = j.kind AND s.reverses <> ''
        ) r
        CROSS JOIN LATERAL (SELECT id, kind, posted_on FROM ledger_journal WHERE kind IN (r.kind, r.reverses)
                            AND ref_type = r.ref_type AND ref_id = r.ref_id OFFSET 0) o
        CROSS JOIN LATERAL (SELECT debit_id, credit_id, amount_fen FROM ledger_transfer
                            WHERE journal_id = o.id AND posted_on = o.posted_on OFFSET 0) t
        CROSS JOIN LATERAL (VALUES (CASE WHEN o.kind = r.kind THEN t.credit_id ELSE t.debit_id END,
                                    CASE WHEN o.kind = r.kind THEN t.debit_id ELSE t.credit_id END,
                                    CASE WHEN o.kind = r.kind THEN -t.amount_fen ELSE t.amount_fen END))
            AS x (debit_id, credit_id, fen)
        GROUP BY r.kind, r.ref_type, r.ref_id, x.debit_id, x.credit_id HAVING sum(x.fen) < 0 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'more comes back of % than went out', bad.ref_id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_transfer_take_in AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_take_in();
DROP TRIGGER IF EXISTS ledger_transfer_seal ON ledger_transfer;
DROP FUNCTION IF EXISTS ledger_require_open_journal();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_digests")]
    operations = [migrations.RunSQL(FORWARD)]
