"""Lists of cases and disputes for each party."""

from django.db.models import Count, Q, QuerySet

from disputes.models import Case, Dispute, Message, Ruling
from disputes.states import OPEN_CASE, DisputeStatus
from orders.models import Order, OrderLine
from suppliers.models import Supplier

OVER = (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)


def cases_of_supplier(supplier: Supplier, *, only_open: bool = False) -> "QuerySet[Case]":
    """A supplier's cases, those with the nearest deadline first."""
    cases = Case.objects.select_related("order__trade", "line__good").filter(order__supplier=supplier)
    if only_open:
        cases = cases.filter(status__in=OPEN_CASE)
    return cases.order_by("deadline", "-id")


def open_case_count(supplier: Supplier) -> int:
    """Cases that wait for the supplier or are on their way."""
    return Case.objects.filter(order__supplier=supplier, status__in=OPEN_CASE).count()


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


def open_dispute_counts() -> dict[str, int]:
    """How many disputes stand where: the operator's dashboard."""
    return dict(Dispute.objects.values_list("status").annotate(n=Count("pk")).order_by())


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
