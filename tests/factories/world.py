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
