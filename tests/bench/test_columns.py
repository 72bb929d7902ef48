"""The rows that the bench loads past Django have every column that the tables ask for, and none that is gone."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, GeneratedField

LOADED = re.compile(r"INSERT INTO (\w+)\s*\(([^)]*)\)")
TABLES = {model._meta.db_table: model for model in apps.get_models()}
GIVEN = {("ledger_journal", "posted_on")}  # by a trigger
INSERTS = [
    (file.name, table, {name.strip() for name in columns.split(",")})
    for file in sorted((Path(settings.BASE_DIR) / "bench").glob("*.py"))
    for table, columns in LOADED.findall(file.read_text())
    if table in TABLES
]


def asked(table: str, field: "Field[object, object]") -> bool:
    """Whether a row without this column would be refused."""
    is_given = field.null or field.has_db_default() or isinstance(field, GeneratedField) or field.primary_key
    return not is_given and (table, str(field.column)) not in GIVEN


@pytest.mark.parametrize(("file", "table", "columns"), INSERTS, ids=[f"{f}-{t}" for f, t, _c in INSERTS])
def test_rows_of_the_bench_fit_their_tables(file: str, table: str, columns: set[str]) -> None:
    fields = TABLES[table]._meta.concrete_fields
    assert columns - {field.column for field in fields} == set()
    assert {field.column for field in fields if asked(table, field)} - columns == set()
