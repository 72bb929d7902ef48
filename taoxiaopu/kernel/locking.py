"""Locks, always taken in layer order and, within a table, by primary key."""

import hashlib
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from taoxiaopu.kernel import rows as single

M = TypeVar("M", bound=Model)


def lock_rows(rows: "QuerySet[M]") -> list[M]:
    """Lock the rows of a queryset in primary-key order and return them fresh.

    NO KEY UPDATE: rows that merely refer to a locked one by foreign key can still be inserted.
    """
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def lock_found(model: type[M], *, wait: bool = True, read: bool = True, **equal: Any) -> list[M]:
    """As ``lock_rows``, for rows found by their own columns: see ``kernel.rows.find``."""
    return single.find(model, lock=True, wait=wait, read=read, **equal)


def lock_name(name: str) -> None:
    """Take a transaction-long advisory lock on a name; waits for whoever holds it."""
    assert transaction.get_connection().in_atomic_block, (
        "an advisory lock without a transaction guards nothing"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
