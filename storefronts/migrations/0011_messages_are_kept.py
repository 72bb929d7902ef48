"""What was said in a conversation is never changed, removed or emptied away."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION storefronts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'messages are never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER storefronts_conversationmessage_append_only BEFORE UPDATE OR DELETE ON storefronts_conversationmessage
    FOR EACH ROW EXECUTE FUNCTION storefronts_refuse_change();
CREATE TRIGGER storefronts_conversationmessage_no_truncate BEFORE TRUNCATE ON storefronts_conversationmessage
    FOR EACH STATEMENT EXECUTE FUNCTION storefronts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0010_conversations")]
    operations = [migrations.RunSQL(GUARDS, "DROP FUNCTION storefronts_refuse_change CASCADE")]
