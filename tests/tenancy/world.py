"""One tenant of each kind with everything that a route can name, and a stranger of each kind."""

from dataclasses import dataclass
from datetime import date, datetime

from allauth.usersessions.models import UserSession

from accounts.models import Address, InboxLetter, User
from accounts.services import AddressDraft, add_address, issue_token, notify
from commissions.models import SupplierPayout, Withdrawal
from commissions.services import make_supplier_statements
from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, PenaltyDraft
from disputes.states import CaseReason, Offence
from orders import letters
from orders.models import Order, OrderLine
from payments.models import Charge
from storefronts import services as storefronts
from storefronts.models import Pick, Poster, Shop
from storefronts.states import Channel
from suppliers.models import CatalogueImport, Good, Supplier
from suppliers.services import (
    BulkChange,
    Happened,
    ImportDefaults,
    add_endpoint,
    apply_bulk,
    invite_member,
    keep_view,
    preview_import,
    queue_deliveries,
)
from suppliers.states import BulkAction, ListPage, MemberRole, WebhookEvent
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.sessions import SessionStore
from tax.access import invoice_for_supplier
from tax.services import draft_commission_invoices, issue_commission_invoice
from tests.factories import custom, payouts, story
from tests.factories.pictures import png
from tests.tenancy import questions

CSV = "update_time,id,title,price,sale_count,comment_count,店名\n2026-06-01,A1,滋润面霜,12.50,3,1,山茶花\n"


@dataclass
class World:
    """One tenant of each kind with everything a route can name, and a stranger of each kind."""

    at: datetime
    supplier: Supplier
    good: Good
    shop: Shop
    pick: Pick
    poster: Poster
    order: Order
    line: OrderLine
    case: Case
    dispute: Dispute
    unpaid: Order
    agreeing: Order
    charge: Charge
    catalogue: CatalogueImport
    token_id: int
    session_id: int
    withdrawal: Withdrawal
    payout: SupplierPayout
    other_member: User
    other_owner: User
    address: Address
    letters: dict[str, InboxLetter]


def build_world() -> World:
    """Two suppliers, two owners, an order with a case in dispute, an unpaid order; all of it the first tenant's."""
    at = story.noon(2026, 6, 3)
    supplier = story.supplier(at)
    good = story.good(supplier, at, picture=png())
    shop = story.picked_shop(at, good)
    other = story.supplier(at, 2, brands=("海棠",))
    other_owner = story.owner(at, 2)
    story.shop(other_owner, at, "隔壁小店")
    pick = Pick.objects.get()
    storefronts.share(pick=pick, channel=Channel.WECHAT, at=at)
    storefronts.add_section(shop=shop, name="早餐", at=at)
    order = story.paid_order(good, at, through=shop)
    story.ship(order, at)
    line = story.line_of(order)
    buyer = Actor(ActorKind.BUYER, order.trade.number)
    case = disputes.open_case(
        line=line, draft=CaseDraft(CaseReason.QUALITY, 100, True, "裂了"), actor=buyer, at=at
    )
    disputes.reject_case(case=case, reason="完好", actor=story.supplier_actor(supplier), at=at)
    dispute = disputes.escalate_case(case=case, actor=buyer, at=at)
    unpaid = story.place(good, at).orders.get()
    agreeing = custom.place(custom.good(supplier, at), at)
    catalogue = preview_import(
        supplier=supplier, person="tests", filename="a.csv", raw=CSV.encode(),
        defaults=ImportDefaults("beauty", 10, 1000), at=at,
    )  # fmt: skip
    apply_bulk(
        supplier=supplier, goods=Good.objects.filter(pk=good.pk), change=BulkChange(BulkAction.STOCK_ADD, 1), seen=1,
        actor=story.supplier_actor(supplier), at=at,
    )  # fmt: skip
    boss = story.supplier_actor(supplier)
    invite_member(supplier=supplier, contact="new@example.com", role=MemberRole.GOODS, actor=boss, at=at)
    endpoint, _secret = add_endpoint(
        supplier=supplier, url="https://example.com/", events=[WebhookEvent.ORDER_PAID], actor=boss, at=at
    )
    paid = Happened(WebhookEvent.ORDER_PAID, order.number, at, {})
    queue_deliveries(endpoint=endpoint, happened=[paid], until=at)
    keep_view(member=supplier.members.get(), page=ListPage.ORDERS, name="v", query="due=late")
    token, _text = issue_token(user=shop.owner.user, name="t", at=at)
    consumer = shop.owner.user
    draft = AddressDraft("李青禾", "13911112222", "浙江省杭州市", "文三路 1 号")
    address = add_address(user=consumer, draft=draft, at=at)
    payout = payouts.a_payout(
        supplier, at
    )  # of what was earned in May: only this supplier has a statement of May
    make_supplier_statements(date(2026, 5, 1), at=at)
    draft_commission_invoices(month=date(2026, 5, 1), commission_fen={supplier.pk: 1_000}, at=at)
    issue_commission_invoice(
        invoice=invoice_for_supplier(supplier, date(2026, 5, 1)), actor=payouts.ANNA, at=at
    )
    payouts.a_deposit_return(supplier, at)
    for n, party in enumerate((shop.owner, supplier)):
        offence = Offence.REFUND_REFUSED if n else Offence.FALSE_PROMISE
        disputes.give_penalty(
            party=party,
            draft=PenaltyDraft(offence, 6 if n else 4, "查实"),
            key=str(n),
            actor=Actor(ActorKind.STAFF, "anna", "anna"),
            at=at,
        )
    questions.asked(good, shop, at)
    notify(kind=letters.PAID, recipients=[consumer.pk], ref="1", at=at, link=[unpaid.trade.number])
    return World(
        at=at,
        supplier=supplier,
        good=good,
        shop=shop,
        pick=pick,
        poster=Poster.objects.all()[0],
        order=order,
        line=line,
        case=case,
        dispute=dispute,
        unpaid=unpaid,
        agreeing=agreeing,
        charge=Charge.objects.get(trade_number=order.trade.number),
        catalogue=catalogue,
        token_id=token.pk,
        session_id=_signed_in(shop.owner.user),
        withdrawal=payouts.a_withdrawal(shop.owner, at),
        payout=payout,
        other_member=other.members.get().user,
        other_owner=other_owner.user,
        address=address,
        letters={
            row.audience: row
            for row in InboxLetter.objects.filter(user__in=[consumer, supplier.members.get().user])
        },
    )


def _signed_in(user: User) -> int:
    """A browser in which somebody is signed in."""
    session = SessionStore()
    session.create()
    return UserSession.objects.create(user=user, ip="203.0.113.7", session_key=session.session_key).pk
