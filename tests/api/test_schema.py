"""The schema has no warnings, is the one that is committed, and its page shows every operation."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def test_the_schema_is_clean_and_committed():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().strip() == COMMITTED.read_text("utf-8").strip(), (
        "run: manage.py spectacular --file docs/openapi.yaml"
    )


@pytest.mark.django_db
def test_the_schema_is_served(client):
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
    assert b"operationId: supplier_orders_ship" in answer.content


@pytest.mark.django_db
def test_the_page_lists_every_operation_without_foreign_hosts(client):
    answer = client.get("/api/v1/docs/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for operation in ("goods_search", "owner_pool_search", "owner_shares_create", "supplier_orders_ship"):
        assert f'id="{operation}"' in text
    assert "https://" not in text


@pytest.mark.django_db
def test_the_page_of_operations_is_in_the_language_of_whoever_reads(client):
    for language, sentence in (
        ("zh-hans", "查看一笔订单"),
        ("en", "Read an order"),
        ("zh-hans", "查看一笔订单"),
    ):
        page = client.get("/api/v1/docs/", headers={"accept-language": language}).content.decode()
        assert sentence in page, language
