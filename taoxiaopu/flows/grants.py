"""What the app's database role may do: everything it needs, and on the books and the audit trail only read and add."""

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
APPEND_ONLY = ("ledger_account", "ledger_journal", "ledger_transfer", "kernel_auditentry")


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
        # SELECT ... FOR UPDATE on accounts needs a column right; the trigger refuses any real update.
        if "ledger_account" in existing:
            cursor.execute(f"GRANT UPDATE (party) ON ledger_account TO {quoted}")
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
