"""What the people of the demo's story do: moves through services at chosen instants."""

from datetime import datetime, timedelta

from commissions import services as commissions
from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from orders import services as orders
from orders.models import Trade
from orders.services import Delivery, Item, Shipment
from orders.states import Carrier
from payments import services as payments
from payments.providers.sandbox import Button
from storefronts import services as storefronts
from storefronts.models import Pick, ShareLink, Shop
from suppliers.models import Good
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.stage import Stage, buyer_side, deliver, line_of, order_of, supplier_side
from taoxiaopu.kernel.actors import Actor


def run_due(at: datetime) -> None:
    """What beat and worker would have done by then, with the provider's notices handed over in this process."""
    disputes.sweep(at=at)
    orders.sweep(at=at)
    payments.send_due_refunds(at=at)
    payments.send_due_transfers(at=at)
    deliver(at)
    commissions.catch_up_settlement(at=at)
    commissions.catch_up_tiers(at=at)


def open_link(link: ShareLink, visitor: str, at: datetime, network: str = "192.0.2.1") -> None:
    """A consumer opens a share link."""
    storefronts.record_click(
        link=link, visitor=visitor, network=network, user_agent=cast.BROWSER, user_id=None, at=at
    )


def place(good: Good, shop: Shop | None, buyer: int, quantity: int, at: datetime, phone: str = "") -> Trade:
    """Consumer number ``buyer`` orders a good in a shop, or on the platform's own pages when it is None."""
    sku = good.skus.get()
    return orders.place_trade(
        items=[Item(sku.pk, quantity, shop, sku.price_fen)],
        delivery=Delivery(
            cast.RECEIVERS[buyer % len(cast.RECEIVERS)],
            phone or cast.BUYERS[buyer],
            cast.ADDRESSES[buyer % len(cast.ADDRESSES)],
        ),
        visitor=f"demo-visitor-{buyer}",
        at=at,
    )


def pay(trade: Trade, at: datetime) -> None:
    """The consumer pays at the sandbox cashier and the notice comes in."""
    charge = orders.open_payment(trade=trade, at=at)
    payments.press_cashier(charge=charge, button=Button.PAY, at=at)
    deliver(at)


def ship(stage: Stage, trade: Trade, at: datetime) -> None:
    """The supplier hands everything over in one parcel."""
    order = order_of(trade)
    shipment = Shipment(Carrier.SF, stage.next_tracking_number())
    orders.ship(order=order, shipment=shipment, actor=supplier_side(order), at=at)


def confirm(trade: Trade, at: datetime) -> None:
    """The consumer confirms receipt."""
    order = order_of(trade)
    orders.confirm_receipt(order=order, actor=buyer_side(order), at=at)


def apply_for_refund(
    trade: Trade, reason: CaseReason, words: str, at: datetime, amount_fen: int | None = None
) -> Case:
    """The consumer opens an after-sales case for the line, for all of it unless an amount is given."""
    line = line_of(trade)
    draft = CaseDraft(reason, amount_fen or line.remaining_fen, received=True, description=words)
    return disputes.open_case(line=line, draft=draft, actor=buyer_side(line.order), at=at)


def quarrel(trade: Trade, case: Case, at: datetime) -> Dispute:
    """The supplier refuses, the consumer asks the platform, both say what they have: the review starts."""
    order = order_of(trade)
    supplier, buyer = supplier_side(order), buyer_side(order)
    disputes.reject_case(case=case, reason="出库检查完好，请提供开箱照片。", actor=supplier, at=at)
    at += timedelta(hours=3)
    dispute = disputes.escalate_case(case=case, actor=buyer, at=at, reason="商家拒绝退款")
    at += timedelta(hours=2)
    disputes.give_evidence(dispute=dispute, text="拆封当天就发现问题，照片已发给客服。", actor=buyer, at=at)
    disputes.mark_done(dispute=dispute, actor=buyer, at=at)
    at += timedelta(hours=2)
    disputes.give_evidence(
        dispute=dispute, text="同批次商品质检合格，附检验单编号 JS-2093。", actor=supplier, at=at
    )
    disputes.mark_done(dispute=dispute, actor=supplier, at=at)
    return dispute


def rule(dispute: Dispute, staff: Actor, outcome: RulingOutcome, amount_fen: int, at: datetime) -> None:
    """An arbitrator takes the dispute on and decides."""
    disputes.claim_dispute(number=dispute.number, actor=staff, at=at)
    draft = RulingDraft(
        outcome=outcome,
        liable=Liable.SUPPLIER,
        amount_fen=amount_fen,
        reason="商家未能证明商品出库时完好，按举证规则支持消费者。",
        rule_number="5.5",
    )
    disputes.decide(dispute=dispute, draft=draft, actor=staff, at=at)


def picks_by_good(picks: list[Pick]) -> dict[int, Pick]:
    """Picks by the key of their good."""
    return {pick.good_id: pick for pick in picks}
