"""Damage that only the tables' owner can do, and what ``verify`` says of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from taoxiaopu.flows.verify import Report


@contextmanager
def guards_off() -> Iterator[None]:
    """As the tables' owner, past triggers, foreign keys and append-only guards; definitions stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def found_by(report: Report) -> dict[str, list[str]]:
    """The keys that each check named."""
    named: dict[str, list[str]] = {}
    for problem in report.problems:
        named.setdefault(problem.check.name, []).append(problem.key)
    return {check: sorted(keys) for check, keys in named.items()}
