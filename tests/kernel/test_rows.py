"""Single rows by their columns: found, made, changed, and prepared once a connection."""

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from suppliers.models import Category
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.models import Job
from tests.factories import story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)


def prepared() -> dict[str, str]:
    """The statements prepared on this connection, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements WHERE name LIKE 'txp%%'")
        return dict(cursor.fetchall())


def category(code: str) -> Category:
    made = rows.insert(Category(code=code, name="杯", position=1))
    assert made is not None
    return made


def test_rows_are_made_found_and_changed_as_the_orm_sees_them() -> None:
    made = category("home/cups")
    assert Category.objects.get(pk=made.pk).code == "home/cups"
    assert rows.find(Category, code="home/cups") == [made]
    assert rows.find(Category, code=["home/cups", "home/none"]) == [made]
    assert rows.find(Category, code=[]) == []
    assert rows.find(Category, read=False, code="home/cups") == []
    assert rows.find(Category, code="home/none") == []
    made.name, made.position = "茶杯", 2
    rows.update(made, "name")
    assert list(Category.objects.filter(pk=made.pk).values_list("name", "position")) == [("茶杯", 1)]
    made.pk = 0
    with pytest.raises(Category.DoesNotExist):
        rows.update(made, "name")


def test_what_meets_a_unique_constraint_is_left_out_once_and_refused_otherwise() -> None:
    category("home/cups")
    assert rows.insert(Category(code="home/cups", name="别的", position=1), once=True) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Category(code="home/cups", name="别的", position=1))
    assert [row.name for row in rows.find(Category, code="home/cups")] == ["杯"]


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_prepared_at_its_second_time_and_anew_on_a_new_connection() -> None:
    connection.close()
    assert prepared() == {}
    for _ in range(3):
        assert rows.find(Category, code="none") == []
    (name,) = prepared()
    assert prepared()[name].endswith('"code" = $1 ORDER BY "id"')
    connection.close()
    assert prepared() == {}
    assert rows.find(Category, code="none") == []
    assert prepared() == {}
    assert rows.find(Category, code="none") == []
    assert list(prepared()) == [name]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_what_was_prepared() -> None:
    connection.close()
    with transaction.atomic():
        rows.find(Category, code="none")
        rows.find(Category, code="none")
        transaction.set_rollback(True)
    assert len(prepared()) == 1
    assert rows.find(Category, code="none") == []


@pytest.mark.django_db(transaction=True)
def test_behind_a_pooler_nothing_is_prepared(settings: Any) -> None:
    settings.PREPARE_STATEMENTS = False
    connection.close()
    for _ in range(3):
        assert rows.find(Category, code="none") == []
    assert prepared() == {}


def test_preparing_is_no_query_of_its_own() -> None:
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            rows.find(Category, name="数一数", position=7)
        assert len(queries) == 1


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([], "text"),
        ([""], "text"),
        (["NULL", "null", " ", "{}", "a,b", 'say "no"', "C:\\temp", '\\"', "杯\n子", "%s", "it's"], "text"),
        (["plain", "", "x-1"], "text"),
        ([], "bigint"),
        ([0, -1, 9_223_372_036_854_775_807], "bigint"),
    ],
)
def test_an_array_arrives_as_it_was_sent(values: list[Any], type_: str) -> None:
    for _ in range(2):  # as it is, and prepared
        found = rows.run(f"SELECT * FROM unnest(%s::text::{type_}[])", [rows.array(values)]).fetchall()
        assert [value for (value,) in found] == values


def test_many_rows_are_written_in_one_statement(django_assert_num_queries: Any) -> None:
    jobs_made = [
        Job.objects.create(kind="k", key=str(n), argument="", due_at=AT, created_at=AT) for n in range(3)
    ]
    for n, job in enumerate(jobs_made):
        job.error, job.attempts, job.lease_until = f"'{n}\\,\"", n, AT if n else None
    with django_assert_num_queries(1):
        rows.update_all(jobs_made, "error", "attempts", "lease_until")
    assert list(Job.objects.order_by("pk").values_list("error", "attempts", "lease_until")) == [
        ("'0\\,\"", 0, None), ("'1\\,\"", 1, AT), ("'2\\,\"", 2, AT),
    ]  # fmt: skip
    with django_assert_num_queries(0):
        rows.update_all([], "error")


def test_what_is_too_long_is_refused_not_cut() -> None:
    job = Job.objects.create(kind="k", key="1", argument="", due_at=AT, created_at=AT)
    job.kind = "k" * 200
    with pytest.raises(DataError), transaction.atomic():
        rows.update_all([job], "kind")
