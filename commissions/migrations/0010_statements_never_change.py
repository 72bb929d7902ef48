"""What was settled stays as it was written: PostgreSQL refuses to change or delete it, whoever asks."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = ("commissions_statement", "commissions_statementitem", "commissions_deduction")
FORWARD = (
    """
CREATE FUNCTION commissions_refuse_settled_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was settled is never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION commissions_list_reversal_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.statement_id IS NULL AND NEW.statement_id IS NOT NULL
       AND to_jsonb(NEW) - 'statement_id' = to_jsonb(OLD) - 'statement_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a reversal is never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION commissions_refuse_settled_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_refuse_settled_change();
"""
        for table in KEPT
    )
    + """
CREATE TRIGGER commissions_reversal_listed_once BEFORE UPDATE ON commissions_reversal
    FOR EACH ROW EXECUTE FUNCTION commissions_list_reversal_once();
CREATE TRIGGER commissions_reversal_never_deleted BEFORE DELETE ON commissions_reversal
    FOR EACH ROW EXECUTE FUNCTION commissions_refuse_settled_change();
CREATE TRIGGER commissions_reversal_no_truncate BEFORE TRUNCATE ON commissions_reversal
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_refuse_settled_change();
"""
)
BACKWARD = """
DROP FUNCTION commissions_refuse_settled_change CASCADE;
DROP FUNCTION commissions_list_reversal_once CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0009_itemise_statements"), ("storefronts", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="reversal",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="storefronts.owner"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
