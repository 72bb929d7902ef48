"""The guards themselves: everything that PostgreSQL holds the books with is there, enabled, as it was written, and nobody
has more rights than were given (trust §1).

The rows may add up today while the door stands open for tomorrow.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.grants import CALLED, READONLY_ROLE, app_role
from taoxiaopu.flows.verify.blueprint import (
    FUNCTIONS,
    PARTITION_TRIGGERS,
    TRIGGERS,
    constraints,
    forbidden,
)
from taoxiaopu.flows.verify.check import Check

MOMENT = """concat_ws(' ', CASE WHEN t.tgtype & 2 = 2 THEN 'before' WHEN t.tgtype & 64 = 64 THEN 'instead' ELSE 'after' END,
    CASE WHEN t.tgtype & 1 = 1 THEN 'row' ELSE 'statement' END, CASE WHEN t.tgtype & 4 = 4 THEN 'insert' END,
    CASE WHEN t.tgtype & 16 = 16 THEN 'update' END, CASE WHEN t.tgtype & 8 = 8 THEN 'delete' END,
    CASE WHEN t.tgtype & 32 = 32 THEN 'truncate' END, CASE WHEN t.tgattr::text <> '' THEN 'of columns' END,
    CASE WHEN t.tginitdeferred THEN 'deferred' END, CASE WHEN t.tgqual IS NOT NULL THEN 'when' END)"""
SIGNATURE = "p.proname || '(' || oidvectortypes(p.proargtypes) || ')'"
SHAPE = """left(encode(sha256(convert_to(concat_ws('|', p.prosrc, p.prosecdef, p.proconfig::text), 'UTF8')), 'hex'), 32)"""


def _values(rows: Iterable[Sequence[str]]) -> str:
    return ", ".join(
        "(" + ", ".join("'" + cell.replace("'", "''") + "'" for cell in row) + ")" for row in rows
    )


OWN = "n.nspname = 'public'"
# The tables that guards stand before, and PostgreSQL's own name for whoever owns the books.
GUARDED = ", ".join(f"'{table}'" for table in sorted({table for table, *_rest in TRIGGERS}))
BOOKKEEPER = "(SELECT relowner FROM pg_class WHERE oid = to_regclass('public.ledger_transfer'))"
PARTITIONS = """SELECT c.oid, c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('public.ledger_transfer')"""

CHECKS = (
    Check(
        "guard_stands",
        "pg_trigger",
        _("守护账本的触发器被停用、删除、改写，或多出了触发器与规则"),
        f"""WITH wanted (tab, guard, moment, function) AS (
                SELECT * FROM (VALUES {_values(TRIGGERS)}) AS v
                UNION ALL SELECT c.relname, g.* FROM ({PARTITIONS}) c
                CROSS JOIN (VALUES {_values(PARTITION_TRIGGERS)}) AS g
            ), found AS (
                SELECT c.relname AS tab, t.tgname AS guard, {MOMENT} AS moment, p.proname AS function,
                       t.tgenabled::text AS state
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE {OWN} AND NOT t.tgisinternal AND c.relname IN (SELECT tab FROM wanted)
                UNION ALL
                SELECT c.relname, r.rulename, 'rule', '', r.ev_enabled::text
                FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE {OWN} AND c.relname IN (SELECT tab FROM wanted)
            )
            SELECT coalesce(w.tab, f.tab) || ' ' || coalesce(w.guard, f.guard) AS key,
                   CASE WHEN f.guard IS NULL THEN 'missing' WHEN w.guard IS NULL THEN 'unknown'
                        WHEN f.state <> 'O' THEN 'disabled' ELSE 'changed' END AS state, f.moment, f.function
            FROM wanted w FULL JOIN found f ON f.tab = w.tab AND f.guard = w.guard
            WHERE (f.moment, f.function, f.state) IS DISTINCT FROM (w.moment, w.function, 'O') ORDER BY 1""",
    ),
    Check(
        "guard_function",
        "pg_proc",
        _("守护账本的函数被删除、改写或换了所有者，或多出了以所有者权限运行的函数"),
        f"""SELECT coalesce(w.function, f.function) AS key,
                   CASE WHEN f.function IS NULL THEN 'missing' WHEN w.function IS NULL THEN 'unknown'
                        WHEN NOT f.is_ours THEN 'of another owner' ELSE 'changed' END AS state, f.shape
            FROM (VALUES {_values(FUNCTIONS.items())}) AS w (function, shape)
            FULL JOIN (
                SELECT {SIGNATURE} AS function, {SHAPE} AS shape, p.proowner = {BOOKKEEPER} AS is_ours, p.prosecdef
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OWN}
            ) f ON f.function = w.function
            WHERE (w.function IS NULL AND f.prosecdef) OR (w.function IS NOT NULL AND (f.shape IS DISTINCT FROM w.shape OR NOT f.is_ours))
            ORDER BY 1""",
    ),
    Check(
        "guard_constraint",
        "pg_constraint",
        _("数据表的约束、唯一索引或外键缺失、未生效"),
        f"""SELECT w.tab || ' ' || w.title AS key, w.kind
            FROM (SELECT v.*, to_regclass('public.' || quote_ident(v.tab)) AS id
                  FROM (VALUES {_values(constraints())}) AS v (tab, title, kind, by) OFFSET 0) w
            WHERE NOT CASE w.kind
                WHEN 'filled' THEN EXISTS (
                    SELECT 1 FROM pg_attribute a WHERE a.attrelid = w.id AND a.attname = w.by AND a.attnotnull)
                WHEN 'index' THEN EXISTS (
                    SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                    WHERE i.indrelid = w.id AND c.relname = w.by AND i.indisunique AND i.indisvalid AND i.indisready)
                WHEN 'key' THEN EXISTS (
                    SELECT 1 FROM pg_index i WHERE i.indrelid = w.id AND i.indisunique AND i.indisvalid AND i.indisready
                      AND i.indpred IS NULL
                      AND w.by = (SELECT string_agg(a.attname, ', ' ORDER BY a.attname COLLATE "C") FROM pg_attribute a
                                  WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::smallint[])))
                ELSE EXISTS (
                    SELECT 1 FROM pg_constraint c WHERE c.conrelid = w.id AND c.convalidated
                      AND coalesce(to_jsonb(c) ->> 'conenforced', 'true') = 'true'
                      AND c.contype = CASE w.kind WHEN 'unique' THEN 'u' WHEN 'refers' THEN 'f' WHEN 'together' THEN 'f' ELSE 'c' END::"char"
                      AND CASE WHEN w.kind IN ('check', 'unique', 'together') THEN c.conname = w.by
                          ELSE (SELECT a.attname FROM pg_attribute a
                                WHERE a.attrelid = w.id AND ARRAY[a.attnum] = c.conkey) = w.by END
                      AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O'))
                END ORDER BY 1""",
    ),
    Check(
        "guard_table",
        "pg_class",
        _("账本的数据表缺失、换了所有者、不写日志，或按行隐藏"),
        f"""SELECT w.tab AS key, CASE WHEN c.oid IS NULL THEN 'missing' WHEN c.relpersistence <> 'p' THEN 'unlogged'
                   WHEN c.relowner <> {BOOKKEEPER} THEN 'of another owner' WHEN k.n > 0 THEN 'has children'
                   ELSE 'row security' END AS state
            FROM unnest(ARRAY[{GUARDED}, 'ledger_balance', 'ledger_shape']) AS w (tab)
            LEFT JOIN pg_class c ON c.oid = to_regclass('public.' || w.tab)
            LEFT JOIN LATERAL (SELECT count(*) AS n FROM pg_inherits i
                               WHERE i.inhparent = c.oid AND c.relkind = 'r') k ON true
            WHERE c.oid IS NULL OR c.relpersistence <> 'p' OR c.relowner <> {BOOKKEEPER} OR c.relrowsecurity OR k.n > 0
            ORDER BY 1""",
    ),
    Check(
        "guard_partition",
        "pg_inherits",
        _("分录的月份分区脱离、范围不符，或有来历不明的分区"),
        f"""SELECT coalesce(p.relname, c.relname, 'ledger_transfer_default') AS key, p.bounds
            FROM ({PARTITIONS}) p
            FULL JOIN (
                SELECT c.oid, c.relname,
                       format('FOR VALUES FROM (''%s'') TO (''%s'')', m.month, (m.month + interval '1 month')::date) AS bounds
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 7), 'YYYY_MM') AS month) m
                WHERE {OWN} AND c.relkind = 'r' AND c.relname ~ '^ledger_transfer_[0-9]{{4}}_[0-9]{{2}}$'
                UNION ALL SELECT to_regclass('public.ledger_transfer_default'), 'ledger_transfer_default', 'DEFAULT'
            ) c ON c.oid = p.oid
            WHERE p.bounds IS DISTINCT FROM c.bounds ORDER BY 1""",
    ),
    Check(
        "guard_right",
        "pg_roles",
        _("数据库角色有了不该有的权限"),
        f"""SELECT x.key FROM (
                SELECT r.rolname || ' ' || c.relname || coalesce('.' || a.attname, '') || ' ' || w.right AS key
                FROM (VALUES {_values(forbidden())}) AS w (tab, "right", excepted)
                JOIN pg_roles r ON r.rolname = '{app_role()}'
                JOIN pg_class c ON c.oid = to_regclass('public.' || w.tab)
                LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     AND w.right IN ('INSERT', 'UPDATE')
                WHERE CASE WHEN a.attname IS NULL THEN has_table_privilege(r.oid, c.oid, w.right)
                           ELSE has_column_privilege(r.oid, c.oid, a.attname, w.right)
                                AND w.excepted NOT LIKE '%,' || a.attname || ',%' END
                UNION ALL
                SELECT r.rolname || ' ' || c.relname || ' ' || w.right
                FROM ({
            PARTITIONS
        }) c CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS w ("right")
                JOIN pg_roles r ON r.rolname = '{app_role()}' WHERE has_table_privilege(r.oid, c.oid, w.right)
                UNION ALL
                SELECT r.rolname || ' ' || c.relname || ' ' || w.right
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS w ("right")
                JOIN pg_roles r ON r.rolname = '{READONLY_ROLE}'
                WHERE {OWN} AND c.relkind IN ('r', 'p') AND has_table_privilege(r.oid, c.oid, w.right)
                UNION ALL
                SELECT r.rolname || ' ' || p.oid::regprocedure || ' EXECUTE'
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                JOIN pg_roles r ON r.rolname IN ('{app_role()}', '{READONLY_ROLE}')
                WHERE {OWN} AND p.prosecdef AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
                  AND NOT (r.rolname = '{app_role()}' AND p.oid = ANY (ARRAY[{
            ", ".join(f"to_regprocedure('public.{function}')" for function in CALLED)
        }]))
                UNION ALL
                SELECT r.rolname || ' ' || w.power
                FROM pg_roles r
                CROSS JOIN LATERAL (VALUES
                    ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole), ('BYPASSRLS', r.rolbypassrls),
                    ('REPLICATION', r.rolreplication), ('CREATE IN public', has_schema_privilege(r.oid, 'public', 'CREATE')),
                    ('AS THE OWNER', pg_has_role(r.oid, {BOOKKEEPER}, 'MEMBER')),
                    ('session_replication_role', has_parameter_privilege(r.oid, 'session_replication_role', 'SET'))
                ) AS w (power, has)
                WHERE r.rolname IN ('{app_role()}', '{READONLY_ROLE}') AND w.has
            ) x ORDER BY 1""",
    ),
)
