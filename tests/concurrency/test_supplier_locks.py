"""The locks of a supplier's team, its endpoints, its money and its exit: without each the race is there, with it gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from commissions import services as commissions
from commissions.models import DepositReturn
from commissions.services import deposit_returns
from disputes import services as disputes
from disputes.services import exits
from ledger.models import AccountKind
from ledger.selectors import balance
from orders import services as orders
from orders.models import Trade
from payments.models import Transfer
from suppliers import errors, stock
from suppliers import services as suppliers
from suppliers.models import (
    SavedView,
    Sku,
    Supplier,
    SupplierMember,
    SupplierStanding,
    WebhookDelivery,
    WebhookEndpoint,
)
from suppliers.services import GoodDraft, Happened, SkuDraft, members, webhooks
from suppliers.states import ListPage, MemberRole, WebhookEvent
from taoxiaopu.flows.services import notices, receive_notice
from taoxiaopu.kernel.errors import NotFound
from tests.concurrency.test_locks import AT, errors_in, locked, nothing, unlocked
from tests.factories import story
from tests.factories.payouts import ANNA, BELA
from tests.factories.threads import Meeting

pytestmark = pytest.mark.django_db(transaction=True)


def seen_unlocked(public_id: str) -> Supplier:
    """``lock_supplier`` without the lock."""
    return Supplier.objects.get(public_id=public_id)


@locked
def test_an_invitation_accepted_twice(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both clicks go in, and only the unique key stands between."""
    supplier, person, meeting = story.supplier(AT), story.user(7), Meeting()
    invitation = suppliers.invite_member(
        supplier=supplier,
        contact=person.phone,
        role=MemberRole.GOODS,
        actor=story.supplier_actor(supplier),
        at=AT,
    )
    if not is_locked:
        monkeypatch.setattr(members, "lock_rows", unlocked)
    monkeypatch.setattr(SupplierMember.objects, "create", meeting.before(SupplierMember.objects.create))
    accept = [lambda: suppliers.accept_invitation(invitation=invitation, user=person, at=AT)] * 2
    answers = meeting.run(accept)
    assert errors_in(answers) == ([NotFound] if is_locked else [IntegrityError])
    assert SupplierMember.objects.filter(supplier=supplier, user=person).count() == 1


@locked
def test_the_last_two_views(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both find room for one more."""
    supplier, meeting = story.supplier(AT), Meeting()
    member = supplier.members.get()
    for n in range(members.VIEWS_MAX - 1):
        suppliers.keep_view(member=member, page=ListPage.GOODS, name=f"v{n}", query="a=1")
    if not is_locked:
        monkeypatch.setattr(members, "lock_rows", nothing)
    manager = SavedView.objects
    monkeypatch.setattr(manager, "update_or_create", meeting.before(manager.update_or_create))
    answers = meeting.run(
        [
            lambda name=name: suppliers.keep_view(member=member, page=ListPage.GOODS, name=name, query="b=1")
            for name in ("one", "other")
        ]
    )
    assert errors_in(answers) == ([errors.TooManyViews] if is_locked else [])
    assert SavedView.objects.count() == members.VIEWS_MAX + (0 if is_locked else 1)


def test_a_view_named_twice_at_once_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier, meeting = story.supplier(AT), Meeting()
    member, manager = supplier.members.get(), SavedView.objects
    monkeypatch.setattr(manager, "update_or_create", meeting.before(manager.update_or_create))
    keep = [
        lambda query=query: suppliers.keep_view(member=member, page=ListPage.GOODS, name="v", query=query)
        for query in ("a=1", "b=1")
    ]
    answers = meeting.run(keep)
    assert errors_in(answers) == []
    assert {row.pk for row in answers} == {SavedView.objects.get().pk}


def endpoint(supplier: Supplier) -> WebhookEndpoint:
    made, _secret = suppliers.add_endpoint(
        supplier=supplier,
        url="https://example.com/hook",
        events=[WebhookEvent.ORDER_PAID],
        actor=story.supplier_actor(supplier),
        at=AT,
    )
    return made


@locked
def test_two_workers_and_one_delivery(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both take it, and the supplier is told twice."""
    made, meeting = endpoint(story.supplier(AT)), Meeting()
    suppliers.queue_deliveries(
        endpoint=made, happened=[Happened(WebhookEvent.ORDER_PAID, "1", AT, {})], until=AT
    )
    key = WebhookDelivery.objects.get().pk
    find = webhooks.lock_found if is_locked else _found
    monkeypatch.setattr(webhooks, "lock_found", meeting.after(find))
    answers = meeting.run([lambda: webhooks._claim(key, AT)] * 2)
    assert errors_in(answers) == []
    assert sum(answer is not None for answer in answers) == (1 if is_locked else 2)


def _found(model: Any, *, wait: bool = True, **equal: Any) -> list[Any]:
    """``lock_found`` without the lock."""
    return list(model.objects.filter(**equal))


@locked
def test_the_last_two_endpoints(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both find room for one more."""
    supplier, meeting = story.supplier(AT), Meeting()
    for _n in range(webhooks.ENDPOINTS_MAX - 1):
        endpoint(supplier)
    if not is_locked:
        monkeypatch.setattr(webhooks, "lock_found", nothing)
    monkeypatch.setattr(WebhookEndpoint.objects, "create", meeting.before(WebhookEndpoint.objects.create))
    answers = meeting.run([lambda: endpoint(supplier)] * 2)
    assert errors_in(answers) == ([errors.TooManyEndpoints] if is_locked else [])
    assert WebhookEndpoint.objects.count() == webhooks.ENDPOINTS_MAX + (0 if is_locked else 1)


def _buy(skus: list[Sku], n: int) -> Trade:
    return orders.place_trade(
        items=[orders.Item(sku.pk, 1, None, sku.price_fen) for sku in skus],
        delivery=orders.Delivery("李青禾", f"1391111222{n}", "浙江省杭州市西湖区文三路 1 号"),
        visitor=f"v{n}",
        at=AT,
    )


@locked
def test_two_forms_of_a_good_in_two_baskets(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the order of keys each basket holds what the other needs next, and PostgreSQL kills one of them."""
    supplier, meeting = story.supplier(AT), Meeting()
    forms = tuple(SkuDraft((word,), 5_000, 1) for word in ("红", "蓝"))
    draft = GoodDraft("圆领短袖", "beauty", "山茶花", "", 0, 0, 2000, options=("颜色",), skus=forms)
    good = suppliers.create_good(supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=AT)
    red, blue = good.skus.order_by("pk")
    if not is_locked:
        monkeypatch.setattr(stock, "sorted", lambda wants, **_key: list(wants), raising=False)
    monkeypatch.setattr(stock.rows, "shift", meeting.after(stock.rows.shift))
    answers = meeting.run([lambda: _buy([red, blue], 1), lambda: _buy([blue, red], 2)])
    assert errors_in(answers) == ([errors.SoldOut] if is_locked else [OperationalError])
    assert list(good.skus.order_by("pk").values_list("available", "reserved")) == [(0, 1), (0, 1)]


@locked
def test_a_deposit_paid_by_two_charges_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock neither payment sees that the other makes the deposit whole."""
    supplier, meeting = story.supplier(AT), Meeting()
    actor = story.supplier_actor(supplier)
    standing = SupplierStanding.objects.create(supplier=supplier, points=36, doubles_deposit=True)
    first = suppliers.open_deposit_payment(supplier=supplier, actor=actor, at=AT)
    later = AT + timedelta(hours=1)
    second = suppliers.open_deposit_payment(supplier=supplier, actor=actor, at=later)
    assert (first.number != second.number, standing.points) == (True, 36)
    type(first).objects.filter(pk=first.pk).update(expires_at=later)
    told = [story.notice(charge, later) for charge in (first, second)]
    if not is_locked:
        monkeypatch.setattr(notices.suppliers, "lock_supplier", seen_unlocked)
    monkeypatch.setattr(notices.payments, "apply_payment", meeting.before(notices.payments.apply_payment))
    answers = meeting.run(
        [
            lambda body=body, headers=headers: receive_notice(
                provider="sandbox", body=body, headers=headers, at=later
            )
            for body, headers in told
        ]
    )
    # without it they are both taken, or stand in each other's way until PostgreSQL kills one
    assert ("stray" in answers) is is_locked
    if is_locked:
        assert sorted(answers) == ["applied", "stray"]
        assert balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id) == 2_000_000


@locked
def test_an_exit_settled_by_two_people_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock the second finds the accounts empty, and the supplier is out before it has its money."""
    supplier, meeting = story.supplier(AT), Meeting()
    commissions.set_supplier_account(
        supplier=supplier,
        name=supplier.name,
        account="120202019001234567",
        actor=story.supplier_actor(supplier),
        at=AT,
    )
    suppliers.begin_exit(public_id=supplier.public_id, actor=story.supplier_actor(supplier), at=AT)
    if not is_locked:
        monkeypatch.setattr(exits, "lock_supplier", seen_unlocked)
    monkeypatch.setattr(deposit_returns, "_begin", meeting.before(deposit_returns._begin))
    answers = meeting.run(
        [
            lambda who=who: disputes.settle_exit(
                public_id=supplier.public_id, actor=who, at=AT, reason="已核对"
            )
            for who in (ANNA, BELA)
        ]
    )
    supplier.refresh_from_db()
    assert errors_in(answers) == []
    assert supplier.status == ("exiting" if is_locked else "exited")
    assert DepositReturn.objects.get().status == ("processing" if is_locked else "reviewing")
    assert Transfer.objects.count() == (1 if is_locked else 0)
