"""The app's database role: it may not own the tables, and on the books it may only read and add."""

from django.db import connection

RESTORE_MARK = "restore_unfinished"  # a table that is there from the first to the last moment of a restore

QUESTION = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       coalesce((SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('public.ledger_transfer')), false),
       coalesce(has_table_privilege(current_user, to_regclass('public.ledger_transfer')::oid, 'UPDATE'), false)
"""


def trouble_with_role() -> str:
    """What is wrong with the role that DATABASE_URL names, or an empty string."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        is_super, owns, may_update = cursor.fetchone()
    if is_super:
        return "DATABASE_URL signs in as a superuser"
    if owns:
        return "DATABASE_URL signs in as the owner of the tables"
    if may_update:
        return "DATABASE_URL signs in as a role that may change the books"
    return ""
