"""Bills used to hold a line for a transfer that the bank refused at once; such a line moved nothing and is none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_returns")]

    operations = [
        migrations.RunSQL(
            "DELETE FROM reconciliation_billline WHERE kind = 'transfer_back'", migrations.RunSQL.noop
        )
    ]
