"""Two who post the first journals of a month at once both go on: whoever waited for the partition sees that it is there."""

from django.db import migrations

FORWARD = """
-- As in 0005. After waiting, the catalogue itself is asked: to_regclass remembers that there was no such table before.
CREATE OR REPLACE FUNCTION ledger_open_month(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    start date := date_trunc('month', day)::date;
    ending date := (date_trunc('month', day) + interval '1 month')::date;
    part text := 'ledger_transfer_' || to_char(day, 'YYYY_MM');
BEGIN
    IF day IS NULL OR day < '2000-01-01' OR day >= '2200-01-01' THEN
        RAISE EXCEPTION 'no month of these books: %', day USING ERRCODE = 'check_violation';
    END IF;
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger_open_month', 0));
    IF EXISTS (SELECT 1 FROM pg_class c WHERE c.relname = part AND c.relnamespace = 'public'::regnamespace) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.ledger_transfer INCLUDING CONSTRAINTS)', part);
    IF EXISTS (SELECT 1 FROM ledger_transfer_default t WHERE t.posted_on >= start AND t.posted_on < ending) THEN
        ALTER TABLE ledger_transfer_default DISABLE TRIGGER USER;
        EXECUTE format(
            'WITH gone AS (DELETE FROM public.ledger_transfer_default WHERE posted_on >= $1 AND posted_on < $2
                           RETURNING *) INSERT INTO public.%I SELECT * FROM gone', part)
            USING start, ending;
        ALTER TABLE ledger_transfer_default ENABLE TRIGGER USER;
    END IF;
    EXECUTE format('ALTER TABLE public.ledger_transfer ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                   part, start, ending);
    PERFORM ledger_guard_partition(part);
    RETURN true;
EXCEPTION
    WHEN lock_not_available OR object_in_use THEN
        RETURN false;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_take_in")]
    operations = [migrations.RunSQL(FORWARD)]
