"""Pictures of the whole database, to show that a refusal changed nothing, and the books by kind of account."""

from django.db import connection

from ledger.models import Transfer
from ledger.selectors import balances


def picture() -> dict[str, str]:
    """A digest of every table's rows."""
    tables = [t for t in connection.introspection.table_names() if not t.startswith("django_")]
    parts = [
        f"SELECT '{t}', coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM \"{t}\" x"
        for t in sorted(tables)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def definitions() -> str:
    """A digest of what the database is made of: tables, columns, constraints, triggers, functions, rights and roles."""
    parts = (
        "SELECT oid, relname, relkind, relowner, relacl::text, relrowsecurity, reltriggers, relpartbound::text"
        " FROM pg_class c LEFT JOIN LATERAL (SELECT count(*) AS reltriggers FROM pg_trigger WHERE tgrelid = c.oid) t"
        " ON true WHERE relnamespace = 'public'::regnamespace",
        "SELECT attrelid, attnum, attname, atttypid, attnotnull, attacl::text FROM pg_attribute"
        " WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
        "SELECT oid, conname, contype, convalidated, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT oid, tgname, tgenabled, tgtype, tgfoid FROM pg_trigger",
        "SELECT oid, proname, prosrc, prosecdef, proconfig::text, proacl::text, proowner FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace",
        "SELECT oid, ev_class, rulename FROM pg_rewrite WHERE ev_class >= 16384",
        "SELECT oid, nspname, nspowner, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'",
        "SELECT oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolconfig::text FROM pg_roles",
        "SELECT roleid, member FROM pg_auth_members",
        "SELECT oid, extname FROM pg_extension",
        "SELECT oid, lomowner FROM pg_largeobject_metadata",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(x, '|')) FROM ("
            + " UNION ALL ".join(
                f"SELECT string_agg(y::text, '|' ORDER BY y.*::text) AS x FROM ({part}) y" for part in parts
            )
            + ") z"
        )
        return str(cursor.fetchone()[0])


def books() -> dict[str, int]:
    """Balances by kind of account, all parties together; empty accounts are left out.

    What suppliers paid in as their deposits is left out too: every story begins with it.
    """
    totals: dict[str, int] = {}
    for amount in Transfer.objects.filter(journal__kind="deposit").values_list("amount_fen", flat=True):
        totals["channel_clearing"] = totals.get("channel_clearing", 0) - amount
        totals["supplier_deposit"] = totals.get("supplier_deposit", 0) - amount
    for (kind, _party), fen in balances().items():
        totals[kind] = totals.get(kind, 0) + fen
    return {kind: fen for kind, fen in totals.items() if fen}
