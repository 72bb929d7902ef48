"""A judgement is never rewritten (L13); levels leave room on their page, so that a change writes no index."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION commissions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'judgements are never changed: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_tiermonth_append_only BEFORE UPDATE OR DELETE ON commissions_tiermonth
    FOR EACH ROW EXECUTE FUNCTION commissions_refuse_change();
CREATE TRIGGER commissions_tiermonth_no_truncate BEFORE TRUNCATE ON commissions_tiermonth
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_refuse_change();
ALTER TABLE commissions_ownertier SET (fillfactor = 70);
"""
BACKWARD = """
ALTER TABLE commissions_ownertier RESET (fillfactor);
DROP FUNCTION commissions_refuse_change CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0006_misses_before")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
