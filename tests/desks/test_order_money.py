"""Where an order's money went: the example of docs/rules.md §6.6 at each of its stages, to the fen, and on every page."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from commissions.services import settle_month, void_commission
from orders import services as orders
from orders.models import Order
from storefronts.models import Owner, OwnerStanding, Shop
from suppliers import services as suppliers
from suppliers.models import Good
from taoxiaopu.desks.order_money import buyer_money, order_money, told_to
from taoxiaopu.kernel.streams import Place, Stream, draw
from tests.factories import payouts, story

pytestmark = pytest.mark.django_db
START = story.noon(2026, 6, 3)


def world() -> tuple[Good, Shop]:
    """Goods of 100.00, freight of 8.00, 2000 bp, an owner with a bonus of 500 bp."""
    supplier = story.supplier(START)
    suppliers.set_freight(
        supplier=supplier, freight_fen=800, free_from_fen=0, actor=story.supplier_actor(supplier)
    )
    good = story.good(supplier, START, price_fen=10_000, rate_bp=2000)
    shop = story.picked_shop(START, good)
    OwnerStanding.objects.filter(owner=shop.owner).update(tier=3)
    return good, shop


def refund(order: Order, fen: int, at: datetime, ref: str = "1") -> None:
    """Part of the only line goes back."""
    orders.refund_line(
        line=story.line_of(order), amount_fen=fen, cause="case", cause_ref=ref, owner_side=False, at=at
    )
    order.refresh_from_db()


def shares(order: Order) -> dict[str, int]:
    """The figures that must add up, those that are not zero, after checking that they do."""
    money = order_money(order)
    assert money.adds_up
    found = {
        "paid": money.paid.fen,
        "refunded": money.refunded.fen,
        "held": money.held.fen,
        "supplier": money.supplier.net.fen,
        "owner": money.owner.net.fen,
        "platform": money.platform.fen,
        "bonus": money.bonus.fen,
    }
    assert money.supplier.other_fen == money.owner.other_fen == money.tax.fen == 0
    return {name: fen for name, fen in found.items() if fen}


def test_a_voided_commission_is_not_a_correction_by_hand() -> None:
    good, shop = world()
    order = story.finalised_order(good, START, through=shop)
    void_commission(
        line_ref=story.line_of(order).ref, decision="V-1", reason="刷单", actor=payouts.ANNA, at=START
    )
    assert shares(order) == {"paid": 10_800, "supplier": 10_800}
    money = order_money(order)
    supplier, owner = money.supplier, money.owner
    assert (supplier.commission.fen, supplier.voided.fen, supplier.manual.fen) == (2000, 2000, 0)
    assert (owner.gross.fen, owner.voided.fen, owner.taken_back.fen, owner.manual.fen) == (2000, 1900, 0, 0)


FINAL = {"paid": 10_800, "supplier": 8800, "owner": 1900, "platform": 200, "bonus": 100}
HALF = {"paid": 10_800, "refunded": 5000, "supplier": 4800, "owner": 950, "platform": 100, "bonus": 50}


def test_an_order_from_payment_to_a_refund_after_settlement() -> None:
    good, shop = world()
    unpaid = story.place(good, START, through=shop).orders.get()
    assert shares(unpaid) == {}
    order = story.paid_order(good, START, through=shop)
    assert shares(order) == FINAL | {"held": 10_800}
    assert not order_money(order).is_divided

    story.ship(order, START)
    story.confirm(order, START)
    orders.sweep(at=START + timedelta(days=15, seconds=1))
    order.refresh_from_db()
    assert shares(order) == FINAL
    money = order_money(order)
    finalised = [j.pk for j in money.journals if j.kind == "finalise"]
    assert list(money.owner.net.journals) == list(money.supplier.net.journals) == finalised
    assert money.paid.journals == (money.journals[0].pk,)

    settled = story.noon(2026, 7, 20)
    settle_month(date(2026, 6, 1), at=settled)
    assert shares(order) == FINAL

    refund(order, 5000, settled)
    assert shares(order) == HALF
    share = order_money(order).supplier
    assert (share.goods.fen, share.freight.fen, share.refunded.fen, share.commission.fen) == (
        10_000, 800, 5000, 1000,
    )  # fmt: skip
    owner = order_money(order).owner
    assert (owner.gross.fen, owner.fee.fen, owner.bonus.fen, owner.taken_back.fen, owner.debt.fen) == (
        2000, 200, 100, 950, 0,
    )  # fmt: skip
    mine = buyer_money(order)
    assert (mine.paid_fen, mine.returned_fen, mine.waiting_fen, mine.kept_fen) == (10_800, 0, 5000, 5800)
    story.arrive_refunds(settled)
    assert shares(order) == HALF
    mine = buyer_money(order)
    assert (mine.returned_fen, mine.waiting_fen, mine.kept_fen) == (5000, 0, 5800)

    refund(order, 5000, settled, "2")
    assert shares(order) == {"paid": 10_800, "refunded": 10_000, "supplier": 800}


def test_an_owner_with_300_left_owes_650_and_the_order_still_adds_up() -> None:
    good, shop = world()
    order = story.finalised_order(good, START, through=shop)
    settled = story.noon(2026, 7, 20)
    settle_month(date(2026, 6, 1), at=settled)
    payouts.give_account(shop.owner, settled)
    row = payouts.approved(shop.owner, 1600, settled)
    payouts.arrive(settled)
    row.refresh_from_db()
    assert row.status == "paid"
    assert shares(order) == FINAL  # what was withdrawn is the owner's still

    refund(order, 5000, settled)
    assert shares(order) == HALF
    assert order_money(order).owner.debt.fen == 650
    told = [(t.words, t.fen) for t in told_to(shop.owner.public_id, order, is_owner=True)]
    assert sum(fen for _words, fen in told) == 950
    assert told[0] == ("佣金入账，已扣技术服务费：滋润面霜 50g", 1800)


def test_a_refund_before_the_order_is_final_changes_what_is_expected() -> None:
    good, shop = world()
    order = story.paid_order(good, START, through=shop)
    refund(order, 5000, START)
    assert shares(order) == HALF | {"held": 5800}
    refund(order, 5000, START, "2")  # nothing was shipped: the freight goes back with the rest
    assert shares(order) == {"paid": 10_800, "refunded": 10_800}


def test_an_order_without_a_shop_has_no_owner_and_no_fee() -> None:
    good, _shop = world()
    order = story.finalised_order(good, START)
    assert shares(order) == {"paid": 10_800, "supplier": 10_800}


def test_each_party_sees_its_own_share_and_nobody_sees_anothers() -> None:
    good, shop = world()
    order = story.finalised_order(good, START, through=shop)
    staff = story.user(901, nickname="小二", is_staff=True)

    def page(person: object, address: str) -> tuple[int, str]:
        client = Client()
        if person is not None:
            client.force_login(person)  # type: ignore[arg-type]
        answer = client.get(address)
        return answer.status_code, answer.content.decode()

    member = order.supplier.members.get().user
    own = f"/owner/orders/{order.number}/money/"
    status, body = page(shop.owner.user, own)
    assert status == 200
    assert "归您（税前）" in body
    assert "19.00" in body.replace("</span>", "").replace('<span class="money-fen">', "")
    assert "88.00" not in body
    status, body = page(member, f"/supplier/orders/{order.number}/money/")
    assert status == 200
    assert "等级奖励" not in body
    assert page(member, own)[0] in (302, 404)
    status, body = page(staff, f"/staff/orders/{order.number}/money/")
    assert status == 200
    assert "实付减退款加平台奖励 ¥109.00，各方合计 ¥109.00" in body
    assert "/admin/ledger/journal/" in body
    assert page(staff, "/staff/orders/1234567890123456/money/")[0] == 404
    assert page(shop.owner.user, f"/staff/orders/{order.number}/money/")[0] == 302
    assert page(None, f"/staff/orders/{order.number}/money/")[0] == 302
    assert Owner.objects.count() == 1


def test_a_picture_leaves_out_nothing_that_flows_and_draws_nothing_of_nothing() -> None:
    a, b, c = (Place(key, key, key) for key in "abc")
    assert draw([Stream(a, b, 0), Stream(a, c, -5)]) is None
    picture = draw([Stream(a, b, 10_000), Stream(a, c, 1), Stream(b, c, 99)])
    assert picture is not None
    assert [(bar.place.key, bar.fen) for bar in picture.sources] == [("a", 10_001), ("b", 99)]
    assert [(bar.place.key, bar.fen) for bar in picture.targets] == [("b", 10_000), ("c", 100)]
    assert len(picture.ribbons) == 3
    assert min(bar.height for bar in picture.targets) >= 2
