"""A debt that is there already is taken to begin now: picking is not paused by surprise."""

from django.db import migrations

BACKFILL = "UPDATE storefronts_ownerstanding SET debt_since = now() WHERE debt_fen > 0 AND debt_since IS NULL"


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0003_debt_since")]
    operations = [migrations.RunSQL(BACKFILL, migrations.RunSQL.noop)]
