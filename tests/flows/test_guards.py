"""The list of guards that ``verify`` asks for is the list of those that migrations make: nothing stands unwatched."""

import pytest
from django.db import connection

from taoxiaopu.flows.verify.blueprint import FUNCTIONS, PARTITION_TRIGGERS, TRIGGERS
from taoxiaopu.flows.verify.guards import MOMENT, SHAPE, SIGNATURE

pytestmark = pytest.mark.django_db
IN_PUBLIC = "'public'::regnamespace"


def rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()]


def test_every_trigger_is_written_down() -> None:
    found = rows(
        f"SELECT c.relname, t.tgname, {MOMENT}, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        f" JOIN pg_proc p ON p.oid = t.tgfoid WHERE c.relnamespace = {IN_PUBLIC} AND NOT t.tgisinternal"
        " AND NOT c.relispartition"
    )
    assert sorted(found) == sorted(TRIGGERS)


def test_every_partition_has_its_triggers() -> None:
    found = rows(
        f"SELECT DISTINCT t.tgname, {MOMENT}, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE c.relispartition"
    )
    assert sorted(found) == sorted(PARTITION_TRIGGERS)


def test_every_function_is_written_down() -> None:
    """Fails when a migration adds, changes or drops one: write down what it is now, in ``flows/verify/blueprint.py``."""
    found = rows(
        f"SELECT {SIGNATURE}, {SHAPE} FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
        f" WHERE p.pronamespace = {IN_PUBLIC} AND l.lanname = 'plpgsql'"
    )
    assert dict(found) == FUNCTIONS
