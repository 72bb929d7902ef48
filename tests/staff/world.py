"""One platform with something in every state that staff's pages can show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from accounts.models import User
from accounts.services import issue_token
from commissions.models import SettlementFailure, SupplierFailure, SupplierPayout, Withdrawal
from commissions.services import make_supplier_statements, override_tier, recalculate_tiers, settle_month
from disputes import services as disputes
from disputes.models import Case, Dispute
from disputes.services import CaseDraft, PenaltyDraft, RulingDraft
from disputes.states import CaseReason, Liable, Offence, RulingOutcome
from ledger.models import AccountKind
from orders import services as orders
from orders.models import Order
from orders.states import CompensationReason
from payments import services as payments
from payments.models import SandboxPayment, WrongPayment
from payments.providers.sandbox import Button
from reconciliation.services import Line, propose_manual, reconcile
from reconciliation.services.manual import new_token
from rulebook import services as rulebook_services
from storefronts import services as storefronts
from storefronts.models import Shop
from storefronts.services import Asker
from suppliers import services as suppliers
from suppliers.models import CatalogueImport, Good, Supplier
from suppliers.services import GoodDraft, ImportDefaults
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.models import AuditEntry, Job
from taoxiaopu.operations import timetable
from tax.models import VatAlarm
from tests.factories import payouts, rulebook, story

CATALOGUE = Path(__file__).resolve().parents[2] / "suppliers" / "samples" / "catalogue_gbk.csv"


@dataclass
class World:
    """Handles to what the tests act on."""

    at: datetime
    supplier: Supplier
    applied: Supplier
    good: Good
    held: Good
    shop: Shop
    doubtful: Shop
    catalogue: CatalogueImport
    job: Job
    evidence: Dispute
    review: Dispute
    dear: Dispute
    appealed: Dispute
    closed: Dispute
    paid: Order
    withdrawal: Withdrawal
    payment: Withdrawal
    payout: SupplierPayout


def buyer(order: Order) -> Actor:
    """Whoever placed an order."""
    return Actor(ActorKind.BUYER, order.trade.number)


def open_case(order: Order, at: datetime, reason: CaseReason = CaseReason.QUALITY, fen: int = 0) -> Case:
    """A consumer applies for the money back."""
    line = story.line_of(order)
    draft = CaseDraft(reason, fen or line.remaining_fen, True, "收到时瓶口已经开裂，和页面照片不一样。")
    return disputes.open_case(line=line, draft=draft, actor=buyer(order), at=at)


def escalated(order: Order, at: datetime) -> Dispute:
    """A case that the supplier refused and the consumer took to the platform."""
    case = open_case(order, at)
    seller = story.supplier_actor(order.supplier)
    disputes.reject_case(case=case, reason="出库前质检完好，照片看不出破损。", actor=seller, at=at)
    case.refresh_from_db()
    return disputes.escalate_case(case=case, actor=buyer(order), at=at)


def in_review(order: Order, at: datetime) -> Dispute:
    """A dispute in which both sides have said all."""
    dispute = escalated(order, at)
    seller = story.supplier_actor(order.supplier)
    disputes.give_evidence(
        dispute=dispute, text="开箱视频显示外包装完好、内瓶开裂。", actor=buyer(order), at=at
    )
    disputes.give_evidence(dispute=dispute, text="附上出库质检记录与打包录像编号。", actor=seller, at=at)
    disputes.mark_done(dispute=dispute, actor=buyer(order), at=at)
    disputes.mark_done(dispute=dispute, actor=seller, at=at)
    dispute.refresh_from_db()
    return dispute


def received(good: Good, at: datetime, **kwargs: object) -> Order:
    """An order that was paid, shipped and received."""
    order = story.paid_order(good, at, **kwargs)
    story.ship(order, at)
    story.confirm(order, at)
    order.refresh_from_db()
    return order


def draft(outcome: RulingOutcome = RulingOutcome.FULL_REFUND, fen: int = 0) -> RulingDraft:
    """A ruling against the supplier."""
    return RulingDraft(outcome, Liable.SUPPLIER, fen, "瓶身开裂，供应商未能说明。", "§5.5 质量")


def arbiter(person: User) -> Actor:
    """A member of staff as the pages make it an actor."""
    return Actor(ActorKind.STAFF, person.public_id, person.public_id)


def staff_user(n: int, name: str) -> User:
    """Someone who may open the staff's pages."""
    return story.user(n, nickname=name, is_staff=True)


def build(judge: User) -> World:
    """The whole platform, its last moves made today."""
    at = clock.now()
    past = at - timedelta(days=70)
    supplier = story.supplier(past, 1)
    story.supplier(past, 2, brands=("远山",))
    applied = story.applicant(at, 90, name="远山食品有限公司", brands=("远山",))
    cream = story.good(supplier, past, barcode="6901234567892")
    dear = story.good(supplier, past, price_fen=320_000, title="抗皱精华礼盒 8 件装", stock=20)
    held = story.good(supplier, at, title="特供祛斑面膜 10 片")
    suppliers.edit_good(
        good=dear,
        draft=GoodDraft("特供抗皱精华礼盒", "beauty", "山茶花", "清爽不油腻", 320_000, 20, 2000),
        actor=story.supplier_actor(supplier),
        at=at,
    )
    shop = story.picked_shop(past, cream, dear)
    doubtful = storefronts.open_shop(owner=story.owner(at, 7), name="旗航好物", description="", at=at)
    before = story.finalised_order(cream, past, through=shop, quantity=2)
    settle_month(clock.month_of(before.finalised_at), at=at)
    recalculate_tiers(clock.month_of(before.finalised_at), at=at)
    for month in (clock.month_of(past), clock.month_of(before.finalised_at)):
        make_supplier_statements(month, at=at)
    VatAlarm.objects.create(
        owner=shop.owner, month=at.date().replace(day=1), percent=80, income_fen=8_200_000, raised_at=at
    )
    SettlementFailure.objects.create(
        owner=shop.owner, month=clock.month_of(past), error="余额对不上", first_at=at, last_at=at
    )
    SupplierFailure.objects.create(
        supplier=supplier, run="payout", period=past.date(), error="账户锁超时", first_at=at, last_at=at
    )
    override_tier(owner=shop.owner, level=3, reason="系统故障误判", actor=arbiter(judge), at=at)
    payouts.give_account(shop.owner, at)
    payouts.approved(shop.owner, 1_000, at)
    story.place(cream, at, through=shop)
    paid = story.paid_order(cream, at, through=shop)
    recent = at - timedelta(days=3)
    story.finalised_order(cream, at - timedelta(days=20), quantity=3)
    closed = in_review(received(cream, recent, through=shop), recent)
    disputes.decide(dispute=closed, draft=draft(), actor=arbiter(judge), at=recent)
    disputes.sweep(at=recent + timedelta(hours=73))
    story.arrive_refunds(at)
    appealed = in_review(received(cream, recent), recent)
    disputes.decide(
        dispute=appealed, draft=draft(RulingOutcome.PARTIAL_REFUND, 3000), actor=arbiter(judge), at=recent
    )
    appealed.refresh_from_db()
    disputes.appeal(dispute=appealed, text="补充第三方检测报告。", actor=buyer(appealed.order), at=recent)
    open_case(received(cream, at), at, CaseReason.NOT_AS_DESCRIBED, 2500)
    _paid_wrongly(cream, judge, at)
    disputes.give_penalty(
        party=appealed.order.supplier,
        draft=PenaltyDraft(Offence.BAIT, 6, "临活动前降佣金", appealed.order),
        key="bait",
        actor=arbiter(judge),
        at=at,
    )
    orders.compensate_buyer(
        line=story.line_of(appealed.order), reason=CompensationReason.LATE, actor=arbiter(judge), at=at
    )
    asker = Asker(user_id=None, visitor="v9")
    storefronts.ask(asker=asker, good=cream, shop=None, text="敏感肌能用吗", at=at - timedelta(hours=50))
    storefronts.ask(asker=asker, good=cream, shop=shop, text="有小样吗", at=at)
    storefronts.sweep_conversations(at=at)
    timetable.entries()
    _reconciled(at)
    return World(
        at=at,
        supplier=supplier,
        applied=applied,
        good=cream,
        held=held,
        shop=shop,
        doubtful=doubtful,
        catalogue=_catalogue(judge, at),
        job=_failed_job(at),
        evidence=escalated(received(cream, at), at),
        review=in_review(received(cream, at, through=shop), at),
        dear=in_review(received(dear, at, through=shop), at),
        appealed=appealed,
        closed=closed,
        paid=paid,
        withdrawal=payouts.a_withdrawal(doubtful.owner, at),
        payment=payouts.a_payment(at, 77),
        payout=_payout_and_return(at),
    )


def _payout_and_return(at: datetime) -> SupplierPayout:
    company = story.supplier(at, 78)
    payout = payouts.a_payout(company, at, 600_000)
    payouts.a_deposit_return(company, at)
    return payout


def _paid_wrongly(good: Good, judge: User, at: datetime) -> None:
    """Two payments a fen short, one of them sent back."""
    for _payment in range(2):
        charge = orders.open_payment(trade=story.place(good, at), at=at)
        payments.press_cashier(charge=charge, button=Button.WRONG, at=at)
        story.arrive_refunds(at)
    row = WrongPayment.objects.order_by("pk")[0]
    payments.return_wrong_payment(number=row.number, reason="少付一分", actor=arbiter(judge), at=at)


def _reconciled(at: datetime) -> None:
    """A payment that only the provider knows, found by the night; a manual journal that waits."""
    SandboxPayment.objects.create(
        charge_number="1", provider_number="SPstranger", kind="pay", amount_fen=333, at=at - timedelta(days=1)
    )
    reconcile(at=at + timedelta(days=1))
    line = Line(AccountKind.CHANNEL_CLEARING, "", AccountKind.PLATFORM_FEE, "", 333)
    propose_manual(
        lines=[line], reason="渠道多收一笔，暂挂服务费", actor=story.SYSTEM_STAFF, at=at, token=new_token()
    )


def _catalogue(person: User, at: datetime) -> CatalogueImport:
    issue_token(user=person, name="报表", at=at)
    rulebook.new_numbers(at, PAY_TIMEOUT_MIN=45)
    rulebook_services.comment(
        version=rulebook.in_comment("owners", at),
        text="建议放宽选品上限",
        party=Actor(ActorKind.OWNER, "tests", "tests"),
        shown_name="安**",
        at=at,
    )
    return suppliers.preview_import(
        supplier=None,
        person=person.public_id,
        filename="catalogue_gbk.csv",
        raw=CATALOGUE.read_bytes(),
        defaults=ImportDefaults("food", 80, 1500),
        at=at,
    )


def _failed_job(at: datetime) -> Job:
    job = jobs.enqueue(kind="storefronts.draw_poster", key="poster-1", argument="poster-1", at=at)
    jobs.fail(job, at=at, error="FileNotFoundError: 字体缺失", final=True)
    job.refresh_from_db()
    return job


__all__ = ["AuditEntry", "World", "build", "clock"]
