"""The newest movements of an account are found without reading the others, however many it has."""

from django.db import migrations

FORWARD = """
CREATE INDEX ledger_transfer_debit_id ON ledger_transfer (debit_id, id) INCLUDE (posted_on);
CREATE INDEX ledger_transfer_credit_id ON ledger_transfer (credit_id, id) INCLUDE (posted_on);
DROP INDEX ledger_transfer_debit;
DROP INDEX ledger_transfer_credit;
"""
BACKWARD = """
CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit_id);
CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit_id);
DROP INDEX ledger_transfer_debit_id;
DROP INDEX ledger_transfer_credit_id;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_deposit_returns")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
