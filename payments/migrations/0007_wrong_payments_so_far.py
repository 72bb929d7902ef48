"""What came in wrong before there was a row for it: one for each payment that a notice told of."""

from django.db import migrations

KEEP = """
    INSERT INTO payments_wrongpayment
        (number, charge_id, provider_number, amount_fen, currency, app_id, heard_at, status, endorsed_by)
    SELECT lpad((floor(random() * 9000000000000000) + 1000000000000000)::bigint::text, 16, '0'), told.charge_id,
           told.provider_number, told.amount_fen, told.currency, told.app_id, told.received_at, 'held', ''
    FROM (SELECT DISTINCT ON (n.payload->>'provider_number') c.id AS charge_id,
                 n.payload->>'provider_number' AS provider_number, (n.payload->>'amount_fen')::bigint AS amount_fen,
                 n.payload->>'currency' AS currency, n.payload->>'app_id' AS app_id, n.received_at
          FROM payments_notice n JOIN payments_charge c ON c.number = n.payload->>'charge'
          WHERE n.outcome = 'mismatch' AND n.payload->>'kind' = 'paid'
            AND (c.status <> 'paid' OR c.provider_number <> n.payload->>'provider_number')
            AND NOT EXISTS (SELECT 1 FROM payments_refund r
                            WHERE r.cause = 'stray' AND r.cause_ref = n.payload->>'provider_number')
          ORDER BY n.payload->>'provider_number', n.id) told
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_wrong_payments")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
