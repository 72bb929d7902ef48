"""Statements, reversals and deductions of before get what later ones are written with."""

from django.db import migrations

# What an old statement took back is known by statement only: it is spread over its lines from the oldest on, as a
# claw-back takes it. An unsettled line's own deductions are what it earned less what still lies in OWNER_CONFIRMED.
FORWARD = """
UPDATE commissions_reversal r SET owner_id = l.owner_id, line_settled = coalesce(r.at > s.settled_at, false)
FROM commissions_commissionline l LEFT JOIN commissions_statement s ON s.id = l.statement_id
WHERE l.id = r.line_id AND r.owner_id IS NULL;

UPDATE commissions_reversal r SET statement_id = (
    SELECT s.id FROM commissions_statement s
    WHERE s.owner_id = r.owner_id AND s.settled_at >= r.at ORDER BY s.month LIMIT 1
) WHERE r.statement_id IS NULL;

INSERT INTO commissions_statementitem
    (statement_id, line_id, base_fen, gross_fen, fee_fen, bonus_fen, taken_fen, net_fen)
SELECT statement_id, id, base_fen, gross_fen, fee_fen, bonus_fen, taken_fen,
       gross_fen - fee_fen + bonus_fen - taken_fen
FROM (
    SELECT *, greatest(0, least(earned_fen, taken_back_fen - before_fen)) AS taken_fen FROM (
        SELECT *, gross_fen - fee_fen + bonus_fen AS earned_fen,
               coalesce(sum(gross_fen - fee_fen + bonus_fen) OVER (
                   PARTITION BY statement_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ), 0) AS before_fen
        FROM (
            SELECT l.id, l.statement_id, s.taken_back_fen,
                   l.base_fen + coalesce(r.base_fen, 0) AS base_fen,
                   l.gross_fen + coalesce(r.owner_fen + r.fee_fen - r.bonus_fen, 0) AS gross_fen,
                   l.fee_fen + coalesce(r.fee_fen, 0) AS fee_fen,
                   l.bonus_fen + coalesce(r.bonus_fen, 0) AS bonus_fen
            FROM commissions_commissionline l
            JOIN commissions_statement s ON s.id = l.statement_id
            LEFT JOIN LATERAL (
                SELECT sum(r.base_fen) AS base_fen, sum(r.owner_fen) AS owner_fen, sum(r.fee_fen) AS fee_fen,
                       sum(r.bonus_fen) AS bonus_fen
                FROM commissions_reversal r WHERE r.line_id = l.id AND r.line_settled
            ) r ON true
        ) as_settled
    ) running
) spread;

INSERT INTO commissions_deduction (line_id, kind, amount_fen, at)
SELECT i.line_id, 'earlier', i.taken_fen, s.settled_at
FROM commissions_statementitem i JOIN commissions_statement s ON s.id = i.statement_id WHERE i.taken_fen > 0
UNION ALL
SELECT id, 'earlier', gross_fen - fee_fen + bonus_fen - in_confirmed_fen, confirmed_at
FROM commissions_commissionline
WHERE confirmed_at IS NOT NULL AND statement_id IS NULL
  AND gross_fen - fee_fen + bonus_fen > in_confirmed_fen;
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0008_statement_items")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
