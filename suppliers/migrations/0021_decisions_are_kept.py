"""Verdicts of staff are never changed, removed or emptied away."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION suppliers_refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'verdicts are never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER suppliers_reviewdecision_append_only BEFORE UPDATE OR DELETE ON suppliers_reviewdecision
    FOR EACH ROW EXECUTE FUNCTION suppliers_refuse_decision_change();
CREATE TRIGGER suppliers_reviewdecision_no_truncate BEFORE TRUNCATE ON suppliers_reviewdecision
    FOR EACH STATEMENT EXECUTE FUNCTION suppliers_refuse_decision_change();
"""


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0020_pictures_season_tags")]
    operations = [migrations.RunSQL(GUARDS, "DROP FUNCTION suppliers_refuse_decision_change CASCADE")]
