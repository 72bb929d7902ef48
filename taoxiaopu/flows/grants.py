"""What the database roles may do: the app's everything that it needs, and on the books and the audit trail only read and
add; that of reports only read. Given anew by every ``migrate``: a restored backup brings no rights along.
"""

from django.apps import apps
from django.conf import settings
from django.db import connections

READONLY_ROLE = "taoxiaopu_readonly"
# People, their sessions and secrets are not for reports.
UNREADABLE = (
    "accounts_",
    "account_",
    "authtoken_",
    "axes_",
    "django_session",
    "mfa_",
    "socialaccount_",
    "usersessions_",
)
APPEND_ONLY = (
    "ledger_account",
    "ledger_journal",
    "ledger_transfer",
    "kernel_auditentry",
    "commissions_tiermonth",
    "commissions_statement",
    "commissions_statementitem",
    "commissions_deduction",
    "commissions_reversal",
    "commissions_supplierstatement",
    "commissions_supplierstatementline",
    "rulebook_acceptance",
    "tax_commissioninvoice",
    "suppliers_stockmovement",
    "orders_contractversion",
    "orders_contractacceptance",
    "storefronts_conversationmessage",
)
# What the app writes of the books, column by column: keys, stamps and days are the database's own.
WRITTEN = {
    "ledger_account": "kind, party",
    "ledger_journal": "kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at",
    "ledger_transfer": "journal_id, debit_id, credit_id, amount_fen, line_ref, posted_on",
}
# Columns that the app's role may update by right: SELECT ... FOR UPDATE on accounts needs one, and the statement that lists a
# reversal is named once, and so is the number under which an invoice was issued. Triggers refuse any other update.
LOCKED = {
    "ledger_account": "party",
    "commissions_reversal": "statement_id",
    "tax_commissioninvoice": "status, serial, tax_number, issued_at",
}
# Written by functions of the owner alone, from what is in the books.
READ_ONLY = (
    "ledger_balance",
    "ledger_checkpoint",
    "ledger_closingbalance",
    "ledger_digest",
    "ledger_monthclosing",
    "ledger_shape",
)
# Tells when a month is over; where the clock stands still, nobody moves it (``kernel.clock``).
CLOCK = "kernel_clockoffset"
CALLED = (
    "ledger_open_month(date)",
    "ledger_close_month(date, text, timestamptz, text)",
    "ledger_write_digest(date, timestamptz)",
)
# Run with the owner's rights: PostgreSQL lets everybody call a new function, and hang it on a table of their own.
DEFINERS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = to_regnamespace('public') AND p.prosecdef AND p.proowner = current_user::regrole"""
PARTITIONS = """
    SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('public.ledger_transfer')"""


def read_only() -> tuple[str, ...]:
    """The tables that the app's role reads and never writes, here."""
    return READ_ONLY if settings.CLOCK_MAY_ADVANCE else (*READ_ONLY, CLOCK)


def close_functions(alias: str) -> None:
    """Take the right to run functions of the owner's from everybody. Safe to run again."""
    with connections[alias].cursor() as cursor:
        cursor.execute(DEFINERS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def grant_to_app_role(alias: str, role: str) -> None:
    """Grant the app's role its rights, as the owner of the tables. Safe to run again."""
    connection = connections[alias]
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        existing = set(connection.introspection.table_names(cursor))
        for table in APPEND_ONLY:
            if table in existing:
                name = connection.ops.quote_name(table)
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {quoted}")
        for table, columns in WRITTEN.items():
            if table in existing:
                cursor.execute(f"REVOKE INSERT ON {table} FROM {quoted}")
                cursor.execute(f"GRANT INSERT ({columns}) ON {table} TO {quoted}")
                cursor.execute(f"REVOKE ALL ON SEQUENCE {table}_id_seq FROM {quoted}")
        for table in read_only():
            if table in existing:
                cursor.execute(f"REVOKE ALL ON {table} FROM {quoted}")
                cursor.execute(f"GRANT SELECT ON {table} TO {quoted}")
        for function in CALLED:
            cursor.execute("SELECT to_regprocedure(%s) IS NOT NULL", [f"public.{function}"])
            if cursor.fetchone()[0]:
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
        cursor.execute(PARTITIONS)
        for (partition,) in cursor.fetchall():  # reached through ledger_transfer only
            cursor.execute(f"REVOKE ALL ON {partition} FROM {quoted}")
        if "ledger_transfer" in existing:
            cursor.execute("SELECT to_regclass('public.ledger_transfer_default') IS NOT NULL")
            if cursor.fetchone()[0]:  # verify looks whether anything lies there
                cursor.execute(f"GRANT SELECT ON ledger_transfer_default TO {quoted}")
        for table, columns in LOCKED.items():
            if table in existing:
                cursor.execute(f"GRANT UPDATE ({columns}) ON {table} TO {quoted}")
        cursor.execute(f"REVOKE ALL ON django_migrations FROM {quoted}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {quoted}")


def grant_to_readonly_role(alias: str) -> None:
    """Grant the role of reports to read figures, never people, sessions or secrets. Safe to run again."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READONLY_ROLE])
        if cursor.fetchone() is None:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {READONLY_ROLE}")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READONLY_ROLE}")
        for table in connection.introspection.table_names(cursor):
            if table.startswith(UNREADABLE):
                name = connection.ops.quote_name(table)
                cursor.execute(f"REVOKE ALL ON {name} FROM {READONLY_ROLE}")


def app_role() -> str:
    """The role that DATABASE_URL names."""
    assert apps.ready
    return str(settings.APP_ROLE)
