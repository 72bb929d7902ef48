"""A commission that staff void: by the page's button, as the owner reads it, and in the order's money (§6.2 M10)."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from commissions.models import CommissionLine, Deduction, OrderFact, Reversal
from commissions.papers import where_from, why_taken
from commissions.selectors import explained, statement_of
from commissions.services import (
    catch_up_settlement,
    freeze_commission,
    hold,
    release,
    settle_month,
    unfreeze_commission,
    void_commission,
)
from ledger.models import AccountKind, Journal
from orders import services as orders
from orders.models import Order
from reconciliation.services import Line, approve_manual, propose_manual
from storefronts.models import Shop
from suppliers.models import Good
from taoxiaopu.desks.order_money import (
    order_money,
    owner_picture,
    staff_picture,
    steps_of,
    supplier_picture,
    told_to,
)
from taoxiaopu.flows.verify import verify
from tests.factories import payouts, story
from tests.factories.payouts import ANNA, BELA
from tests.factories.world import books
from tests.staff.conftest import signed_in
from tests.staff.world import staff_user

pytestmark = pytest.mark.django_db
START = story.noon(2026, 6, 3)
WHY = "主页自称官方直营店"


def world() -> tuple[Good, Shop]:
    """Goods of 100.00 at 2000 bp, and a shop that sells them."""
    good = story.good(story.supplier(START), START, price_fen=10_000, rate_bp=2000)
    return good, story.picked_shop(START, good)


def void(order: Order, *, fake: bool = False, decision: str = "V1") -> CommissionLine:
    """Staff void the commission of the only line."""
    return void_commission(
        line_ref=story.line_of(order).ref,
        decision=decision,
        reason=WHY,
        actor=ANNA,
        at=START + timedelta(days=30),
        fake=fake,
    )


@pytest.fixture
def judge() -> User:
    """Somebody of the staff."""
    return staff_user(901, "青禾")


def test_staff_void_a_commission_with_a_reason_and_once(judge: User) -> None:
    good, shop = world()
    order = story.finalised_order(good, START, through=shop)
    line = CommissionLine.objects.get()
    desk: Client = signed_in(judge)
    page = reverse("admin:commissions_commissionline_change", args=[line.pk])
    act = reverse("admin:commissions_commissionline_act", args=[line.pk, "void"])
    assert act in desk.get(page).content.decode()
    assert desk.post(act, {"reason": "", "decision": "V-1"}).status_code == 400
    assert (Reversal.objects.count(), Journal.objects.filter(kind="commission_void").count()) == (0, 0)
    answers = {"reason": WHY, "decision": "V-1", "fake": "on", "key": "k1"}
    for _press in range(2):
        assert desk.post(act, answers).status_code == 302
    line.refresh_from_db()
    assert line.status == "void"
    assert Journal.objects.filter(kind="commission_void", order_number=order.number).count() == 1
    reversal = Reversal.objects.get()
    assert (reversal.owner_fen, reversal.base_fen, reversal.is_by_decision) == (1_800, 10_000, True)
    body = desk.get(page).content.decode()
    assert act not in body  # offered no more
    assert "违规决定 V-1" in body.replace('<span class="tx-code">', "")
    refused = desk.post(act, answers | {"key": "k2"})
    assert refused.status_code == 409
    assert Reversal.objects.count() == 1


def test_the_page_of_what_waits_names_every_reason(judge: User) -> None:
    good, shop = world()
    ref = story.line_of(story.paid_order(good, START, through=shop)).ref
    hold(ref, cause="case 1234567890123456", at=START)
    freeze_commission(line_ref=ref, reason="疑似刷单", actor=ANNA, at=START + timedelta(days=2))
    desk, page = signed_in(judge), reverse("staff:holds")

    def told() -> str:
        return re.sub(r"</?(span|div)[^>]*>", "", desk.get(page).content.decode())

    assert "售后单 1234567890123456<br>平台核实中" in told()
    release(ref, cause="case 1234567890123456", at=START + timedelta(days=3))
    assert "售后单" not in told().partition("冻结中的佣金")[2].partition("</table>")[0]
    assert "平台核实中" in told()
    unfreeze_commission(line_ref=ref, reason="核实无误", actor=ANNA, at=START + timedelta(days=4))
    assert "没有冻结中的佣金" in told()


def test_the_supplier_is_paid_while_staff_hold_the_commission() -> None:
    """The order is final on its day; the commission is booked, waits, and is settled after staff let it go (M5)."""
    good, shop = world()
    order = story.paid_order(good, START, through=shop)
    story.ship(order, START)
    story.confirm(order, START)
    line = CommissionLine.objects.get()
    freeze_commission(line_ref=line.line_ref, reason="疑似刷单", actor=ANNA, at=START + timedelta(days=1))
    assert verify().problems == []
    order.refresh_from_db()
    final = order.final_by + timedelta(seconds=1)
    orders.sweep(at=final)
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.status, line.status, line.frozen_from, line.confirmed_at) == (
        "finalised", "frozen", "confirmed", final,
    )  # fmt: skip
    assert books() == {
        "channel_clearing": 10_000, "supplier_payable": 8_000, "owner_confirmed": 1_800, "platform_fee": 200,
    }  # fmt: skip
    catch_up_settlement(at=story.noon(2026, 7, 20))
    line.refresh_from_db()
    assert (line.statement, books()["owner_confirmed"]) == (None, 1_800)
    unfreeze_commission(line_ref=line.line_ref, reason="核实无误", actor=ANNA, at=story.noon(2026, 7, 21))
    line.refresh_from_db()
    assert line.status == "confirmed"
    catch_up_settlement(at=story.noon(2026, 8, 20))
    line.refresh_from_db()
    assert (line.status, books()["owner_withdrawable"]) == ("withdrawable", 1_800)
    assert verify().problems == []


def test_a_held_commission_repays_a_debt_when_it_is_booked() -> None:
    good, shop = world()
    first = story.finalised_order(good, START, through=shop)
    settle_month(date(2026, 6, 1), at=story.noon(2026, 7, 20))
    payouts.give_account(shop.owner, START)
    payouts.approved(shop.owner, 1_800, story.noon(2026, 7, 21))
    void(first)
    assert books()["owner_debt"] == 1_800
    second = story.paid_order(good, story.noon(2026, 7, 22), through=shop)
    story.ship(second, story.noon(2026, 7, 22))
    story.confirm(second, story.noon(2026, 7, 22))
    ref = story.line_of(second).ref
    freeze_commission(line_ref=ref, reason="疑似刷单", actor=ANNA, at=story.noon(2026, 7, 23))
    orders.sweep(at=story.noon(2026, 9, 1))
    assert Deduction.objects.get(line__line_ref=ref).amount_fen == 1_800
    assert "owner_debt" not in books()
    assert CommissionLine.objects.get(line_ref=ref).status == "frozen"


def test_a_memo_is_void_and_a_feigned_purchase_does_not_count() -> None:
    good, shop = world()
    order = story.paid_order(good, START, through=shop)
    void(order, fake=True)
    assert OrderFact.objects.get().counted is False
    assert not Journal.objects.filter(kind="commission_void").exists()
    (told,) = explained(CommissionLine.objects.all(), at=START)
    assert told.why == f"平台决定作废：{WHY}"


def test_the_owner_reads_why_on_the_line_and_on_the_statement() -> None:
    """The voided line was settled; another one bears it, as a refund's claw-back would be borne."""
    good, shop = world()
    first = story.finalised_order(good, START, through=shop)
    settle_month(date(2026, 6, 1), at=story.noon(2026, 7, 20))
    second = story.finalised_order(good, story.noon(2026, 7, 3), through=shop)
    void(first)
    assert Deduction.objects.get().line.order_number == second.number
    settle_month(date(2026, 7, 1), at=story.noon(2026, 8, 20))
    detail = statement_of(shop.owner, date(2026, 7, 1))
    (taken,) = detail.taken
    assert (taken.amount_fen, taken.by_decision) == (1_800, True)
    assert why_taken(taken) == f"订单 {first.number} 的佣金作废，从本月待结算佣金中扣回"
    (reversal,) = detail.reversals
    assert where_from(reversal) == "佣金作废 · 待结算 ¥18.00"
    page = signed_in(shop.owner.user).get("/owner/statements/2026-7/").content.decode()
    assert f"订单 {first.number} 的佣金作废" in page
    assert (
        f"平台决定作废：{WHY}"
        in signed_in(shop.owner.user).get("/owner/commissions/?status=void").content.decode()
    )


def test_the_orders_money_tells_a_void_and_a_correction_apart_and_adds_up_after_every_journal() -> None:
    good, shop = world()
    order = story.finalised_order(good, START, through=shop)
    void(order)
    party = order.supplier.public_id
    row = propose_manual(
        lines=[Line(AccountKind.PLATFORM_FEE, "", AccountKind.SUPPLIER_PAYABLE, party, 1_200)],
        reason="重复支付运费",
        order_number=order.number,
        actor=ANNA,
        at=START,
        token="1234567890123456",
    )
    approve_manual(number=row.number, actor=BELA, at=START + timedelta(days=40))
    money = order_money(order)
    assert money.adds_up
    supplier, owner = money.supplier, money.owner
    assert (supplier.commission.fen, supplier.voided.fen, supplier.manual.fen, supplier.net.fen) == (
        2_000, 2_000, 1_200, 11_200,
    )  # fmt: skip
    assert (owner.gross.fen, owner.fee.fen, owner.voided.fen, owner.taken_back.fen, owner.net.fen) == (
        2_000, 200, 1_800, 0, 0,
    )  # fmt: skip
    assert (supplier.other_fen, owner.other_fen, money.platform.fen) == (0, 0, -1_200)
    by_kind = {journal.kind: journal.pk for journal in money.journals}
    assert supplier.voided.journals == owner.voided.journals == (by_kind["commission_void"],)
    assert supplier.manual.journals == (by_kind["manual"],)
    steps = steps_of(money.journals)
    assert [step.journal.kind for step in steps] == ["payment", "finalise", "commission_void", "manual"]
    assert all(step.adds_up for step in steps)
    assert [(s.held_fen, s.supplier_fen, s.owner_fen, s.platform_fen) for s in steps] == [
        (10_000, 0, 0, 0), (0, 8_000, 1_800, 200), (0, 10_000, 0, 0), (0, 11_200, 0, -1_200),
    ]  # fmt: skip
    drawn = staff_picture(money)
    assert drawn
    assert {str(bar.place.name): bar.fen for bar in drawn.sources} == {"买家实付": 10_000, "平台承担": 1_200}
    mine = supplier_picture(money)
    assert mine
    assert {str(bar.place.name): bar.fen for bar in mine.sources} == {"买家实付": 10_000, "平台更正": 1_200}
    hers = owner_picture(money)
    assert hers
    assert {str(bar.place.name): bar.fen for bar in hers.targets} == {
        "平台技术服务费": 200,
        "佣金作废": 1_800,
    }
    told = [t.words for t in told_to(shop.owner.public_id, order, is_owner=True)]
    assert told[-1] == "佣金作废：滋润面霜 50g"
