"""The platform's main job in a real browser over real processes: web server, Celery worker, the app's own role.

Suppliers and staff sit at 1280 px, owner and consumer hold 375 px. Every ledger account is checked to the fen after
each step.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from commissions.models import Statement, TierMonth
from disputes.models import Dispute
from disputes.states import DisputeStatus
from orders.models import Order
from orders.states import OrderStatus
from storefronts.models import Pick, Shop
from suppliers.models import Good
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.platform import Platform
from tests.factories.world import books
from tests.journeys.people import Consumer, Owner, Supplier
from tests.journeys.staff import Arbitrator

CATALOGUE = (
    "update_time,id,title,price,sale_count,comment_count,店名\n"
    "2026/06/01,T1,山茶花保湿面膜 5 片,59.00,120,8,山茶花\n"
    "2026/06/02,T1,山茶花保湿面膜 5 片装,55.00,130,9,山茶花\n"
    "2026/06/02,T2,山茶花特供护手霜,19.90,,,山茶花\n"
    "2026/06/02,T3,海棠润唇膏,29.00,4,1,海棠\n"
    "2026/06/02,T4,山茶花洁面乳,1e3,4,1,山茶花\n"
)


def settled(wanted: dict[str, int]) -> bool:
    """Whether the books come to these balances soon: refunds arrive by notice over HTTP."""
    deadline = time.monotonic() + 30
    while books() != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_from_an_application_to_a_ruling(
    platform: Platform, person: Callable[[int], Page], look: Callable[[Page, str], None], tmp_path: Path
) -> None:
    ensure_reference()
    staff = Arbitrator.hire(person(1280), 1)
    supplier, owner, consumer = Supplier(person(1280)), Owner(person(375)), Consumer(person(375))

    supplier.apply("山茶花日化有限公司", "山茶花")
    look(supplier.page, "supplier-applied")
    staff.approve_supplier("山茶花日化有限公司")
    look(staff.page, "staff-supplier")
    supplier.enter_desk()
    supplier.page.goto("/supplier/")
    look(supplier.page, "supplier-awaits-deposit")
    supplier.pay_deposit()
    look(supplier.page, "supplier-deposit")
    supplier.list_good("山茶花滋润面霜 50g", "100", "20")
    look(supplier.page, "supplier-good")
    supplier.set_freight("8")
    file = tmp_path / "catalogue.csv"
    file.write_bytes(CATALOGUE.encode("gb18030"))
    supplier.upload(file)
    look(supplier.page, "supplier-import-preview")
    supplier.confirm_import()
    look(supplier.page, "supplier-import-done")
    assert sorted(Good.objects.values_list("title", "status")) == [
        ("山茶花保湿面膜 5 片装", "listed"),
        ("山茶花滋润面霜 50g", "listed"),
        ("山茶花特供护手霜", "held"),
    ]
    supplier.page.goto("/supplier/goods/")
    look(supplier.page, "supplier-goods")

    invitation = staff.invite()
    owner.join(invitation)
    owner.open_shop("小满好物")
    shop = Shop.objects.get()
    assert len(shop.number) == 6
    look(owner.page, "owner-shop-new")
    owner.pick("面霜", "山茶花滋润面霜 50g")
    look(owner.page, "owner-pool")
    pick = Pick.objects.get()
    owner.recommend(pick.pk, "秋冬干燥时可以看看，质地厚润")
    link = owner.share(pick.pk)
    look(owner.page, "owner-share")
    assert link.startswith(f"{platform.url}/x/")

    trade = consumer.order(link, "13911112222")
    look(consumer.page, "consumer-trade")
    assert books() == {}
    consumer.to_cashier(trade)
    look(consumer.page, "consumer-cashier")
    number = consumer.pay(trade)
    look(consumer.page, "consumer-order-paid")
    assert books() == {"channel_clearing": 10_800, "escrow": 10_800}
    supplier.page.goto("/supplier/")
    look(supplier.page, "supplier-home")
    supplier.ship(number, "SF1234567890")
    look(supplier.page, "supplier-order-shipped")
    consumer.confirm(number)
    look(consumer.page, "consumer-order-received")
    assert books() == {"channel_clearing": 10_800, "escrow": 10_800}

    platform.manage("advance", "--days", "16")
    order = Order.objects.get(number=number)
    assert order.status == OrderStatus.FINALISED
    divided = {
        "channel_clearing": 10_800,
        "supplier_payable": 8800,
        "owner_confirmed": 1800,
        "platform_fee": 200,
    }
    assert order.finalised_at is not None
    month = clock.month_of(order.finalised_at)
    if not Statement.objects.exists():
        assert books() == divided
        settle_at = clock.local_instant(clock.next_month(month).replace(day=20), 3)
        platform.manage("advance", "--days", str((settle_at - clock.now()).days + 1))
    statement = Statement.objects.get()
    assert (statement.month, statement.net_fen) == (month, 1800)
    settled_books = {
        "channel_clearing": 10_800,
        "supplier_payable": 8800,
        "owner_withdrawable": 1800,
        "platform_fee": 200,
    }
    assert books() == settled_books
    judged = TierMonth.objects.get(month=month)
    assert (judged.sales_fen, judged.orders, judged.buyers, judged.level_after) == (10_000, 1, 1, 1)
    for address, name in (
        ("/owner/", "home"),
        ("/owner/commissions/", "commissions"),
        ("/owner/tier/", "tier"),
        ("/owner/orders/", "orders"),
    ):
        owner.page.goto(address)
        look(owner.page, f"owner-{name}")

    claim = consumer.claim(number, "包装上的批号查不到")
    consumer.finish_evidence(claim, "附上批号照片的说明")
    look(consumer.page, "consumer-dispute")
    supplier.finish_evidence(claim, "同批次出厂检验合格")
    look(supplier.page, "supplier-dispute")
    assert Dispute.objects.get(number=claim).status == DisputeStatus.REVIEW
    staff.rule(
        claim,
        outcome="partial_refund",
        liable="supplier",
        amount="50.00",
        reason="批号无法核实，支持部分退款",
        look=look,
    )
    assert books() == settled_books
    platform.manage("advance", "--days", "4")
    assert Dispute.objects.get(number=claim).status == DisputeStatus.CLOSED
    after_claim = {
        "channel_clearing": 5800,
        "supplier_payable": 4800,
        "owner_withdrawable": 900,
        "platform_fee": 100,
    }
    assert settled(after_claim), books()
    consumer.page.goto(f"/disputes/{claim}/")
    expect(consumer.page.get_by_text("裁定已执行").first).to_be_visible()

    second = consumer.pay(consumer.order(link, "13911112222"))
    supplier.ship(second, "SF1234567891")
    case = consumer.open_case(second, "100.00", "瓶口有裂纹")
    look(consumer.page, "consumer-case")
    supplier.refuse_case(case, "签收时外包装完好")
    look(supplier.page, "supplier-case")
    dispute = consumer.escalate(case)
    consumer.finish_evidence(dispute, "开箱时就有裂纹")
    supplier.finish_evidence(dispute, "出库时称重正常")
    staff.rule(
        dispute, outcome="partial_refund", liable="supplier", amount="33.33", reason="支持部分退款", look=look
    )
    platform.manage("advance", "--days", "4")
    expected = dict(after_claim) | {"channel_clearing": 5800 + 10_800 - 3333, "escrow": 10_800 - 3333}
    assert settled(expected), books()
    consumer.page.goto(f"/orders/{second}/")
    look(consumer.page, "consumer-order-refunded")
    staff.see_order(second)
    look(staff.page, "staff-order")
    for address, name in (("/admin/", "dashboard"),):
        staff.page.goto(address)
        look(staff.page, f"staff-{name}")

    report = json.loads(platform.manage("verify", "--json"))
    assert report["problems"] == []


def test_the_cashier_misbehaves_and_nobody_loses_money(
    platform: Platform, person: Callable[[int], Page], look: Callable[[Page, str], None]
) -> None:
    at = clock.now()
    good = story.good(story.supplier(at), at, price_fen=9900, stock=9)
    consumer = Consumer(person(375))
    link = f"{platform.url}/g/{good.public_id}/"

    failed = consumer.order(link, "13911112222")
    consumer.to_cashier(failed)
    consumer.press("付款失败")
    look(consumer.page, "cashier-failed")
    assert books() == {}

    twice = consumer.order(link, "13911113333")
    consumer.to_cashier(twice)
    consumer.press("重复付款")
    consumer.back_to_shop()
    expect(consumer.page.get_by_text("付款成功").first).to_be_visible(timeout=30_000)
    assert settled({"channel_clearing": 9900, "escrow": 9900}), books()

    wrong = consumer.order(link, "13911114444")
    consumer.to_cashier(wrong)
    consumer.press("少付 1 分")
    consumer.back_to_shop()
    expect(consumer.page.get_by_text("渠道通知的金额与订单不符").first).to_be_visible(timeout=30_000)
    look(consumer.page, "trade-in-review")
    assert Order.objects.get(trade__number=wrong).status == OrderStatus.PENDING_PAYMENT

    late = consumer.order(link, "13911115555")
    consumer.to_cashier(late)
    consumer.press("扣款成功，通知迟到")
    platform.manage("advance", "--days", "1")
    assert Order.objects.get(trade__number=late).status == OrderStatus.CLOSED_UNPAID
    assert settled({"channel_clearing": 9900, "escrow": 9900}), books()
    consumer.page.goto(f"/trades/{late}/")
    look(consumer.page, "trade-closed")
    assert json.loads(platform.manage("verify", "--json"))["problems"] == []
