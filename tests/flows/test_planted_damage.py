"""Each kind of damage, planted past all guards, is named by ``verify``: the checks, the rows and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from taoxiaopu.flows.verify import verify
from taoxiaopu.flows.verify.report import CHECKS
from tests.factories.proof import found_by
from tests.flows.planting import (  # noqa: F401  (they register)
    books,
    commissions,
    contracts,
    conversations,
    disputes,
    entry,
    exits,
    guards,
    orders,
    payments,
    penalties,
    publishing,
)
from tests.flows.planting.registry import DAMAGES
from tests.flows.planting.world import World, build

pytestmark = pytest.mark.django_db
# Checks whose damage is planted beside the tests of what they check.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "concurrency/test_withdrawals.py": ("debt_unpaid",),
    "payments/test_wrong_payments.py": ("wrong_payment",),
    "orders/test_rolls.py": ("supplier_day", "good_day", "shop_day"),
    "orders/test_attribution.py": ("attribution",),
    "orders/test_attribution_table.py": ("attribution_basis",),
    "orders/test_compensations.py": ("compensation_audited", "compensation_booked", "compensation_transfer"),
    "commissions/test_supplier_payouts.py": ("supplier_run_failed",),
    "commissions/test_supplier_statements.py": (
        "supplier_statement_lines",
        "supplier_statement_parts",
        "supplier_statement_sums",
    ),
    "tax/test_invoices.py": (
        "commission_invoice_amount",
        "commission_invoice_vat",
        "commission_invoice_series",
        "commission_invoice_audited",
    ),
}


@pytest.fixture(scope="module")
def clean(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all of them, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = build()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield world
        transaction.set_rollback(True)


def test_the_world_is_clean(clean: World) -> None:
    assert [problem.sentence for problem in verify().problems] == []


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named(name: str, clean: World) -> None:
    expected = DAMAGES[name].expected(clean)
    assert found_by(verify()) == expected


def test_every_check_has_a_damage_that_it_names() -> None:
    named = {check for damage in DAMAGES.values() for check in damage.checks}
    for file, checks in ELSEWHERE.items():
        text = (Path(settings.BASE_DIR) / "tests" / file).read_text(encoding="utf-8")
        assert [check for check in checks if f'"{check}"' not in text] == []
        named |= set(checks)
    assert named == {check.name for check in CHECKS}
