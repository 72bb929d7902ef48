"""F24: the beat rings eight times at once, in processes of their own. Each month, week and owner is done once, and whatever
comes later changes no row of any table.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from commissions import services as commissions
from commissions.models import Statement, SupplierPayout
from ledger.models import Journal
from orders import services as orders
from payments.models import Transfer
from suppliers.models import Supplier
from taoxiaopu.flows.verify import verify
from tests.factories import story
from tests.factories.processes import in_processes
from tests.factories.world import books, picture

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)
JUNE, RUN = date(2026, 6, 1), story.noon(2026, 7, 20)
TUESDAY, PAYDAY = date(2026, 7, 14), story.noon(2026, 7, 14)


def changes_nothing(*works: Any) -> None:
    """Each of these, once and then in eight processes at once, answers 0 and leaves every row as it is."""
    before = picture()
    for work in works:
        assert work() == 0
        assert in_processes(work, 8) == [0] * 8
    assert picture() == before


def test_a_settlement() -> None:
    good = story.good(story.supplier(AT), AT)
    shops = [story.picked_shop(AT, good, n=n) for n in range(1, 5)]
    settled = [
        story.finalised_order(good, AT, through=shop, quantity=pieces)
        for pieces, shop in enumerate(shops, start=1)
    ]
    story.finalised_order(good, AT + timedelta(days=20), through=shops[0])
    orders.refund_line(  # in July, of a line that June settles
        line=story.line_of(settled[0]), amount_fen=5_000, cause="case", cause_ref="c", owner_side=False,
        at=RUN - timedelta(days=1),
    )  # fmt: skip
    ring = lambda: commissions.catch_up_settlement(at=RUN)  # noqa: E731
    assert sum(in_processes(ring, 8)) == 4
    assert list(
        Statement.objects.order_by("owner_id").values_list("owner_id", "month", "lines", "net_fen")
    ) == [(shop.owner_id, JUNE, 1, net) for shop, net in zip(shops, (900, 3_600, 5_400, 7_200), strict=True)]
    assert Journal.objects.filter(kind="settle").count() == 4
    assert books()["owner_withdrawable"] == 900 + 3_600 + 5_400 + 7_200
    assert books()["owner_confirmed"] == 1_800  # July's
    story.arrive_refunds(RUN)
    assert verify().problems == []
    changes_nothing(lambda: commissions.settle_month(JUNE, at=RUN + timedelta(days=1)))


def test_suppliers_payouts() -> None:
    for n in (1, 2, 3):
        company = story.supplier(AT, n)
        story.finalised_order(story.good(company, AT, price_fen=10_000 * n), AT)
        commissions.set_supplier_account(
            supplier=company,
            name=company.name,
            account=f"12020201900123456{n}",
            actor=story.supplier_actor(company),
            at=AT,
        )
    ring = lambda: commissions.catch_up_supplier_payouts(at=PAYDAY)  # noqa: E731
    assert sum(in_processes(ring, 8)) == 3
    suppliers = Supplier.objects.order_by("pk")
    assert list(
        SupplierPayout.objects.order_by("supplier").values_list("supplier", "week", "amount_fen")
    ) == [(supplier.pk, TUESDAY, 10_000 * n) for n, supplier in enumerate(suppliers, start=1)]
    assert Transfer.objects.count() == Journal.objects.filter(kind="supplier_payout").count() == 3
    assert books() == {"channel_clearing": 60_000, "payout_clearing": 60_000}
    assert verify().problems == []
    changes_nothing(ring, lambda: commissions.pay_suppliers(TUESDAY, at=PAYDAY + timedelta(hours=1)))
