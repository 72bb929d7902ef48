"""Kinds of attributed orders: recognised when the order is placed, and never again (docs/rules.md §6.4, §6.5)."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from commissions import services as commissions
from commissions.models import CommissionLine, OrderFact, Reversal, TierMonth
from commissions.services import override_tier
from orders import services as orders
from orders.models import Order, OrderLine
from storefronts.models import Shop
from suppliers.models import Good, Supplier, SupplierMember
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.personal import blind_index
from tax.states import Identity
from tests.factories import numbers, payouts, story
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
    user.phone, user.phone_index = phone or "", phone and blind_index(phone)
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


@pytest.mark.parametrize(
    ("receiver", "phone", "expected"),
    [
        ("李青禾", PHONE, ("on_behalf", "other_receiver", 500)),
        ("李青禾", "own", ("self", "own_phone", 0)),
        ("王小满", PHONE, ("self", "own_name", 0)),
        ("王小满", "own", ("self", "own_phone", 0)),
    ],
)
def test_an_owner_who_is_signed_in_buys_for_herself_or_on_behalf(
    good: Good, shop: Shop, receiver: str, phone: str, expected: tuple[str, str, int]
) -> None:
    user = shop.owner.user
    phone = user.phone if phone == "own" else phone
    trade = story.place(good, AT, through=shop, phone=phone, user=user, receiver=receiver)
    story.pay(trade, AT)
    order = trade.orders.get()
    assert decided(order) == expected
    assert earned(order) == (expected[0], expected[2], expected[0] == "on_behalf")
    assert CommissionLine.objects.get().gross_fen == 2_000


def test_nobodys_phone_is_anothers_as_long_as_the_owners_is_not_known(good: Good, shop: Shop) -> None:
    user = shop.owner.user
    user.email = "owner@example.com"
    user.save(update_fields=["email"])
    has_phone(user, None)
    trade = story.place(good, AT, through=shop, phone=PHONE, user=user)
    assert decided(trade.orders.get()) == ("self", "own_account", 0)
    guest = story.place(good, AT, through=shop, phone=PHONE)
    assert decided(guest.orders.get()) == ("shared", "in_shop", 500)


def test_a_guest_with_the_owners_name_is_a_guest(good: Good, shop: Shop) -> None:
    trade = story.place(good, AT, through=shop, phone=PHONE, receiver="王小满")
    assert decided(trade.orders.get()) == ("shared", "in_shop", 500)


def test_what_was_bought_on_behalf_counts_with_its_receivers_as_buyers(good: Good, shop: Shop) -> None:
    """Sales and orders count, and each receiver is a buyer; what was bought for herself does not count."""
    user = shop.owner.user
    for phone in (PHONE, "13911113333", "13911113333", user.phone):
        order = story.paid_order(good, AT, through=shop, phone=phone, user=user)
        story.ship(order, AT)
        story.confirm(order, AT)
    orders.sweep(at=AT + timedelta(days=16))
    commissions.recalculate_tiers(date(2026, 6, 1), at=story.noon(2026, 7, 1))
    judged = TierMonth.objects.get(owner=shop.owner)
    assert (judged.sales_fen, judged.orders, judged.buyers, judged.ended) == (30_000, 3, 2, 3)


def test_a_claw_back_of_what_was_bought_on_behalf_lowers_the_sales(good: Good, shop: Shop) -> None:
    order = story.finalised_order(good, AT, through=shop, user=shop.owner.user)
    month = clock.month_of(order.finalised_at)
    commissions.void_commission(
        line_ref=f"{order.number}-1", decision="1", reason="虚假下单", actor=story.SYSTEM_STAFF, fake=True,
        at=clock.month_bounds(month)[1],
    )  # fmt: skip
    late = clock.next_month(month)
    commissions.recalculate_tiers(month, at=clock.month_bounds(month)[1] + timedelta(hours=3))
    story.finalised_order(good, clock.month_bounds(month)[1], through=shop)
    commissions.recalculate_tiers(late, at=clock.month_bounds(late)[1] + timedelta(hours=3))
    figures = TierMonth.objects.order_by("month").values_list("sales_fen", "orders")
    assert list(figures) == [(10_000, 1), (0, 1)]


@pytest.mark.parametrize("is_same", [False, True])
def test_a_business_that_is_the_supplier_too_buys_its_own_goods(
    good: Good, shop: Shop, is_same: bool
) -> None:
    code = good.supplier.credit_code if is_same else numbers.company_code(77)
    payouts.give_tax_info(shop.owner, AT, Identity.COMPANY, name="杭州青禾美妆有限公司", number=str(code))
    trade = story.place(good, AT, through=shop, phone=PHONE)
    story.pay(trade, AT)
    order = trade.orders.get()
    if is_same:
        assert decided(order) == ("own_goods", "same_company", 0)
        assert (earned(order), CommissionLine.objects.get().status) == (("own_goods", 0, False), "void")
    else:
        assert decided(order) == ("shared", "in_shop", 500)


def test_a_former_business_is_no_reason(good: Good, shop: Shop) -> None:
    payouts.give_tax_info(
        shop.owner, AT, Identity.COMPANY, name="杭州青禾美妆有限公司", number=str(good.supplier.credit_code)
    )
    payouts.give_tax_info(shop.owner, AT)
    assert decided(story.place(good, AT, through=shop).orders.get()) == ("shared", "in_shop", 500)


def test_a_supplier_without_a_code_is_nobodys_company(good: Good, shop: Shop) -> None:
    payouts.give_tax_info(shop.owner, AT)
    Supplier.objects.update(credit_code=None)
    assert decided(story.place(good, AT, through=shop).orders.get()) == ("shared", "in_shop", 500)


@pytest.mark.parametrize(("is_over", "sales", "counted"), [(False, 0, 0), (True, 10_000, 1)])
def test_a_feigned_purchase_leaves_the_month_unless_it_is_over(
    good: Good, shop: Shop, is_over: bool, sales: int, counted: int
) -> None:
    """Found out at the month's last microsecond it counts nowhere; from the 1st on, it lowers the sales of then."""
    order = story.finalised_order(good, AT, through=shop)
    month = clock.month_of(order.finalised_at)
    end = clock.month_bounds(month)[1]
    commissions.void_commission(
        line_ref=f"{order.number}-1", decision="1", reason="虚假下单", actor=story.SYSTEM_STAFF, fake=True,
        at=end if is_over else end - timedelta(microseconds=1),
    )  # fmt: skip
    commissions.recalculate_tiers(month, at=end + timedelta(hours=3))
    judged = TierMonth.objects.get()
    assert (judged.sales_fen, judged.orders, judged.buyers) == (sales, counted, counted)
    assert Reversal.objects.get().base_fen == (10_000 if is_over else 0)


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
