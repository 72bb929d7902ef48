"""Kinds of attributed orders: recognised when the order is placed, and never again (docs/rules.md §6.4, §6.5)."""

import pytest

from accounts.models import User
from commissions.models import CommissionLine, OrderFact
from commissions.services import override_tier
from orders.models import Order, OrderLine
from storefronts.models import Shop
from suppliers.models import Good, SupplierMember
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel.personal import blind_index
from tests.factories import story
from tests.factories.proof import found_by

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
PHONE = "13911112222"


@pytest.fixture
def good() -> Good:
    return story.good(story.supplier(AT), AT)


@pytest.fixture
def shop(good: Good) -> Shop:
    """A shop of an owner at L3, whose shared orders bring 500 bp of bonus."""
    made = story.picked_shop(AT, good)
    override_tier(owner=made.owner, level=3, reason="试运营", actor=story.SYSTEM_STAFF, at=AT)
    return made


def decided(order: Order) -> tuple[str, str, int]:
    """Kind, evidence and frozen bonus of an order."""
    order.refresh_from_db()
    return order.attribution, order.evidence, OrderLine.objects.get(order=order).bonus_bp


def earned(order: Order) -> tuple[str, int, bool]:
    """Kind, bonus rate and whether it counts for tiers, as its commission has it."""
    line = CommissionLine.objects.get(order_number=order.number)
    return line.kind, line.bonus_bp, OrderFact.objects.get(line_ref=line.line_ref).counted


def has_phone(user: User, phone: str | None) -> None:
    """The owner's number from now on."""
    user.phone, user.phone_index = phone, phone and blind_index(phone)
    user.save(update_fields=["phone", "phone_index"])


def test_an_owner_who_takes_the_buyers_number_before_the_payment_earns_as_it_was_placed(
    good: Good, shop: Shop
) -> None:
    trade = story.place(good, AT, through=shop, phone=PHONE)
    order = trade.orders.get()
    assert decided(order) == ("shared", "in_shop", 500)
    has_phone(shop.owner.user, PHONE)
    story.pay(trade, AT)
    assert earned(order) == ("shared", 500, True)
    assert verify().problems == []


def test_a_self_purchase_stays_one_when_the_owner_has_another_number_before_the_payment(
    good: Good, shop: Shop
) -> None:
    has_phone(shop.owner.user, PHONE)
    trade = story.place(good, AT, through=shop, phone=PHONE)
    order = trade.orders.get()
    assert decided(order) == ("self", "own_phone", 0)
    has_phone(shop.owner.user, "13911119999")
    story.pay(trade, AT)
    assert earned(order) == ("self", 0, False)


@pytest.mark.parametrize("is_member_first", [False, True])
def test_own_goods_are_decided_when_the_order_is_placed(
    good: Good, shop: Shop, is_member_first: bool
) -> None:
    def join() -> None:
        SupplierMember.objects.create(supplier=good.supplier, user=shop.owner.user)

    if is_member_first:
        join()
    trade = story.place(good, AT, through=shop, phone=PHONE)
    if not is_member_first:
        join()
    story.pay(trade, AT)
    order = trade.orders.get()
    expected = ("own_goods", "works_for_supplier", 0) if is_member_first else ("shared", "in_shop", 500)
    assert decided(order) == expected
    assert earned(order) == (expected[0], expected[2], not is_member_first)


def test_an_order_without_a_shop_is_nobodys(good: Good) -> None:
    order = story.paid_order(good, AT)
    assert decided(order) == ("", "", 0)


def test_an_order_of_the_version_before_is_decided_when_it_is_paid(good: Good, shop: Shop) -> None:
    trade = story.place(good, AT, through=shop, phone=PHONE)
    Order.objects.update(attribution="", evidence="")
    story.pay(trade, AT)
    assert decided(trade.orders.get()) == ("shared", "in_shop", 500)
    assert earned(trade.orders.get()) == ("shared", 500, True)


def test_verify_names_a_commission_of_another_kind_than_its_order_and_a_bonus_that_nobody_earned(
    good: Good, shop: Shop
) -> None:
    order = story.paid_order(good, AT, through=shop, phone=PHONE)
    Order.objects.update(attribution="self")
    assert found_by(verify())["attribution"] == [f"{order.number}-1"]
    Order.objects.update(attribution="shared")
    CommissionLine.objects.update(kind="self")
    Order.objects.update(attribution="self")
    assert found_by(verify())["attribution"] == [f"{order.number}-1"]
