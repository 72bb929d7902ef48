"""What PostgreSQL itself holds of the rules: announced texts never change, acceptances are append-only and of the text
that was announced, and numbers change by a published version alone (docs/rules.md §8.2).
"""

from django.db import migrations

EDGES = (
    ("draft", "in_comment"),
    ("in_comment", "draft"),
    ("in_comment", "published"),
    ("draft", "withdrawn"),
    ("in_comment", "withdrawn"),
    ("published", "withdrawn"),
    ("published", "superseded"),
)
_EDGES = ", ".join(f"('{source}', '{target}')" for source, target in EDGES)

FORWARD = f"""
CREATE FUNCTION rulebook_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of the rulebook are never removed, and acceptances never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION rulebook_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' AND NOT (NEW.status = 'published' AND NEW.edition = 1) THEN
            RAISE EXCEPTION 'a version begins as a draft: %', NEW.number USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_EDGES}) THEN
        RAISE EXCEPTION 'version % cannot go from % to %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_at IS NOT NULL AND (to_jsonb(NEW) - 'status' - 'withdrawn_at')
            IS DISTINCT FROM (to_jsonb(OLD) - 'status' - 'withdrawn_at') THEN
        RAISE EXCEPTION 'version % is published and never changes', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'in_comment' AND NEW.status <> 'draft' AND (OLD.source_zh, OLD.source_en, OLD.changes)
            IS DISTINCT FROM (NEW.source_zh, NEW.source_en, NEW.changes) THEN
        RAISE EXCEPTION 'version % is in comment: revise it first', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulebook_version_guard BEFORE INSERT OR UPDATE ON rulebook_version
    FOR EACH ROW EXECUTE FUNCTION rulebook_guard_version();
CREATE TRIGGER rulebook_version_stays BEFORE DELETE ON rulebook_version
    FOR EACH ROW EXECUTE FUNCTION rulebook_refuse_change();
CREATE TRIGGER rulebook_version_no_truncate BEFORE TRUNCATE ON rulebook_version
    FOR EACH STATEMENT EXECUTE FUNCTION rulebook_refuse_change();

CREATE FUNCTION rulebook_guard_acceptance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM rulebook_version v
        WHERE v.id = NEW.version_id AND v.text_hash = NEW.text_hash AND v.text_hash <> ''
          AND v.status IN ('published', 'superseded') AND v.published_at <= NEW.at
    ) THEN
        RAISE EXCEPTION 'accepted is what was announced: version %', NEW.version_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulebook_acceptance_guard BEFORE INSERT ON rulebook_acceptance
    FOR EACH ROW EXECUTE FUNCTION rulebook_guard_acceptance();
CREATE TRIGGER rulebook_acceptance_append_only BEFORE UPDATE OR DELETE ON rulebook_acceptance
    FOR EACH ROW EXECUTE FUNCTION rulebook_refuse_change();
CREATE TRIGGER rulebook_acceptance_no_truncate BEFORE TRUNCATE ON rulebook_acceptance
    FOR EACH STATEMENT EXECUTE FUNCTION rulebook_refuse_change();

CREATE FUNCTION rulebook_guard_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'status' - 'answer' - 'answered_by' - 'answered_at')
            IS DISTINCT FROM (to_jsonb(OLD) - 'status' - 'answer' - 'answered_by' - 'answered_at')
        OR (OLD.answered_at IS NOT NULL AND (OLD.answer, OLD.answered_by, OLD.answered_at)
            IS DISTINCT FROM (NEW.answer, NEW.answered_by, NEW.answered_at)) THEN
        RAISE EXCEPTION 'what was said stays: comment %', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulebook_comment_guard BEFORE UPDATE ON rulebook_comment
    FOR EACH ROW EXECUTE FUNCTION rulebook_guard_comment();
CREATE TRIGGER rulebook_comment_stays BEFORE DELETE ON rulebook_comment
    FOR EACH ROW EXECUTE FUNCTION rulebook_refuse_change();

CREATE FUNCTION rulebook_guard_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.withdrawn_at IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM rulebook_version v
            WHERE v.number = NEW.source AND v.status = 'published' AND v.effective_at = NEW.effective_at
              AND v.changes = NEW.changes
        ) THEN
            RAISE EXCEPTION 'numbers change by a published version of the rules: %', NEW.source
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - 'withdrawn_at') IS DISTINCT FROM (to_jsonb(OLD) - 'withdrawn_at') OR NOT EXISTS (
        SELECT 1 FROM rulebook_version v
        WHERE v.number = NEW.source AND v.status = 'withdrawn' AND v.withdrawn_at = NEW.withdrawn_at
    ) THEN
        RAISE EXCEPTION 'numbers of a published version never change: %', OLD.source
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulebook_numbers_guard BEFORE INSERT OR UPDATE ON kernel_rulesversion
    FOR EACH ROW EXECUTE FUNCTION rulebook_guard_numbers();
CREATE TRIGGER rulebook_numbers_stay BEFORE DELETE ON kernel_rulesversion
    FOR EACH ROW EXECUTE FUNCTION rulebook_refuse_change();
CREATE TRIGGER rulebook_numbers_no_truncate BEFORE TRUNCATE ON kernel_rulesversion
    FOR EACH STATEMENT EXECUTE FUNCTION rulebook_refuse_change();
"""

BACKWARD = """
DROP FUNCTION rulebook_guard_numbers CASCADE;
DROP FUNCTION rulebook_guard_comment CASCADE;
DROP FUNCTION rulebook_guard_acceptance CASCADE;
DROP FUNCTION rulebook_guard_version CASCADE;
DROP FUNCTION rulebook_refuse_change CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial"), ("kernel", "0003_rules_from_documents")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
