"""The moves of the demo's story: each a few services at a chosen instant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from accounts.models import User
from commissions import services as commissions
from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from ledger import services as ledger
from orders import services as orders
from orders.models import Order, OrderLine, Trade
from orders.selectors import orders_of_trades
from orders.services import Delivery, Item, Shipment
from orders.states import Carrier
from payments import services as payments
from payments.models import Charge, WrongPayment
from payments.providers import sandbox
from payments.providers.sandbox import Button
from rulebook import services as rulebook
from storefronts import services as storefronts
from storefronts.models import ShareLink, Shop
from storefronts.services import tell_of_delisted, tell_of_lowered_rates
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from suppliers.selectors import bonded_category
from suppliers.services import apply_due_rates
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.flows.services.announcing import announce_rules
from taoxiaopu.flows.stage import Stage, buyer_side, deliver, order_of, pay_deposit, supplier_side
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.ids import public_id

CARRIERS = tuple(Carrier)


@dataclass(frozen=True, slots=True)
class Basket:
    """What a consumer buys in one trade: goods with quantities, all in one shop, or on the platform's own pages."""

    goods: Sequence[tuple[Good, int]]
    shop: Shop | None
    buyer: int
    phone: str = ""
    member: User | None = None


def run_due(at: datetime) -> None:
    """What beat and worker would have done by then, with the provider's notices handed over in this process."""
    disputes.sweep(at=at)
    orders.sweep(at=at)
    tell_of_lowered_rates(at=at)
    apply_due_rates(at=at)
    top_up(at)
    rulebook.supersede_due(at=at)
    jobs.work_off(rulebook.ANNOUNCE, at=at, work=partial(announce_rules, at=at))
    tell_of_delisted(at=at)
    payments.send_due_refunds(at=at)
    payments.send_due_transfers(at=at)
    deliver(at)
    commissions.catch_up_settlement(at=at)
    commissions.catch_up_tiers(at=at)
    commissions.catch_up_supplier_payouts(at=at)
    ledger.write_digest(at=at)
    commissions.catch_up_supplier_statements(at=at)


def top_up(at: datetime) -> None:
    """Suppliers pay at once what refunds and compensations drew from their deposit and bonds."""
    suppliers.watch_deposits(at=at)
    for supplier in Supplier.objects.filter(top_up_by__isnull=False).order_by("pk"):
        actor = Actor(ActorKind.SUPPLIER, supplier.public_id)
        if suppliers.missing_deposit(supplier, at=at):
            pay_deposit(supplier, actor, at)
        category = bonded_category(supplier) if suppliers.bonds_short(supplier, at=at) else None
        if category is not None:
            charge = suppliers.open_bond_payment(
                supplier=supplier, category_code=category.code, actor=actor, at=at
            )
            deliver(at, payments.press_cashier(charge=charge, button=Button.PAY, at=at))


def tell_again(charge: Charge, at: datetime) -> None:
    """The provider tells a payment a second time, as another event."""
    charge.refresh_from_db()
    body = {
        "event_id": f"ev-{public_id(16)}",
        "kind": "paid",
        "charge_number": charge.number,
        "refund_number": "",
        "amount_fen": charge.amount_fen,
        "currency": "CNY",
        "app_id": sandbox.APP_ID,
        "provider_number": charge.provider_number,
    }
    raw, stamp = json.dumps(body, sort_keys=True).encode(), str(int(at.timestamp()))
    headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(raw, stamp)}
    receive_notice(provider="sandbox", body=raw, headers=headers, at=at)


def pay_for_nothing(at: datetime) -> None:
    """Somebody pays at the provider for a number that the platform never gave out."""
    stranger = Charge(number="9000000000000001", amount_fen=100, expires_at=at + timedelta(minutes=5))
    payments.press_cashier(charge=stranger, button=Button.PAY, at=at)
    deliver(at)


def orders_of(trade: Trade) -> list[Order]:
    """The orders of a trade, as they are now."""
    return list(orders_of_trades([trade.number]))


def first_line_of(trade: Trade) -> OrderLine:
    """The first line of a trade's only order."""
    return order_of(trade).lines.select_related("order").order_by("pk")[0]


def next_shipment(stage: Stage, line_refs: tuple[str, ...] = ()) -> Shipment:
    """A parcel with a number that was not used before; carriers take turns."""
    number = stage.next_tracking_number()
    return Shipment(CARRIERS[int(number[2:]) % len(CARRIERS)], number, line_refs)


def open_link(link: ShareLink, visitor: str, at: datetime, network: str = "192.0.2.1") -> None:
    """A consumer opens a share link."""
    storefronts.record_click(
        link=link, visitor=visitor, network=network, user_agent=cast.BROWSER, user_id=None, at=at
    )


def place(basket: Basket, at: datetime) -> Trade:
    """A consumer places a trade."""
    buyer = basket.buyer
    skus = {sku.good_id: sku for sku in Sku.objects.filter(good__in=[good for good, _n in basket.goods])}
    return orders.place_trade(
        items=[
            Item(skus[good.pk].pk, quantity, basket.shop, skus[good.pk].price_fen)
            for good, quantity in basket.goods
        ],
        delivery=Delivery(
            cast.RECEIVERS[buyer % len(cast.RECEIVERS)],
            basket.phone or cast.phone_of(buyer),
            cast.ADDRESSES[buyer % len(cast.ADDRESSES)],
        ),
        visitor=f"demo-visitor-{buyer}",
        user=basket.member,
        at=at,
    )


def open_cashier(trade: Trade, at: datetime) -> Charge:
    """The consumer goes to the cashier and presses nothing yet."""
    return orders.open_payment(trade=trade, at=at)


def press(trade: Trade, button: Button, at: datetime) -> Charge:
    """The consumer presses a button of the sandbox cashier, and the notices come in."""
    charge = orders.open_payment(trade=trade, at=at)
    payments.press_cashier(charge=charge, button=button, at=at)
    deliver(at)
    return charge


def pay(trade: Trade, at: datetime) -> None:
    """The consumer pays at the sandbox cashier and the notice comes in."""
    press(trade, Button.PAY, at)


def send_back(trade: Trade, staff: Actor, at: datetime) -> None:
    """Staff send back whole what came in otherwise than asked for."""
    for row in WrongPayment.objects.filter(charge__trade_number=trade.number).order_by("pk"):
        payments.return_wrong_payment(
            number=row.number, reason="渠道少收 1 分，请重新付款", actor=staff, at=at
        )


def ship(stage: Stage, trade: Trade, at: datetime) -> None:
    """Each supplier hands everything over in one parcel."""
    for order in orders_of(trade):
        orders.ship(order=order, shipment=next_shipment(stage), actor=supplier_side(order), at=at)


def ship_some(stage: Stage, trade: Trade, at: datetime) -> None:
    """The supplier hands the first line over, the rest waits."""
    line = first_line_of(trade)
    order = order_of(trade)
    orders.ship(order=order, shipment=next_shipment(stage, (line.ref,)), actor=supplier_side(order), at=at)


def confirm(trade: Trade, at: datetime) -> None:
    """The consumer confirms receipt of everything."""
    for order in orders_of(trade):
        orders.confirm_receipt(order=order, actor=buyer_side(order), at=at)


def apply_for_refund(
    trade: Trade, reason: CaseReason, words: str, at: datetime, *, amount_fen: int = 0, received: bool = True
) -> Case:
    """The consumer opens an after-sales case for the line, for all of it unless an amount is given."""
    line = first_line_of(trade)
    draft = CaseDraft(reason, amount_fen or line.remaining_fen, received=received, description=words)
    return disputes.open_case(line=line, draft=draft, actor=buyer_side(line.order), at=at)


def agree(trade: Trade, case: Case, at: datetime) -> None:
    """The supplier agrees to a refund."""
    disputes.agree_case(case=case, actor=supplier_side(order_of(trade)), at=at)


def refuse(trade: Trade, case: Case, at: datetime) -> None:
    """The supplier refuses a refund."""
    words = "出库检查完好，请提供开箱照片。"
    disputes.reject_case(case=case, reason=words, actor=supplier_side(order_of(trade)), at=at)


def quarrel(trade: Trade, case: Case, at: datetime) -> Dispute:
    """The supplier refuses, and the consumer asks the platform three hours later."""
    refuse(trade, case, at)
    return disputes.escalate_case(
        case=case, actor=buyer_side(order_of(trade)), at=at + timedelta(hours=3), reason="商家拒绝退款"
    )


def argue(trade: Trade, dispute: Dispute, at: datetime, *, done: bool = True) -> None:
    """Both say what they have; with ``done`` both have said everything, and the review starts."""
    order = order_of(trade)
    buyer, supplier = buyer_side(order), supplier_side(order)
    disputes.give_evidence(dispute=dispute, text="拆封当天就发现问题，照片已发给客服。", actor=buyer, at=at)
    at += timedelta(hours=2)
    words = "同批次商品质检合格，附检验单编号 JS-2093。"
    disputes.give_evidence(dispute=dispute, text=words, actor=supplier, at=at)
    if done:
        disputes.mark_done(dispute=dispute, actor=buyer, at=at)
        disputes.mark_done(dispute=dispute, actor=supplier, at=at)


WHY = {
    RulingOutcome.FULL_REFUND: "商家未能证明商品出库时完好，按举证规则支持消费者。",
    RulingOutcome.PARTIAL_REFUND: "商品可以正常使用，外观瑕疵属实，按折价部分退款。",
    RulingOutcome.REJECT: "照片显示为使用后的痕迹，申请理由不成立。",
}


def rule(
    dispute: Dispute,
    staff: Actor,
    outcome: RulingOutcome,
    at: datetime,
    *,
    amount_fen: int = 0,
    liable: Liable = Liable.SUPPLIER,
) -> None:
    """An arbitrator takes the dispute on and decides."""
    disputes.claim_dispute(number=dispute.number, actor=staff, at=at)
    draft = RulingDraft(outcome, liable, amount_fen, WHY[outcome], "5.5")
    disputes.decide(dispute=dispute, draft=draft, actor=staff, at=at)
