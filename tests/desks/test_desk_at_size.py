"""The supplier's desk with rows on every page: at most twelve statements each, and pages that lose and repeat nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disputes import services as disputes
from disputes.services import CaseDraft
from disputes.states import CaseReason
from orders import services as orders
from orders.models import Order
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.keyset import KeyPage
from tests.factories import story
from tests.factories.desk import member

pytestmark = pytest.mark.django_db
MOST = 12
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "first page": ("home", {}),
    "first page, 90 days": ("home", {"days": "90"}),
    "goods": ("goods", {}),
    "goods, found": ("goods", {"q": "面霜 滋润", "status": "listed", "category": "beauty"}),
    "goods, deep": ("goods", {"after": "3"}),
    "to ship": ("orders", {}),
    "to ship, late": ("orders", {"due": "late", "printed": "no", "q": "2222"}),
    "orders": ("orders", {"status": "all"}),
    "orders, by number": ("orders", {"q": "20260603"}),
    "cases": ("cases", {}),
    "cases, over": ("cases", {"tab": "over"}),
    "disputes": ("cases", {"tab": "disputes"}),
    "money": ("payable", {}),
    "payouts": ("payouts", {}),
    "statements": ("statements", {}),
    "changes of many goods": ("goods-bulk", {}),
    "trail": ("trail", {}),
    "inbox": ("inbox", {}),
}


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def desk(at: datetime) -> tuple[Client, Supplier]:
    """A supplier with goods, orders in several states, cases and disputes, money and a team's deeds."""
    client, supplier = member(at - timedelta(days=60))
    made = [story.good(supplier, at - timedelta(days=50), title=f"滋润面霜 {n} 号") for n in range(5)]
    shop = story.picked_shop(at - timedelta(days=50), made[0])
    for n in range(3):
        story.finalised_order(made[0], at - timedelta(days=20 + n), through=shop)
        story.paid_order(made[n], at - timedelta(days=n), phone=f"1391111222{n}")
        case_of(story.paid_order(made[n], at), at)
        rejected = case_of(story.paid_order(made[n], at), at)
        disputes.reject_case(case=rejected, reason="包装完好", actor=story.supplier_actor(supplier), at=at)
        disputes.escalate_case(case=rejected, actor=buyer(rejected.order), at=at)
    for good in made:
        suppliers.set_stock(good=good, available=3, actor=story.supplier_actor(supplier), at=at)
    while orders.roll_days(at=at):
        pass
    return client, supplier


def buyer(order: Order) -> Actor:
    return Actor(ActorKind.BUYER, order.trade.number)


def case_of(order: Order, at: datetime) -> Any:
    draft = CaseDraft(CaseReason.QUALITY, 1_000, order.status != "paid", "瓶口裂了")
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer(order), at=at)


def test_every_page_takes_at_most_twelve_statements(
    desk: tuple[Client, Supplier], django_assert_max_num_queries: Any
) -> None:
    client, supplier = desk
    pages = {name: (reverse(f"supplier:{page}"), asked) for name, (page, asked) in PAGES.items()}
    order = Order.objects.filter(supplier=supplier, status="finalised").earliest("pk")
    pages["one order"] = (reverse("supplier:order", args=[order.number]), {})
    for name, (address, asked) in pages.items():
        assert client.get(address, asked).status_code == 200, name  # and what a process keeps is read
        with django_assert_max_num_queries(MOST, info=name):
            client.get(address, asked)


def walked(client: Client, page: str, key: str = "page", **asked: str) -> list[Any]:
    """All rows that "next page" leads to, with one row more each time somebody looks."""
    found, after = [], ""
    while True:
        shown: KeyPage[Any] = client.get(reverse(f"supplier:{page}"), asked | {"after": after}).context[key]
        found += [row.pk for row in shown]
        if not shown.next_key:
            return found
        after = shown.next_key


class TestPages:
    def test_goods_while_others_are_listed(self, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("suppliers.views.supplier.goods.GOODS_PER_PAGE", 2)
        client, supplier = member(at)
        made = [story.good(supplier, at, title=f"滋润面霜 {n} 号").pk for n in range(5)]
        address = reverse("supplier:goods")
        first = client.get(address).context["page"]
        story.good(supplier, at, title="插进来的")
        second = client.get(address, {"after": first.next_key}).context["page"]
        third = client.get(address, {"after": second.next_key}).context["page"]
        assert [row.pk for page in (first, second, third) for row in page] == made[::-1]
        assert (third.next_key, client.get(address).text.count("回到开头")) == ("", 0)
        assert "回到开头" in client.get(address, {"after": first.next_key}).text

    def test_goods_by_words_and_status(self, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("suppliers.views.supplier.goods.GOODS_PER_PAGE", 2)
        client, supplier = member(at)
        made = [story.good(supplier, at, title=f"滋润面霜 {n} 号").pk for n in range(5)]
        story.good(supplier, at, title="口红")
        suppliers.delist_good(good=Good.objects.get(pk=made[2]), actor=story.supplier_actor(supplier), at=at)
        assert walked(client, "goods", q="面霜") == made[::-1]
        assert walked(client, "goods", q="面霜", status="listed") == [made[n] for n in (4, 3, 1, 0)]

    def test_more_goods_than_can_be_changed_at_once(
        self, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("suppliers.views.supplier.goods.BULK_MAX", 2)
        client, supplier = member(at)
        address = reverse("supplier:goods")
        for n in range(2):
            story.good(supplier, at, title=f"滋润面霜 {n} 号")
        assert "修改符合条件的 2 件" in client.get(address, {"status": "listed"}).text
        story.good(supplier, at, title="滋润面霜 3 号")
        page = client.get(address).text
        assert "超过 2 件，筛选后才能一次修改" in page
        assert "修改符合条件的" not in page
        assert "修改符合条件的全部商品" in client.get(address, {"q": "面霜"}).text

    def test_cases_by_deadline_and_those_without_one_last(
        self, desk: tuple[Client, Supplier], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, _supplier = desk
        expected = {tab: walked(client, "cases", tab=tab) for tab in ("waiting", "platform", "disputes")}
        monkeypatch.setattr("disputes.views.supplier.PER_PAGE", 1)
        assert {tab: len(rows) for tab, rows in expected.items()} == {
            "waiting": 3, "platform": 3, "disputes": 3,
        }  # fmt: skip
        assert {tab: walked(client, "cases", tab=tab) for tab in expected} == expected

    def test_money_while_more_comes_in(
        self, desk: tuple[Client, Supplier], at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, supplier = desk
        everything = walked(client, "payable")
        monkeypatch.setattr("taoxiaopu.desks.views.supplier.PER_PAGE", 2)
        first = client.get(reverse("supplier:payable")).context["page"]
        story.finalised_order(Good.objects.filter(supplier=supplier).earliest("pk"), at - timedelta(days=20))
        rest = []
        after = first.next_key
        while after:
            page = client.get(reverse("supplier:payable"), {"after": after}).context["page"]
            rest += [row.pk for row in page]
            after = page.next_key
        assert [row.pk for row in first] + rest == everything
        assert len(everything) == 4  # the deposit and three orders

    def test_the_file_of_money_has_every_movement(
        self, desk: tuple[Client, Supplier], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, _supplier = desk
        whole = b"".join(client.get(reverse("supplier:payable-file")).streaming_content)
        monkeypatch.setattr("ledger.selectors.MOVED_AT_ONCE", 1)
        assert b"".join(client.get(reverse("supplier:payable-file")).streaming_content) == whole
        assert whole.count(b"\r\n") == 5
