"""The supplier's after-sales inbox: lists, counts, and one case or dispute as its page shows it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from disputes.models import Case, Dispute, Message, Ruling
from disputes.states import CASES, DISPUTES, CaseStatus, DisputeStatus
from suppliers.models import Supplier
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import Step

OVER = (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)
TABS: dict[str, tuple[str, ...]] = {
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
    """How many cases a supplier has under each tab, and how many disputes are open."""

    waiting: int
    rejected: int
    platform: int
    over: int
    disputes: int


def inbox(supplier: Supplier, statuses: Collection[str], *, query: str = "") -> "QuerySet[Case]":
    """A supplier's cases in some of CaseStatus, the nearest deadline first; ``query``: case or order number."""
    cases = Case.objects.select_related("order", "line__good", "dispute").filter(
        order__supplier=supplier, status__in=statuses
    )
    if query:
        cases = cases.filter(Q(number=query[:20]) | Q(order__number=query[:20]))
    return cases.order_by("deadline", "-id")


def inbox_counts(supplier: Supplier) -> InboxCounts:
    """The numbers on the tabs."""
    rows = Case.objects.filter(order__supplier=supplier).values_list("status").annotate(n=Count("pk"))
    by_status = dict(rows.order_by())
    open_disputes = Dispute.objects.filter(order__supplier=supplier).exclude(status__in=OVER)
    totals = {tab: sum(by_status.get(s, 0) for s in statuses) for tab, statuses in TABS.items()}
    return InboxCounts(**totals, disputes=open_disputes.count())


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
