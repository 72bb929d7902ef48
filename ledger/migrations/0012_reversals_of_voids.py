"""L4 knows voided commissions: what a void gave back to a supplier can be reversed, and a void takes no more than was given."""

from django.db import migrations

FORWARD = """
-- As in 0011, but that COMMISSION_VOID counts among what a line gave and took back, and is held to it as a REFUND is.
-- Joins run in the order in which they are written, from what came in to what is looked up for it, and never over all
-- journals of a kind: that is why a kind is compared as an expression, which no index holds.
CREATE OR REPLACE FUNCTION ledger_take_in() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan
SET join_collapse_limit = 1 SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    legs bigint;
    good bigint;
    journals bigint[];
    first_day date;
    last_day date;
    finalised text[];
    reversed text[];
    paid_out text[];
    back bigint[];
    bad record;
    moved record;
BEGIN
    SELECT count(*), count(s.kind) FILTER (WHERE d.party = '' OR c.party = '' OR d.party = c.party),
           array_agg(DISTINCT f.journal_id), min(f.posted_on), max(f.posted_on),
           array_agg(DISTINCT j.order_number) FILTER (WHERE j.kind = 'finalise'),
           array_agg(DISTINCT j.order_number) FILTER (WHERE j.kind IN ('refund', 'commission_void')),
           array_agg(DISTINCT j.order_number) FILTER (WHERE j.kind = 'refund_paid' AND j.order_number <> ''),
           array_agg(DISTINCT j.id) FILTER (WHERE s.reverses <> '')
    INTO legs, good, journals, first_day, last_day, finalised, reversed, paid_out, back
    FROM fresh f
    JOIN ledger_journal j ON j.id = f.journal_id AND j.posted_on = f.posted_on
        AND j.xid = pg_current_xact_id()::text::bigint AND j.recorded_at = transaction_timestamp()
    JOIN ledger_account d ON d.id = f.debit_id
    JOIN ledger_account c ON c.id = f.credit_id
    LEFT JOIN ledger_shape s ON s.kind = j.kind AND s.debit = d.kind AND s.credit = c.kind;
    IF good <> (SELECT count(*) FROM fresh) THEN
        SELECT f.journal_id, j.id AS open_journal, j.kind, f.debit_id, f.credit_id, d.kind AS debit, c.kind AS credit,
               s.kind AS shape
        INTO bad
        FROM fresh f
        LEFT JOIN ledger_journal j ON j.id = f.journal_id AND j.posted_on = f.posted_on
            AND j.xid = pg_current_xact_id()::text::bigint AND j.recorded_at = transaction_timestamp()
        LEFT JOIN ledger_account d ON d.id = f.debit_id
        LEFT JOIN ledger_account c ON c.id = f.credit_id
        LEFT JOIN ledger_shape s ON s.kind = j.kind AND s.debit = d.kind AND s.credit = c.kind
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
    IF legs = 0 THEN
        RETURN NULL;
    END IF;

    -- All transfers of a journal come in one statement: what is checked below stays so.
    IF legs <> (SELECT count(*) FROM ledger_transfer t
                WHERE t.journal_id = ANY (journals) AND t.posted_on BETWEEN first_day AND last_day) THEN
        RAISE EXCEPTION 'one of journals % is sealed: it has transfers already', journals
            USING ERRCODE = 'restrict_violation';
    END IF;

    -- Whoever divides, refunds or voids the same order waits here, and then sees what the other one booked.
    IF finalised IS NOT NULL OR reversed IS NOT NULL OR paid_out IS NOT NULL THEN
        IF '' = ANY (finalised || reversed) THEN
            RAISE EXCEPTION 'a journal that divides, refunds or voids names its order' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM 1 FROM ledger_journal p WHERE p.order_number = ANY (finalised || reversed || paid_out)
            AND p.kind || '' = 'payment' ORDER BY p.id FOR NO KEY UPDATE;
    END IF;
    IF back IS NOT NULL THEN
        PERFORM 1 FROM ledger_journal o JOIN (
            SELECT DISTINCT s.reverses, j.ref_type, j.ref_id FROM ledger_journal j
            JOIN ledger_shape s ON s.kind = j.kind AND s.reverses <> '' WHERE j.id = ANY (back)
        ) r ON o.kind = r.reverses AND o.ref_type = r.ref_type AND o.ref_id = r.ref_id ORDER BY o.id FOR NO KEY UPDATE OF o;
    END IF;

    -- L8, L9: parties' balances, in the order of their accounts.
    FOR moved IN
        SELECT m.account_id, sum(m.fen)::bigint AS fen FROM (
            SELECT a.id AS account_id,
                   CASE WHEN a.kind IN ('owner_debt', 'supplier_debt') THEN f.amount_fen ELSE -f.amount_fen END AS fen
            FROM fresh f JOIN ledger_account a ON a.id = f.debit_id AND a.party <> ''
            UNION ALL
            SELECT a.id,
                   CASE WHEN a.kind IN ('owner_debt', 'supplier_debt') THEN -f.amount_fen ELSE f.amount_fen END
            FROM fresh f JOIN ledger_account a ON a.id = f.credit_id AND a.party <> ''
        ) m GROUP BY m.account_id ORDER BY m.account_id
    LOOP
        UPDATE ledger_balance b SET balance_fen = b.balance_fen + moved.fen WHERE b.account_id = moved.account_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'account % has no balance', moved.account_id USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;

    -- L3: an order gives out of ESCROW what came in, all of it when it is divided; it never pays back more than was due.
    IF finalised IS NOT NULL OR reversed IS NOT NULL OR paid_out IS NOT NULL THEN
        SELECT j.order_number, sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
                                   - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) AS escrow,
               sum(CASE WHEN c.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END
                   - CASE WHEN d.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END) AS clearing
        INTO bad
        FROM ledger_journal j
        JOIN ledger_transfer t ON t.journal_id = j.id AND t.posted_on = j.posted_on
        JOIN ledger_account d ON d.id = t.debit_id
        JOIN ledger_account c ON c.id = t.credit_id
        WHERE j.order_number = ANY (finalised || reversed || paid_out)
          AND j.kind || '' IN ('payment', 'finalise', 'refund', 'refund_paid')
        GROUP BY j.order_number
        HAVING sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
                   - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) < 0
            OR sum(CASE WHEN c.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END
                   - CASE WHEN d.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END) < 0
            OR (j.order_number = ANY (finalised)
                AND sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
                        - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) <> 0)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'order % does not add up: % fen are left in escrow, % in refund clearing',
                bad.order_number, bad.escrow, bad.clearing USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF finalised IS NOT NULL THEN
        SELECT j.order_number INTO bad
        FROM fresh f
        JOIN ledger_journal j ON j.id = f.journal_id AND j.kind || '' = 'finalise'
        JOIN ledger_account c ON c.id = f.credit_id
        WHERE c.kind = 'supplier_payable'
        GROUP BY j.order_number HAVING count(DISTINCT c.party) > 1 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'order % has one supplier', bad.order_number USING ERRCODE = 'check_violation';
        END IF;
        SELECT j.order_number, f.line_ref INTO bad
        FROM fresh f
        JOIN ledger_journal j ON j.id = f.journal_id AND j.kind || '' = 'finalise'
        JOIN ledger_account d ON d.id = f.debit_id
        JOIN ledger_account c ON c.id = f.credit_id
        GROUP BY j.order_number, f.line_ref
        HAVING count(DISTINCT c.party) FILTER (WHERE c.kind = 'owner_confirmed') > 1
            OR coalesce(sum(f.amount_fen) FILTER (WHERE d.kind = 'platform_bonus'), 0)
               > coalesce(sum(f.amount_fen) FILTER (WHERE c.kind = 'platform_fee'), 0)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'line % has at most one owner, and a bonus of at most the fee', bad.line_ref
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;

    -- L4: what a line gave to a party is the most that is taken back for it, whichever of its accounts is charged.
    IF reversed IS NOT NULL THEN
        SELECT s.order_number, s.line_ref, s.who INTO bad FROM (
            SELECT j.order_number, t.line_ref, x.fen,
                   CASE WHEN x.kind LIKE 'supplier%' OR x.kind = 'category_bond' THEN 'supplier ' || x.party
                        WHEN x.kind LIKE 'owner%' THEN 'owner ' || x.party
                        ELSE x.kind END AS who
            FROM ledger_journal j
            JOIN ledger_transfer t ON t.journal_id = j.id AND t.posted_on = j.posted_on
            JOIN ledger_account d ON d.id = t.debit_id
            JOIN ledger_account c ON c.id = t.credit_id
            CROSS JOIN LATERAL (VALUES (d.kind, d.party, -t.amount_fen), (c.kind, c.party, t.amount_fen))
                AS x (kind, party, fen)
            WHERE j.order_number = ANY (reversed) AND j.kind || '' IN ('finalise', 'refund', 'commission_void')
              AND x.kind NOT IN ('escrow', 'refund_clearing')
        ) s
        GROUP BY s.order_number, s.line_ref, s.who
        HAVING CASE WHEN s.who = 'platform_bonus' THEN sum(s.fen) > 0 ELSE sum(s.fen) < 0 END
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'order % line % would take more from % than it gave', bad.order_number, bad.line_ref, bad.who
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF back IS NOT NULL THEN
        SELECT r.ref_id INTO bad FROM (
            SELECT DISTINCT s.reverses, j.kind, j.ref_type, j.ref_id FROM ledger_journal j
            JOIN ledger_shape s ON s.kind = j.kind AND s.reverses <> '' WHERE j.id = ANY (back)
        ) r
        JOIN ledger_journal o ON o.kind IN (r.kind, r.reverses) AND o.ref_type = r.ref_type AND o.ref_id = r.ref_id
        JOIN ledger_transfer t ON t.journal_id = o.id AND t.posted_on = o.posted_on
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
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_take_in_by_keys")]
    operations = [migrations.RunSQL(FORWARD)]
