"""Leaving the platform: nothing new is sold, what is open goes on, the days run when nothing is open (docs/rules.md §1.6)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commissions import services as commissions
from disputes import services as disputes
from disputes.leaving import leaving_of
from disputes.services import PenaltyDraft
from disputes.states import Offence
from ledger.models import AccountKind
from ledger.selectors import balance
from orders.errors import NotForSale
from orders.selectors import last_end_of
from payments.models import Charge
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from suppliers.selectors import sellable_goods
from taoxiaopu.flows.services import receive_notice, sweep
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import rulebook, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FULL = 1_000_000


@pytest.fixture
def supplier() -> Supplier:
    return story.supplier(AT)


@pytest.fixture
def good(supplier: Supplier) -> Good:
    return story.good(supplier, AT)


def leave(of: Supplier, at: datetime = AT, actor: Actor | None = None, reason: str = "换平台") -> Supplier:
    suppliers.begin_exit(
        public_id=of.public_id, actor=actor or story.supplier_actor(of), at=at, reason=reason
    )
    of.refresh_from_db()
    return of


def come_back(of: Supplier, at: datetime = AT, actor: Actor | None = None) -> Supplier:
    suppliers.come_back(public_id=of.public_id, actor=actor or story.supplier_actor(of), at=at)
    of.refresh_from_db()
    return of


def give_account(of: Supplier) -> None:
    commissions.set_supplier_account(
        supplier=of, name=of.name, account="6222020200112233445", actor=story.supplier_actor(of), at=AT
    )


def letters(of: Supplier, kind: str) -> list[dict[str, object]]:
    return [one.facts for one in of.members.get().user.letters.filter(kind=kind).order_by("pk")]


def test_its_goods_are_off_sale_and_nothing_new_is_listed(supplier: Supplier, good: Good) -> None:
    leave(supplier)
    assert (supplier.status, supplier.exiting_since) == ("exiting", AT)
    assert (supplier.exit_from, supplier.exit_by) == ("active", "supplier")
    last = audit.history("supplier", supplier.public_id).last()
    assert last is not None
    assert (last.event, last.from_state, last.to_state, last.reason) == (
        "leave", "active", "exiting", "换平台",
    )  # fmt: skip
    assert letters(supplier, "exit_begun") == [{"name": supplier.name, "reason": "换平台"}]
    assert not sellable_goods().exists()
    good.refresh_from_db()
    before = picture()
    with pytest.raises(NotForSale):
        story.place(good, AT)
    with pytest.raises(errors.NotActive):
        story.good(supplier, AT)
    assert picture() == before
    assert balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id) == FULL
    assert verify().problems == []


def test_what_is_open_goes_on_and_is_paid(supplier: Supplier, good: Good) -> None:
    order = story.paid_order(good, AT)
    leave(supplier)
    assert leaving_of(supplier, at=AT).orders == 1
    story.ship(order, AT)
    story.confirm(order, AT)
    sweep(at=AT + 30 * DAY)
    order.refresh_from_db()
    assert order.status == "finalised"
    supplier.refresh_from_db()
    give_account(supplier)
    found = leaving_of(supplier, at=AT + 30 * DAY)
    assert (found.orders, found.payable_fen > 0, found.payouts) == (0, True, 0)
    assert commissions.catch_up_supplier_payouts(at=AT + 40 * DAY) == 1
    found = leaving_of(supplier, at=AT + 40 * DAY)
    assert (found.payable_fen, found.payouts, found.is_free) == (0, 1, False)


def test_who_was_suspended_is_not_paid_by_leaving(supplier: Supplier, good: Good) -> None:
    story.finalised_order(good, AT)
    give_account(supplier)
    suppliers.suspend_supplier(public_id=supplier.public_id, actor=story.staff(), at=AT, reason="核查")
    leave(supplier)
    assert supplier.exit_from == "suspended"
    assert commissions.catch_up_supplier_payouts(at=AT + 60 * DAY) == 0
    assert come_back(supplier).status == "suspended"


def test_the_days_run_from_the_last_orders_end_to_the_second(supplier: Supplier, good: Good) -> None:
    story.finalised_order(good, AT)
    end = last_end_of(supplier)
    assert end is not None
    assert leaving_of(supplier, at=end).free_at is None  # it does not leave
    leave(supplier, end + DAY)
    free = end + 30 * DAY
    found = leaving_of(supplier, at=free - SECOND)
    assert (found.last_end, found.free_at, found.is_free) == (end, free, False)
    assert leaving_of(supplier, at=free).free_at == free
    assert leaving_of(supplier, at=free).is_free  # what is not paid out yet goes along
    rulebook.new_numbers(AT, EXIT_HOLD_D=7)
    assert leaving_of(supplier, at=free).free_at == end + 7 * DAY


@pytest.mark.parametrize(("before_s", "is_free"), [(1, False), (0, True)])
def test_without_any_order_it_is_free_from_the_beginning(
    before_s: int, is_free: bool, supplier: Supplier
) -> None:
    leave(supplier, AT + DAY)
    found = leaving_of(supplier, at=AT + DAY - before_s * SECOND)
    assert (found.free_at, found.is_free, found.deposit_fen) == (AT + DAY, is_free, FULL)


def test_an_open_case_stops_the_days(supplier: Supplier, good: Good) -> None:
    order = story.paid_order(good, AT)
    leave(supplier)
    found = leaving_of(supplier, at=AT + DAY)
    assert (found.orders, found.is_quiet, found.free_at) == (1, False, None)
    assert order.status == "paid"


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_it_comes_back_to_where_it_was(status: str, supplier: Supplier, good: Good) -> None:
    if status == "suspended":
        suppliers.suspend_supplier(public_id=supplier.public_id, actor=story.staff(), at=AT, reason="核查")
    come_back(leave(supplier), AT + DAY)
    assert (supplier.status, supplier.exiting_since) == (status, None)
    assert (supplier.exit_from, supplier.exit_by) == ("", "")
    assert sellable_goods().exists() == (status == "active")
    assert len(letters(supplier, "exit_ended")) == 1
    assert verify().problems == []
    before = picture()
    with pytest.raises(MoveRefused):
        come_back(supplier, AT + DAY)
    assert picture() == before


def test_only_staff_take_back_what_staff_began(supplier: Supplier) -> None:
    anna = story.staff()
    before = picture()
    with pytest.raises(BadInput):
        leave(supplier, actor=anna, reason=" x ")
    assert picture() == before
    leave(supplier, actor=anna, reason="资质失效")
    assert supplier.exit_by == "staff"
    before = picture()
    with pytest.raises(errors.StaffBeganExit):
        come_back(supplier)
    assert picture() == before
    assert come_back(supplier, actor=anna).status == "active"


@pytest.mark.parametrize("kind", list(ActorKind))
def test_nobody_else_begins_or_ends_it(kind: ActorKind, supplier: Supplier) -> None:
    stranger = Actor(kind, "another")
    if kind == ActorKind.STAFF:
        return
    before = picture()
    with pytest.raises(MoveRefused):
        leave(supplier, actor=stranger)
    assert picture() == before
    leave(supplier)
    before = picture()
    with pytest.raises(MoveRefused):
        come_back(supplier, actor=stranger)
    assert picture() == before


def test_leaving_neither_ends_nor_renews_the_days_to_top_up(supplier: Supplier) -> None:
    draft = PenaltyDraft(Offence.DATA_LEAK, 36, "证据确凿", None)
    disputes.give_penalty(party=supplier, draft=draft, key="1", actor=story.staff(), at=AT)
    supplier.refresh_from_db()
    charge = suppliers.open_deposit_payment(supplier=supplier, actor=story.supplier_actor(supplier), at=AT)
    leave(supplier, AT + DAY)
    charge.refresh_from_db()
    assert (charge.status, supplier.top_up_by) == ("closed", AT + 5 * DAY)
    with pytest.raises(MoveRefused):
        suppliers.open_deposit_payment(supplier=supplier, actor=story.supplier_actor(supplier), at=AT + DAY)
    assert suppliers.watch_deposits(at=AT + 2 * DAY) == 0
    assert come_back(supplier, AT + 2 * DAY).top_up_by == AT + 5 * DAY
    assert Charge.objects.filter(status="open").count() == 0


def test_money_that_arrives_while_it_leaves_goes_back(supplier: Supplier) -> None:
    draft = PenaltyDraft(Offence.DATA_LEAK, 36, "证据确凿", None)
    disputes.give_penalty(party=supplier, draft=draft, key="1", actor=story.staff(), at=AT)
    supplier.refresh_from_db()
    charge = suppliers.open_deposit_payment(supplier=supplier, actor=story.supplier_actor(supplier), at=AT)
    body, headers = story.notice(charge, AT + SECOND)
    leave(supplier)
    outcome = receive_notice(provider="sandbox", body=body, headers=headers, at=AT + SECOND)
    assert outcome == "stray"
    story.arrive_refunds(AT + DAY)
    assert balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id) == FULL


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "exiting"},
        {"exiting_since": AT},
        {"exit_from": "active"},
        {"status": "exiting", "exiting_since": AT, "exit_from": "draft", "exit_by": "supplier"},
        {"status": "exiting", "exiting_since": AT, "exit_from": "active", "exit_by": "owner"},
    ],
)
def test_postgresql_refuses_half_an_exit(wrong: dict[str, object], supplier: Supplier) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplier.objects.filter(pk=supplier.pk).update(**wrong)


def test_the_page_begins_shows_and_takes_back(supplier: Supplier, good: Good, client: Client) -> None:
    client.force_login(supplier.members.get().user)
    address = reverse("supplier:exit")
    assert "全部商品立即停售" in client.get(address).content.decode()
    assert client.post(address, {"reason": "换平台"})["Location"] == address
    page = client.get(address).content.decode()
    assert "开始退出，商品已停售" in page
    assert "保留期已满" in page
    assert "正在退出平台" in client.get(reverse("supplier:goods")).content.decode()
    refused = client.post(address, follow=True).content.decode()
    assert "退出中" in refused
    client.post(reverse("supplier:exit-return"))
    supplier.refresh_from_db()
    assert supplier.status == "active"
    clock.advance(DAY)
    story.paid_order(good, clock.now())
    client.post(address)
    assert "最后一笔订单了结起保留 30 天" in client.get(address).content.decode()
