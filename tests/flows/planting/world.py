"""A clean world with something in every state that a check looks at: five months of orders, money and rules."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from commissions import services as commissions
from commissions.models import SupplierPayout, Withdrawal
from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import CaseDraft, PenaltyDraft, RulingDraft
from disputes.states import TARIFFS, CaseReason, Liable, Offence, RulingOutcome
from ledger.models import AccountKind as A
from ledger.models import Journal
from ledger.services import close_month, write_digest
from orders import services as orders
from orders.models import Order
from payments.models import Refund, SandboxMessage, Transfer
from payments.providers.sandbox import Button
from payments.services import press_cashier
from reconciliation.models import Difference, ManualJournal
from reconciliation.services import Line, approve_manual, assign, propose_manual, reconcile
from reconciliation.services.manual import new_token
from rulebook import services as rulebook_services
from rulebook.models import Version
from storefronts import services as storefronts
from storefronts.models import Owner, Shop
from storefronts.services import Asker
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.flows import stage
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.factories import custom, payouts, rulebook, story
from tests.factories.payouts import ANNA, BELA

DAY = story.noon(2026, 3, 2)
LATER = story.noon(2026, 3, 22)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
PAYDAY = story.noon(2026, 7, 20)
SEALED_FIRST, SEALED_LAST = "2026-07-10", "2026-07-22"  # the days up to which journals are sealed
NOW = story.noon(2026, 7, 23)
D = timedelta(days=1)
RETURNED, SLOW = "6222021234560000", "6222021234569999"


@dataclass
class World:
    """Handles to what is damaged."""

    company: Supplier
    good: Good
    shop: Shop
    orders: dict[str, Order] = field(default_factory=dict)
    rich: Owner | None = None
    applied: Supplier | None = None

    def order(self, name: str) -> Order:
        """One of the orders, as it is now."""
        return Order.objects.get(pk=self.orders[name].pk)

    def ref(self, name: str) -> str:
        """The reference of an order's only line."""
        return f"{self.orders[name].number}-1"

    def journal(self, name: str, kind: str) -> Journal:
        """An order's only journal of a kind."""
        return Journal.objects.get(kind=kind, order_number=self.orders[name].number)

    @property
    def owner(self) -> Owner:
        """Whose shop the orders went through."""
        return self.shop.owner

    @property
    def dispute(self) -> Dispute:
        """The claim that was ruled on, with the owner liable."""
        return Dispute.objects.get(status="closed")


def build() -> World:
    """The world, seven months in the making; ``verify`` finds nothing."""
    company = story.supplier(DAY)
    seller = story.supplier_actor(company)
    suppliers.set_freight(supplier=company, freight_fen=800, free_from_fen=0, actor=seller)
    good = story.good(company, DAY)
    world = World(company, good, story.picked_shop(DAY, good))
    _march(world)
    _april(world)
    write_digest(at=PAYDAY - 9 * D)
    _payouts(world)
    write_digest(at=PAYDAY + 3 * D)
    _july(world)
    _questions(world)
    _staff(world)
    _agreements(world)
    close_month(month=MARCH, actor=ANNA, at=NOW)
    return world


def _agreements(world: World) -> None:
    """Orders of a customised good: one that waits for the supplier, one for its payment."""
    good = custom.good(world.company, NOW)
    world.orders["agreeing"] = custom.place(good, NOW)
    world.orders["agreed"] = custom.agreed(custom.place(good, NOW, phone="13911114444"), NOW)


def _questions(world: World) -> None:
    """One before the sale, one about an order."""
    asker = Asker(user_id=None, visitor="v9")
    storefronts.ask(asker=asker, good=world.good, shop=world.shop, text="敏感肌能用吗", at=NOW)
    line = story.line_of(world.orders["paid"])
    orders.ask_about_line(line=line, text="什么时候发货", at=NOW)


def _march(world: World) -> None:
    """Orders that are finalised, finalised and clawed back, refunded, with a case, in dispute."""
    good, shop = world.good, world.shop
    found = world.orders
    found["finalised"] = story.finalised_order(good, DAY, through=shop)
    found["clawed"] = story.finalised_order(good, DAY, through=shop, quantity=2, phone="13911113333")
    found["direct"] = story.finalised_order(good, DAY, phone="13911114444")
    found["cased"] = story.paid_order(good, LATER, through=shop)
    story.ship(found["cased"], LATER)
    _apply(found["cased"], 5_000)
    found["refunded"] = story.paid_order(good, LATER, through=shop)
    case = _apply(found["refunded"], 10_000, received=False)
    disputes.agree_case(case=case, actor=story.supplier_actor(world.company), at=LATER)
    found["rejected"] = story.paid_order(good, LATER, through=shop)
    story.ship(found["rejected"], LATER)
    case = _apply(found["rejected"], 3_000)
    disputes.reject_case(case=case, reason="签收时完好", actor=story.supplier_actor(world.company), at=LATER)
    disputes.escalate_case(case=case, actor=buyer_of(found["rejected"]), at=LATER)
    _ruled(found["clawed"])
    story.arrive_refunds(LATER + 4 * D)


def buyer_of(order: Order) -> Actor:
    """Whoever placed an order."""
    return Actor(ActorKind.BUYER, order.trade.number)


def _july(world: World) -> None:
    """Orders that nobody has shipped yet, after the last seal: unpaid, paid, paid twice, with a case."""
    found = world.orders
    found["unpaid"] = story.place(world.good, NOW, through=world.shop).orders.get()
    found["paid"] = story.paid_order(world.good, NOW, through=world.shop)
    trade = story.place(world.good, NOW, through=world.shop)
    charge = orders.open_payment(trade=trade, at=NOW)
    press_cashier(charge=charge, button=Button.TWICE, at=NOW)
    for message in SandboxMessage.objects.filter(sent_at=None, body__contains=charge.number).order_by("pk"):
        payouts.take(message.body.encode(), NOW)
        message.sent_at = NOW
        message.save()
    found["twice"] = trade.orders.get()
    found["waiting"] = story.paid_order(world.good, NOW, through=world.shop)
    _apply(found["waiting"], 10_000, received=False, at=NOW)
    story.arrive_refunds(NOW)


def _apply(order: Order, amount_fen: int, *, received: bool = True, at: datetime = LATER) -> Any:
    draft = CaseDraft(CaseReason.QUALITY, amount_fen, received, "有破损")
    return disputes.open_case(line=story.line_of(order), draft=draft, actor=buyer_of(order), at=at)


def _ruled(order: Order) -> None:
    claim = disputes.open_claim(line=story.line_of(order), text="假货", actor=buyer_of(order), at=LATER)
    disputes.mark_done(dispute=claim, actor=buyer_of(order), at=LATER)
    disputes.mark_done(dispute=claim, actor=story.supplier_actor(order.supplier), at=LATER)
    draft = RulingDraft(RulingOutcome.PARTIAL_REFUND, Liable.OWNER, 7_000, "掌柜承诺不实", "5.5")
    disputes.decide(dispute=claim, draft=draft, actor=story.staff(), at=LATER)
    disputes.sweep(at=LATER + timedelta(hours=72, seconds=1))


def _april(world: World) -> None:
    """March is judged and settled; a refund of a settled line is borne by one that is not; April is settled, too."""
    commissions.recalculate_tiers(MARCH, at=story.noon(2026, 4, 1))
    world.orders["second"] = story.finalised_order(world.good, story.noon(2026, 4, 1), through=world.shop)
    commissions.settle_month(MARCH, at=story.noon(2026, 4, 20))
    commissions.recalculate_tiers(APRIL, at=story.noon(2026, 5, 1))
    refund(world, "finalised", 1_000, story.noon(2026, 5, 2))
    story.arrive_refunds(story.noon(2026, 5, 2))
    commissions.settle_month(APRIL, at=story.noon(2026, 5, 20))


def refund(world: World, name: str, fen: int, at: datetime) -> None:
    """Part of an order's only line goes back by a decision."""
    orders.refund_line(
        line=story.line_of(world.order(name)),
        amount_fen=fen,
        cause="decision",
        cause_ref=f"{name}{fen}",
        owner_side=False,
        at=at,
    )


def _payouts(world: World) -> None:
    """Withdrawals and suppliers' payouts: paid, returned, refused, on their way; and a supplier that waits."""
    owner = payouts.earner(PAYDAY, 18_000, n=2)
    world.rich = payouts.earner(PAYDAY, 1_800_000, n=3)
    payouts.paid(owner, 2_000, PAYDAY)
    held = payouts.ask(world.rich, 1_000, PAYDAY)
    commissions.reject_withdrawal(number=held.number, actor=ANNA, at=PAYDAY, reason="账户存疑")
    payouts.paid(world.rich, 1_000_000, PAYDAY + D)
    payouts.give_account(owner, PAYDAY, RETURNED)
    payouts.approved(owner, 3_000, PAYDAY + D)
    payouts.arrive(PAYDAY + D)
    payouts.give_account(owner, PAYDAY, SLOW)
    payouts.approved(owner, 4_000, PAYDAY + 2 * D)
    for n, account in ((1, "120202019001234567"), (2, "120202019001230000"), (3, "120202019001239999")):
        supplier = Supplier.objects.order_by("pk")[n - 1]
        commissions.set_supplier_account(
            supplier=supplier,
            name=supplier.name,
            account=account,
            actor=story.supplier_actor(supplier),
            at=PAYDAY,
        )
    commissions.pay_suppliers(date(2026, 7, 21), at=PAYDAY + 2 * D)
    for payout in SupplierPayout.objects.filter(status="reviewing"):
        for staff in (ANNA, BELA):
            commissions.approve_supplier_payout(number=payout.number, actor=staff, at=PAYDAY + 2 * D)
    payouts.arrive(PAYDAY + 2 * D)
    _exits()
    applied = story.applicant(PAYDAY, 50, name="远山食品有限公司")
    world.applied = stage.let_in(applied, story.SYSTEM_STAFF, PAYDAY)


def _exits() -> None:
    """A supplier that left with its money, and one whose money one of two people let go."""
    for n, people in ((60, (ANNA, BELA)), (61, (ANNA,))):
        leaving = story.supplier(PAYDAY, n)
        actor = story.supplier_actor(leaving)
        commissions.set_supplier_account(
            supplier=leaving, name=leaving.name, account="120202019001234567", actor=actor, at=PAYDAY
        )
        suppliers.begin_exit(public_id=leaving.public_id, actor=actor, at=PAYDAY + 2 * D)
        for person in people:
            disputes.settle_exit(
                public_id=leaving.public_id, actor=person, at=PAYDAY + 2 * D, reason="已核对"
            )
        payouts.arrive(PAYDAY + 2 * D)


def _staff(world: World) -> None:
    """A manual journal that is booked and one that is not, a difference, rules with numbers, a comment."""
    line = Line(A.CHANNEL_CLEARING, "", A.PLATFORM_FEE, "", 333)
    for approved in (True, False):
        row = propose_manual(lines=[line], reason="渠道多收一笔", actor=ANNA, at=NOW, token=new_token())
        if approved:
            approve_manual(number=row.number, actor=BELA, at=NOW)
    for party, offence in ((world.owner, Offence.FALSE_PROMISE), (world.company, Offence.BAIT)):
        penalty = PenaltyDraft(offence, TARIFFS[offence].first, "查实")
        disputes.give_penalty(party=party, draft=penalty, key=offence, actor=ANNA, at=NOW)
    refund(world, "paid", 1_000, NOW)
    reconcile(at=NOW + 5 * D)  # still on its way then: a difference
    for row in Difference.objects.order_by("pk"):
        assign(number=row.number, to="anna", actor=ANNA, at=NOW)
    rulebook.new_numbers(NOW, PAY_TIMEOUT_MIN=45)
    version = rulebook.in_comment("owners", NOW)
    rulebook_services.comment(
        version=version,
        text="建议放宽选品上限",
        party=Actor(ActorKind.OWNER, world.owner.public_id, "tests"),
        shown_name="安**",
        at=NOW,
    )


def withdrawal(status: str) -> Withdrawal:
    """The only withdrawal in a status, of the owner who has several."""
    return Withdrawal.objects.get(status=status, amount_fen__lt=5_000)


def payout(status: str) -> SupplierPayout:
    """The only supplier's payout in a status."""
    return SupplierPayout.objects.get(status=status)


def transfer_of(row: Withdrawal | SupplierPayout) -> Transfer:
    """What pays a withdrawal or a payout."""
    return Transfer.objects.get(cause_ref=row.number)


def manual(status: str) -> ManualJournal:
    """The manual journal in a status."""
    return ManualJournal.objects.get(status=status)


def published() -> Version:
    """The version that changed a number."""
    return Version.objects.exclude(changes={}).get()


def waiting_refund() -> Refund:
    """The refund that has not arrived yet."""
    return Refund.objects.get(status="requested")
