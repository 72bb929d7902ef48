"""Single rows by their columns, with statements that are put together once: for the steps that every order takes.

A queryset is compiled anew at each call, which costs several times what PostgreSQL needs to answer. These three
do what ``filter``, ``create`` and ``save(update_fields=...)`` do for one table and nothing else: no joins, no signals.

A statement that a connection runs again is prepared there, so that PostgreSQL plans it once, not each time; with a
pooler that hands out another connection for each transaction, set PREPARE_STATEMENTS to no.
"""

import hashlib
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)


def find(
    model: type[M], *, lock: bool = False, wait: bool = True, read: bool = True, **equal: Any
) -> list[M]:
    """The rows whose columns equal these values (a list or tuple: one of them; None: no value), in key order.

    ``lock`` locks them as ``kernel.locking.lock_rows`` does; without ``wait`` those that somebody else holds are left
    out. Who only wants thousands locked does not ``read`` them, and gets none. Foreign keys are named by their column:
    ``order_id``.
    """
    shapes = tuple((name, _shape(value)) for name, value in equal.items())
    values = [_to_database(model, name, value) for name, value in equal.items() if value is not None]
    fields, converters = _columns(model)
    names = [field.attname for field in fields]
    found = run(_select(model, shapes, lock, wait), values)
    rows = []
    for row in found.fetchall() if read else ():
        cells = list(row)
        for position, convert in converters:
            cells[position] = convert(cells[position], None, connection)
        rows.append(model.from_db(connection.alias, names, cells))
    return rows


def load(row: Model, *names: str) -> None:
    """Read the rows that these foreign keys of a row lead to, where they are not there yet."""
    by_name = _by_name(type(row))
    for name in names:
        field = by_name[name]
        key = getattr(row, field.attname)
        if key is None or field.is_cached(row):  # type: ignore[attr-defined]
            continue
        model: Any = field.related_model
        field.set_cached_value(row, find(model, **{model._meta.pk.attname: key})[0])  # type: ignore[attr-defined]


def insert(row: M, *, once: bool = False) -> M | None:
    """Insert a new row and give it its key. With ``once`` a row that meets a unique constraint is left out: None."""
    fields = row._meta.local_concrete_fields
    own, values = [], []
    for field in fields:
        if field.primary_key or field.generated:
            continue
        value = field.pre_save(row, True)
        if isinstance(value, DatabaseDefault):
            continue
        own.append(field)
        values.append(_cell(field, value))
    made = run(_insert(type(row), tuple(own), once), values).fetchone()
    if made is None:
        return None
    row.pk = made[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


def update(row: Model, *names: str) -> None:
    """Write these fields of one row by its key."""
    by_name = _by_name(type(row))
    fields = [by_name[name] for name in names]
    values = [_cell(field, getattr(row, field.attname)) for field in fields]
    if run(_update(type(row), tuple(fields)), [*values, row.pk]).rowcount != 1:
        raise type(row).DoesNotExist(f"{row._meta.db_table} {row.pk}")  # type: ignore[attr-defined]


def update_all(found: "Collection[Model]", *names: str) -> None:
    """Write these columns of many rows of one table by their keys, in one statement; foreign keys by their column.

    What ``bulk_update`` does, without a CASE for each row and column.
    """
    for first in list(found)[:1]:
        by_column = _by_column(type(first))
        fields = [by_column[name] for name in names]
        columns = [[row.pk for row in found]]
        columns += [[_cell(field, getattr(row, field.attname)) for row in found] for field in fields]
        run(_update_all(type(first), tuple(fields)), columns)


def shift(model: type[Model], key: int, *, enough: str = "", **by: int) -> bool:
    """Add to whole-numbered columns of one row what is in the database then, not what was read; False when there is no
    such row, or when ``enough`` names a column that would fall below zero.
    """
    values = [*by.values(), key]
    if enough:
        values.append(-by[enough])
    return bool(run(_shift(model, tuple(by), enough), values).rowcount)


def run(statement: str, values: Sequence[Any]) -> Any:
    """Execute a statement whose only ``%`` are its ``%s``, one a value, prepared from its second time on; the cursor to
    read its answer from, at once: the next statement has the same one.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    kept: _Kept | None = getattr(database, "kept_by_rows", None)
    if kept is None or kept.connection is not database.connection:
        kept = database.kept_by_rows = _Kept(database.connection)
    if kept.cursor is None or kept.is_logged is not database.queries_logged:
        kept.cursor, kept.is_logged = database.cursor(), database.queries_logged
    kept.cursor.execute(kept.prepared(statement) if settings.PREPARE_STATEMENTS else statement, values)
    return kept.cursor


def array(values: Sequence[str] | Sequence[int]) -> str:
    """Values of a column as one parameter of a statement that says ``%s::text::bigint[]``, or whatever its elements are.

    By way of ``text`` PostgreSQL plans for some rows, not for as many as the first call happened to have.
    """
    if values and isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    text = '","'.join(values)  # type: ignore[arg-type]
    if "\\" in text or text.count('"') != 2 * len(values) - 2:
        text = '","'.join(str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + text + '"}' if values else "{}"


class _Kept:
    """What is kept as long as a connection lasts: a cursor, and how each statement is executed there."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.cursor: Any = None
        self.is_logged = False
        self._execute: dict[str, str] = {}

    def prepared(self, statement: str) -> str:
        """How to execute a statement: as it is the first time, prepared from then on. No rollback undoes PREPARE."""
        if statement not in self._execute:
            self._execute[statement] = ""
            return statement
        if not self._execute[statement]:
            prepare, execute = _preparation(statement)
            with connections[DEFAULT_DB_ALIAS].wrap_database_errors:
                self.cursor.cursor.execute(prepare)  # not a query of its own in anybody's count
            self._execute[statement] = execute
        return self._execute[statement]


@cache
def _preparation(statement: str) -> tuple[str, str]:
    """How a statement is prepared, and then executed."""
    name = "txp_" + hashlib.sha256(statement.encode()).hexdigest()[:24]
    *pieces, last = statement.split("%s")
    numbered = "".join(f"{piece}${number}" for number, piece in enumerate(pieces, 1)) + last
    return f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({', '.join(['%s'] * len(pieces))})"


def _cell(field: "Field[Any, Any]", value: Any) -> Any:
    """A field's value as the database takes it; most are so already."""
    if type(value) is _PLAIN.get(type(field)):
        return value
    return field.get_db_prep_save(value, connection)


_PLAIN: dict[type, type] = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.BigIntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
}


def _shape(value: Any) -> str:
    if value is None:
        return "IS NULL"
    return "= ANY(%s)" if isinstance(value, list | tuple) else "= %s"


def _to_database(model: type[Model], name: str, value: Any) -> Any:
    field = _by_column(model)[name]
    if isinstance(value, list | tuple):
        return [field.get_db_prep_value(field.get_prep_value(one), connection) for one in value]
    return field.get_db_prep_value(field.get_prep_value(value), connection)


@cache
def _by_column(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {field.attname: field for field in model._meta.local_concrete_fields}


@cache
def _by_name(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {field.name: field for field in model._meta.local_concrete_fields}


@cache
def _columns(model: type[Model]) -> "tuple[Sequence[Field[Any, Any]], list[tuple[int, Any]]]":
    fields = model._meta.local_concrete_fields
    own = [
        (position, field.from_db_value)
        for position, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    ]
    return fields, own


def _quote(name: str | None) -> str:
    assert name is not None, "a local column has a name"
    return connection.ops.quote_name(name)


@cache
def _select(model: type[Model], shapes: tuple[tuple[str, str], ...], lock: bool, wait: bool) -> str:
    fields = model._meta.local_concrete_fields
    by_column = _by_column(model)
    where = " AND ".join(f"{_quote(by_column[name].column)} {shape}" for name, shape in shapes)
    columns = ", ".join(_quote(field.column) for field in fields)
    key = _quote(model._meta.pk.column)
    ending = (" FOR NO KEY UPDATE" + ("" if wait else " SKIP LOCKED")) if lock else ""
    return f"SELECT {columns} FROM {_quote(model._meta.db_table)} WHERE {where} ORDER BY {key}{ending}"  # noqa: S608


@cache
def _insert(model: type[Model], fields: "tuple[Field[Any, Any], ...]", once: bool) -> str:
    columns = ", ".join(_quote(field.column) for field in fields)
    slots = ", ".join(["%s"] * len(fields))
    key = _quote(model._meta.pk.column)
    conflict = " ON CONFLICT DO NOTHING" if once else ""
    table = _quote(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({slots}){conflict} RETURNING {key}"  # noqa: S608


@cache
def _shift(model: type[Model], names: tuple[str, ...], enough: str) -> str:
    by_column = _by_column(model)
    columns = [_quote(by_column[name].column) for name in names]
    values = ", ".join(f"{column} = {column} + %s" for column in columns)
    condition = f" AND {_quote(by_column[enough].column)} >= %s" if enough else ""
    key = _quote(model._meta.pk.column)
    return f"UPDATE {_quote(model._meta.db_table)} SET {values} WHERE {key} = %s{condition}"  # noqa: S608


@cache
def _update_all(model: type[Model], fields: "tuple[Field[Any, Any], ...]") -> str:
    key = model._meta.pk
    types = ["bigint" if field is key else str(field.db_type(connection)) for field in (key, *fields)]
    # A cast to varchar(120) cuts what is longer; the column refuses it.
    arrays = ", ".join(f"%s::{'text' if kind.startswith('varchar') else kind}[]" for kind in types)
    own = [_quote(field.column) for field in fields]
    values = ", ".join(f"{column} = x.{column}" for column in own)
    table = _quote(model._meta.db_table)
    aliases = ", ".join(["key", *own])
    return f"UPDATE {table} t SET {values} FROM unnest({arrays}) AS x ({aliases}) WHERE t.{_quote(key.column)} = x.key"  # noqa: S608


@cache
def _update(model: type[Model], fields: "tuple[Field[Any, Any], ...]") -> str:
    values = ", ".join(f"{_quote(field.column)} = %s" for field in fields)
    key = _quote(model._meta.pk.column)
    return f"UPDATE {_quote(model._meta.db_table)} SET {values} WHERE {key} = %s"  # noqa: S608
