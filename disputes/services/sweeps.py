"""Deadlines of cases and disputes: silence has the stated consequence (A7, A7b, A9, A12, D3, D9)."""

from datetime import datetime
from functools import partial

from django.db import transaction

from disputes import letters
from disputes.models import Case, Dispute
from disputes.services.cases import OWNER_SIDE, close_case, dispute_case, lock_case, refund_case
from disputes.services.rooms import lock_dispute, start_review
from disputes.services.rulings import execute
from disputes.services.telling import tell_buyer_of_case
from disputes.states import CASES, DISPUTES, CaseStatus, DisputeStatus
from orders.selectors import is_in_production
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.jobs import WHOLE, Part, by_itself

SYSTEM = Actor.system("sweep")
BY_SUPPLIER = "order__supplier_id"


def sweep(*, at: datetime, part: Part = WHOLE) -> int:
    """Do what fell due by ``at``; each row under its own lock, so that a sweep may run twice and at once."""
    moved = 0
    for number in _shipped_meanwhile(part):
        moved += by_itself(partial(_close_shipped, number, at), what=f"closing case {number}")
    for number in _due_cases(at, part):
        moved += by_itself(partial(_case, number, at), what=f"the deadline of case {number}")
    for number in _due_disputes(at, part):
        moved += by_itself(partial(_dispute, number, at), what=f"the deadline of dispute {number}")
    return moved


def _shipped_meanwhile(part: Part) -> list[str]:
    waiting = Case.objects.filter(
        status=CaseStatus.WAIT_SUPPLIER, before_shipping=True, line__shipped_in__isnull=False
    )
    return list(part.of_suppliers(waiting, BY_SUPPLIER).order_by("pk").values_list("number", flat=True))


def _close_shipped(number: str, at: datetime) -> bool:
    """A6: the supplier shipped what the consumer wanted back; the consumer may apply again on receipt."""
    with transaction.atomic():
        row = lock_case(number)
        if row.status != CaseStatus.WAIT_SUPPLIER:
            return False
        CASES.apply(row, "shipped_meanwhile", actor=SYSTEM, at=at)
        close_case(row, at)
        tell_buyer_of_case(letters.CASE_SHIPPED, row, at)
    return True


def _due_cases(at: datetime, part: Part) -> list[str]:
    due = Case.objects.filter(status__in=[CaseStatus.WAIT_SUPPLIER, CaseStatus.REJECTED], deadline__lt=at)
    return list(part.of_suppliers(due, BY_SUPPLIER).order_by("pk").values_list("number", flat=True))


def _due_disputes(at: datetime, part: Part) -> list[str]:
    due = Dispute.objects.filter(status__in=[DisputeStatus.EVIDENCE, DisputeStatus.DECIDED], deadline__lt=at)
    return list(part.of_suppliers(due, BY_SUPPLIER).order_by("pk").values_list("number", flat=True))


def _case(number: str, at: datetime) -> bool:
    with transaction.atomic():
        row = lock_case(number)
        if row.deadline is None or at <= row.deadline:
            return False
        if row.status == CaseStatus.REJECTED:
            CASES.apply(row, "lapse", actor=SYSTEM, at=at)
            close_case(row, at)
        elif row.status == CaseStatus.WAIT_SUPPLIER and is_in_production(row.line):
            CASES.apply(row, "custom_disputes", actor=SYSTEM, at=at)
            dispute_case(row, at)
        elif row.status == CaseStatus.WAIT_SUPPLIER and row.received:
            CASES.apply(row, "silence_disputes", actor=SYSTEM, at=at)
            dispute_case(row, at)
        elif row.status == CaseStatus.WAIT_SUPPLIER:
            CASES.apply(row, "silence_refunds", actor=SYSTEM, at=at)
            refund_case(row, row.amount_fen, owner_side=row.reason in OWNER_SIDE, at=at)
            tell_buyer_of_case(letters.CASE_BY_SILENCE, row, at)
        else:
            return False
    return True


def _dispute(number: str, at: datetime) -> bool:
    with transaction.atomic():
        row = lock_dispute(number)
        if row.deadline is None or at <= row.deadline:
            return False
        if row.status == DisputeStatus.EVIDENCE:
            start_review(row, "evidence_over", at)
        elif row.status == DisputeStatus.DECIDED:
            DISPUTES.apply(row, "appeal_over", actor=SYSTEM, at=at)
            execute(row, at)
        else:
            return False
    return True
