"""Data: what each judgement started from, read from the owner's judgement before it."""

from django.db import migrations

FORWARD = """
UPDATE commissions_tiermonth m SET misses_before = b.misses
FROM (SELECT id, lag(misses_after) OVER (PARTITION BY owner_id ORDER BY month) AS misses FROM commissions_tiermonth) b
WHERE b.id = m.id AND b.misses <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0005_tier_runs")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
