"""Lists of cases and disputes for each party."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.models import Case, Dispute, Message, Penalty, Ruling
from disputes.states import (
    CASES,
    DISPUTES,
    OPEN_CASE,
    TARIFFS,
    CaseReason,
    CaseStatus,
    DisputeKind,
    DisputeStatus,
    Liable,
    Offence,
    PenaltyStatus,
    RulingOutcome,
)
from orders.models import Order, OrderLine
from orders.selectors import Happening
from storefronts.models import Owner, OwnerStanding, Shop
from suppliers.models import Supplier, SupplierStanding
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.keyset import NEWEST, Column
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.transitions import Step

OVER = (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)


def cases_of_order(order: Order) -> "QuerySet[Case]":
    """The cases of one order, newest first."""
    return Case.objects.select_related("line").filter(order=order).order_by("-id")


def disputes_of_order(order: Order) -> "QuerySet[Dispute]":
    """The disputes of one order, newest first."""
    return Dispute.objects.select_related("line", "case").filter(order=order).order_by("-id")


def disputes_of_supplier(supplier: Supplier) -> "QuerySet[Dispute]":
    """A supplier's disputes, open ones first."""
    return (
        Dispute.objects.select_related("order__trade", "line__good", "case")
        .filter(order__supplier=supplier)
        .annotate(is_over=Q(status__in=OVER))
        .order_by("is_over", "deadline", "-id")
    )


def open_case_of(line: OrderLine) -> Case | None:
    """The open case of a line, or None."""
    return Case.objects.filter(line=line, status__in=OPEN_CASE).first()


def open_dispute_of(line: OrderLine) -> Dispute | None:
    """The open dispute of a line, or None."""
    return Dispute.objects.filter(line=line).exclude(status__in=OVER).first()


def messages_of(*, case: Case | None = None, dispute: Dispute | None = None) -> "QuerySet[Message]":
    """What was said in a case, and in the dispute that came of it, oldest first."""
    wanted = Q(case=case) if case is not None else Q()
    if dispute is not None:
        wanted |= Q(dispute=dispute)
    return Message.objects.filter(wanted).order_by("at", "id")


def docket() -> "QuerySet[Dispute]":
    """Disputes for arbitrators: those to decide first, by deadline."""
    return Dispute.objects.select_related("order__supplier", "order__trade", "line").order_by(
        "deadline", "-id"
    )


def waiting_for_staff() -> "QuerySet[Dispute]":
    """Disputes that an arbitrator must act on now, the nearest deadline first."""
    return docket().filter(
        status__in=[DisputeStatus.REVIEW, DisputeStatus.SECOND_APPROVAL, DisputeStatus.APPEALED]
    )


def earlier_cases_of_buyer(dispute: Dispute) -> "QuerySet[Case]":
    """Other cases of the same buyer, newest first: for arbitrators."""
    return (
        Case.objects.select_related("line", "order")
        .filter(order__trade__buyer=dispute.order.trade.buyer)
        .exclude(pk=dispute.case_id)
        .order_by("-id")
    )


def earlier_cases_of_supplier(dispute: Dispute) -> "QuerySet[Case]":
    """Other cases of the same supplier, newest first: for arbitrators."""
    return (
        Case.objects.select_related("line", "order")
        .filter(order__supplier=dispute.order.supplier)
        .exclude(pk=dispute.case_id)
        .order_by("-id")
    )


def rulings_of(dispute: Dispute) -> "QuerySet[Ruling]":
    """The rulings of a dispute, first round first."""
    return Ruling.objects.filter(dispute=dispute).order_by("round")


def open_case_total() -> int:
    """Cases of all suppliers that are not over: the operator's dashboard."""
    return Case.objects.filter(status__in=OPEN_CASE).count()


INBOX_TABS: dict[str, tuple[str, ...]] = {
    "waiting": (CaseStatus.WAIT_SUPPLIER,),
    "rejected": (CaseStatus.REJECTED,),
    "platform": (CaseStatus.IN_DISPUTE,),
    "over": (CaseStatus.REFUNDING, CaseStatus.SUCCEEDED, CaseStatus.CLOSED),
}
# Of the four that the page shows: evidence, review, ruling, over.
STEPS = {
    DisputeStatus.EVIDENCE: 1,
    DisputeStatus.REVIEW: 2,
    DisputeStatus.SECOND_APPROVAL: 2,
    DisputeStatus.DECIDED: 3,
    DisputeStatus.APPEALED: 3,
    DisputeStatus.EXECUTING: 4,
    DisputeStatus.CLOSED: 5,
    DisputeStatus.WITHDRAWN: 5,
}


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many cases a supplier has under each tab, how many disputes are open, and how many refunds are on their way."""

    waiting: int
    rejected: int
    platform: int
    over: int
    disputes: int
    refunding: int


def inbox(supplier: Supplier, statuses: Collection[str], *, query: str = "") -> "QuerySet[Case]":
    """A supplier's cases in some of CaseStatus, the nearest deadline first; ``query``: case or order number."""
    cases = Case.objects.select_related("order", "line__good", "dispute").filter(
        order__supplier=supplier, status__in=statuses
    )
    if query:
        cases = cases.filter(Q(number=query[:20]) | Q(order__number=query[:20]))
    return cases.order_by("deadline", "-id")


# As ``inbox`` and ``disputes_of_supplier`` are ordered.
BY_DEADLINE = (Column("deadline", is_moment=True), NEWEST[0])
OPEN_FIRST = (Column("is_over"), *BY_DEADLINE)


def inbox_counts(supplier: Supplier) -> InboxCounts:
    """The numbers on the tabs."""
    cases = Case.objects.filter(order__supplier=supplier).values_list("status").annotate(n=Count("pk"))
    disputes = Dispute.objects.filter(order__supplier=supplier).exclude(status__in=OVER)
    disputes = disputes.annotate(what=Value("dispute")).values_list("what").annotate(n=Count("pk"))
    by_status = dict(cases.order_by().union(disputes.order_by(), all=True))
    totals = {tab: sum(by_status.get(s, 0) for s in statuses) for tab, statuses in INBOX_TABS.items()}
    return InboxCounts(
        **totals,
        disputes=by_status.get("dispute", 0),
        refunding=by_status.get(CaseStatus.REFUNDING, 0),
    )


WAITING_NOW = """
    (SELECT 'case' AS what, c.number, l.title, c.reason AS says, c.amount_fen, c.deadline, count(*) OVER () AS n
     FROM disputes_case c JOIN orders_order o ON o.id = c.order_id JOIN orders_orderline l ON l.id = c.line_id
     WHERE o.supplier_id = %(supplier)s AND c.status = 'wait_supplier'
     ORDER BY c.deadline, c.id DESC LIMIT %(size)s)
    UNION ALL
    (SELECT 'dispute', d.number, l.title, d.status, d.claim_fen, d.deadline, count(*) OVER ()
     FROM disputes_dispute d JOIN orders_order o ON o.id = d.order_id JOIN orders_orderline l ON l.id = d.line_id
     WHERE o.supplier_id = %(supplier)s AND d.status = ANY (%(open)s)
     ORDER BY d.deadline, d.id DESC LIMIT %(size)s)
    UNION ALL
    SELECT 'refunding', '', '', '', 0, NULL, count(*)
    FROM disputes_case c JOIN orders_order o ON o.id = c.order_id
    WHERE o.supplier_id = %(supplier)s AND c.status = 'refunding'"""
OPEN_DISPUTE = [str(status) for status in DisputeStatus if status not in OVER]


@dataclass(frozen=True, slots=True)
class Pressing:
    """A case or a dispute that waits for the supplier: ``says`` is a case's reason, a dispute's status."""

    number: str
    title: str
    says: str
    amount_fen: int
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class InboxNow:
    """The most pressing cases and disputes of a supplier, how many there are of each, and how many refunds are on their way."""

    cases: list[Pressing]
    disputes: list[Pressing]
    waiting: int
    open_disputes: int
    refunding: int


def inbox_now(supplier: Supplier, *, size: int) -> InboxNow:
    """What a supplier's first page says of its after-sales, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_NOW, {"supplier": supplier.pk, "size": size, "open": OPEN_DISPUTE})
        rows = cursor.fetchall()
    numbers = {what: int(n) for what, *_more, n in rows}

    def pressing(wanted: str, words: type[CaseReason] | type[DisputeStatus]) -> list[Pressing]:
        return [
            Pressing(number, title, str(words(says).label), int(fen), deadline)
            for what, number, title, says, fen, deadline, _n in rows
            if what == wanted
        ]

    return InboxNow(
        cases=pressing("case", CaseReason),
        disputes=pressing("dispute", DisputeStatus),
        waiting=numbers.get("case", 0),
        open_disputes=numbers.get("dispute", 0),
        refunding=numbers["refunding"],
    )


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case: what was said, what happened, what the supplier may do now, and the dispute it became."""

    messages: list[Message]
    trail: list[Step]
    events: set[str]
    dispute: Dispute | None


def case_detail(case: Case) -> CaseDetail:
    """A case that ``case_for_supplier`` returned."""
    return CaseDetail(
        messages=list(Message.objects.filter(case=case).order_by("at", "id")),
        trail=CASES.trail(case.number),
        events=CASES.events(case.status, ActorKind.SUPPLIER),
        dispute=Dispute.objects.filter(case=case).first(),
    )


@dataclass(frozen=True, slots=True)
class DisputeDetail:
    """One dispute: evidence of both sides, rulings that the parties may read, what the supplier may do now."""

    messages: list[Message]
    rulings: list[Ruling]
    trail: list[Step]
    gives_evidence: bool
    may_appeal: bool
    step: int


def dispute_detail(dispute: Dispute) -> DisputeDetail:
    """A dispute that ``dispute_for_supplier`` returned. A ruling that awaits its second person is not shown."""
    said = Q(dispute=dispute)
    if dispute.case is not None:
        said |= Q(case=dispute.case)
    rulings = Ruling.objects.filter(dispute=dispute).order_by("round")
    return DisputeDetail(
        messages=list(Message.objects.filter(said).order_by("at", "id")),
        rulings=[] if dispute.status == DisputeStatus.SECOND_APPROVAL else list(rulings),
        trail=DISPUTES.trail(dispute.number),
        gives_evidence=dispute.status == DisputeStatus.EVIDENCE,
        may_appeal="appeal" in DISPUTES.events(dispute.status, ActorKind.SUPPLIER),
        step=STEPS[DisputeStatus(dispute.status)],
    )


CASE_WORDS: dict[str, tuple[str | Promise, str]] = {
    "apply": (_("您提交了退款申请"), ""),
    "agree": (_("商家同意退款"), "good"),
    "reject": (_("商家拒绝了申请"), "bad"),
    "shipped_meanwhile": (_("商家已发货，申请自动关闭"), ""),
    "silence_refunds": (_("商家超时未处理，系统自动退款"), "good"),
    "silence_disputes": (_("商家超时未处理，平台介入"), ""),
    "modify": (_("您修改了申请"), ""),
    "escalate": (_("您申请了平台介入"), ""),
    "lapse": (_("超时未处理，申请关闭"), ""),
    "withdraw": (_("您撤销了申请"), ""),
    "refunded": (_("退款已到账"), "good"),
    "rule_refund": (_("平台裁定退款"), "good"),
    "rule_reject": (_("平台介入结束，不退款"), ""),
}
DISPUTE_WORDS: dict[str, tuple[str | Promise, str]] = {
    "open": (_("您提交了申诉"), ""),
    "both_done": (_("双方举证完毕，开始审理"), ""),
    "evidence_over": (_("举证期满，开始审理"), ""),
    "appeal": (_("一方提出申诉，由另一位仲裁员复审"), ""),
    "appeal_over": (_("申诉期满，裁定生效"), ""),
    "uphold": (_("复审维持原裁定"), ""),
    "change": (_("复审改判"), ""),
    "executed": (_("裁定已执行，争议结案"), "good"),
    "withdraw": (_("您撤回了争议"), ""),
}


def steps_of_case(case: Case) -> list[Happening]:
    """What happened to a case, oldest first, in words for the consumer."""
    steps = []
    for entry in audit.history("case", case.number):
        title, tone = CASE_WORDS.get(entry.event, (entry.event, ""))
        steps.append(Happening(title, entry.at, entry.reason if entry.event == "reject" else "", tone))
    return steps


def steps_of_dispute(dispute: Dispute) -> list[Happening]:
    """What the parties may know of a dispute's way, oldest first: not who has it on the desk."""
    steps = []
    for entry in audit.history("dispute", dispute.number):
        if entry.event in DISPUTE_WORDS:
            title, tone = DISPUTE_WORDS[entry.event]
            steps.append(Happening(title, entry.at, "", tone))
        elif entry.to_state == DisputeStatus.DECIDED:
            steps.append(Happening(_("平台已作出裁定"), entry.at))
    return steps


def published_rulings(dispute: Dispute) -> "QuerySet[Ruling]":
    """Rulings that the parties may read, oldest first: none while a second person has yet to approve."""
    rulings = Ruling.objects.filter(dispute=dispute).order_by("round")
    return rulings.none() if dispute.status == DisputeStatus.SECOND_APPROVAL else rulings


def dispute_of_case(case: Case) -> Dispute | None:
    """The dispute that came of a case, or None."""
    return Dispute.objects.filter(case=case).first()


def penalties_of(party: Owner | Supplier) -> "QuerySet[Penalty]":
    """The penalties of one owner or one supplier, newest first."""
    mine = (
        Penalty.objects.filter(owner=party)
        if isinstance(party, Owner)
        else Penalty.objects.filter(supplier=party)
    )
    return mine.select_related("order", "owner", "supplier").order_by("-given_at", "-pk")


def is_repeated(party: Owner | Supplier, offence: Offence, at: datetime) -> bool:
    """Whether the party was penalised for the same act before, this year or, when its points last, ever."""
    earlier = penalties_of(party).filter(offence=offence).exclude(status=PenaltyStatus.LIFTED)
    year = clock.local(at).year
    return any(one.lasts or clock.local(one.given_at).year == year for one in earlier)


def points_for(party: Owner | Supplier, offence: Offence, at: datetime) -> int:
    """What an act costs this party now: the first time or again."""
    tariff = TARIFFS[offence]
    return tariff.again if is_repeated(party, offence, at) else tariff.first


def suggested_penalty(ruling: Ruling) -> tuple[Owner | Supplier, Offence] | None:
    """Whom an executed ruling suggests to penalise and for what, until somebody did; None when nobody."""
    row = ruling.dispute
    if ruling.executed_at is None or ruling.outcome == RulingOutcome.REJECT:
        return None
    reason = row.case.reason if row.case else ""
    found: tuple[Owner | Supplier, Offence] | None = None
    if ruling.liable == Liable.OWNER and reason == CaseReason.OWNER_PROMISE and row.order.owner:
        found = row.order.owner, Offence.FALSE_PROMISE
    elif ruling.liable == Liable.SUPPLIER and (
        row.kind == DisputeKind.FAKE_GOODS or reason == CaseReason.FAKE
    ):
        found = row.order.supplier, Offence.COUNTERFEIT
    if found is None or penalties_of(found[0]).filter(order=row.order, offence=found[1]).exists():
        return None
    return found


def public_penalties() -> "QuerySet[Penalty]":
    """Penalties that anybody may read (E-Commerce Law 36), newest first: those that were not lifted, an owner's with
    the ``shop_name`` of the first shop.
    """
    shops = Shop.objects.filter(owner=OuterRef("owner")).order_by("pk").values("name")[:1]
    return (
        Penalty.objects.exclude(status=PenaltyStatus.LIFTED)
        .select_related("supplier")
        .annotate(shop_name=Subquery(shops))
        .order_by("-given_at", "-pk")
    )


def appeals_to_review() -> "QuerySet[Penalty]":
    """Appeals that wait for staff, the oldest first."""
    return Penalty.objects.filter(status=PenaltyStatus.APPEALED).order_by("appealed_at", "pk")


@dataclass(frozen=True, slots=True)
class PointStep:
    """One step of points and what it does; ``is_reached`` now."""

    points: int
    words: str | Promise
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a party stands: points of this year and those that last, the steps, what is stopped or hidden and until
    when, and all penalties.
    """

    points: int
    steps: list[PointStep]
    stopped_until: datetime | None
    hidden_until: datetime | None
    is_closed: bool
    penalties: list[Penalty]


STEPS_OF_OWNERS = (
    _("警告，不能评为超级掌柜"),
    _("{stop} 天内不能新建分享，不能再开小铺，不能评为精英掌柜"),
    _("小铺隐藏 {hide} 天，下次评级没有保护月"),
    _("小铺隐藏 {longer} 天，提现须审核"),
    _("清退：小铺关闭，正常订单的佣金仍会结算"),
)
STEPS_OF_SUPPLIERS = (
    _("警告"),
    _("{stop} 天内不能上新商品"),
    _("全部商品隐藏 {hide} 天"),
    _("全部商品隐藏 {longer} 天，保证金加倍"),
    _("清退：保证金留作赔付"),
)


def standing_for(party: Owner | Supplier, *, at: datetime) -> Stand:
    """Points and what they do, as written down where it is read."""
    rules = rules_at(at)
    words = STEPS_OF_OWNERS if isinstance(party, Owner) else STEPS_OF_SUPPLIERS
    model = OwnerStanding if isinstance(party, Owner) else SupplierStanding
    name = "owner" if isinstance(party, Owner) else "supplier"
    written = model._default_manager.filter(**{name: party}).first()
    points = written.points if written else 0
    lengths = {"stop": rules.POINT_STOP_D, "hide": rules.POINT_HIDE_D[0], "longer": rules.POINT_HIDE_D[1]}
    return Stand(
        points=points,
        steps=[
            PointStep(step, str(text).format(**lengths), points >= step)
            for step, text in zip(rules.POINT_STEPS, words, strict=True)
        ],
        stopped_until=_still(written and written.stopped_until, at),
        hidden_until=_still(written and written.hidden_until, at),
        is_closed=bool(written and written.is_closed),
        penalties=list(penalties_of(party)),
    )


def _still(until: datetime | None, at: datetime) -> datetime | None:
    return until if until is not None and at < until else None
