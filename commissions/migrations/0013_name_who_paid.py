"""Name the supplier who paid each confirmed commission, by the journal that divided its order."""

from django.db import migrations

BACKFILL = """
UPDATE commissions_commissionline l SET supplier = c.party
FROM ledger_journal j, ledger_transfer t, ledger_account c
WHERE l.confirmed_at IS NOT NULL AND l.supplier = ''
  AND j.kind = 'finalise' AND j.ref_type = 'order' AND j.ref_id = l.order_number
  AND t.journal_id = j.id AND t.posted_on = j.posted_on AND c.id = t.credit_id AND c.kind = 'supplier_payable'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0012_who_paid_a_commission"),
        ("ledger", "0010_digests"),
    ]
    operations = [migrations.RunSQL(BACKFILL, migrations.RunSQL.noop)]
