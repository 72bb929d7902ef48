"""The guards look at the real versions only: a temporary table of the same name must not answer in their place."""

from django.db import migrations

GUARDS = ("rulebook_guard_acceptance()", "rulebook_guard_numbers()")
FORWARD = "".join(
    f"ALTER FUNCTION {guard} SET search_path = pg_catalog, public, pg_temp;" for guard in GUARDS
)
BACKWARD = "".join(f"ALTER FUNCTION {guard} RESET search_path;" for guard in GUARDS)


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
