"""Disputes: opening a claim after the order is final, evidence from both sides, who takes it on. Locks: the dispute,
its case, the order.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commissions import services as commissions
from disputes import errors
from disputes.models import Dispute, Message
from disputes.services.cases import checked_words, close_case, lock_case
from disputes.services.telling import tell_evidence
from disputes.states import CASES, DISPUTES, CaseStatus, DisputeKind, DisputeStatus
from orders.models import OrderLine
from orders.services.fulfilment import lock_order
from orders.states import OrderStatus
from suppliers.models import SupplierMember
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.settings import rules_at


def open_claim(*, line: OrderLine, text: str, actor: Actor, at: datetime) -> Dispute:
    """O17: fake goods or a hidden defect, up to 90 days after the order was finalised; the order stays.

    Raises CaseNotPossible, ReasonMissing.
    """
    words = checked_words(text)
    rules = rules_at(at)
    try:
        with transaction.atomic():
            order = lock_order(line.order.number)
            fresh = OrderLine.objects.get(pk=line.pk)
            final = order.finalised_at
            if order.status != OrderStatus.FINALISED or final is None:
                raise errors.CaseNotPossible(why=_("订单尚未结清，请走售后申请"))
            if at > final + timedelta(days=rules.CLAIM_AFTER_FINAL_D):
                raise errors.CaseNotPossible(why=_("已超过 {days} 天").format(days=rules.CLAIM_AFTER_FINAL_D))
            if fresh.is_refunded:
                raise errors.CaseNotPossible(why=_("该商品已全额退款"))
            dispute = Dispute.objects.create(
                number=order_number(),
                kind=DisputeKind.FAKE_GOODS,
                order=order,
                line=fresh,
                claim_fen=fresh.remaining_fen,
                deadline=at + timedelta(hours=rules.DISP_EVIDENCE_H),
                opened_at=at,
            )
            Message.objects.create(dispute=dispute, side=actor.kind, text=words, at=at)
            commissions.hold(fresh.ref, cause=f"dispute {dispute.number}", at=at)
            tell_evidence(dispute, at)
            audit.record(
                actor=actor, subject_type="dispute", subject_ref=dispute.number, event="open", at=at,
                to_state=dispute.status,
            )  # fmt: skip
            return dispute
    except IntegrityError:
        raise errors.CaseNotPossible(why=_("该商品已有进行中的争议")) from None


def give_evidence(*, dispute: Dispute, text: str, actor: Actor, at: datetime) -> Message:
    """D2: one side says what it has, at most 500 characters each time. Raises ReasonMissing, CaseNotPossible."""
    words = checked_words(text)
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        _require_evidence(row, at)
        return Message.objects.create(dispute=row, side=actor.kind, text=words, at=at)


def mark_done(*, dispute: Dispute, actor: Actor, at: datetime) -> None:
    """One side has said all; when both have, the review starts at once. Raises CaseNotPossible."""
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        _require_evidence(row, at)
        if actor.kind == ActorKind.BUYER:
            row.buyer_done = True
        elif actor.kind == ActorKind.SUPPLIER:
            row.supplier_done = True
        rows.update(row, "buyer_done", "supplier_done")
        if row.buyer_done and row.supplier_done:
            start_review(row, "both_done", at)


def _require_evidence(row: Dispute, at: datetime) -> None:
    if row.status != DisputeStatus.EVIDENCE or (row.deadline is not None and at > row.deadline):
        raise errors.CaseNotPossible(why=_("举证期已结束"))


def start_review(row: Dispute, event: str, at: datetime) -> None:
    """D2 and D3: a locked dispute goes to the arbitrators."""
    DISPUTES.apply(row, event, actor=Actor.system("disputes"), at=at)
    row.deadline = at + timedelta(hours=rules_at(at).DISP_SLA_H)
    rows.update(row, "deadline")


def claim_dispute(*, number: str, actor: Actor, at: datetime) -> Dispute:
    """One arbitrator takes the dispute on; others see who. Raises ClaimedByOther, Interested, NotFound."""
    with transaction.atomic():
        row = lock_dispute(number)
        require_disinterested(row, actor)
        if row.claimed_by and row.claimed_by != actor.ref:
            raise errors.ClaimedByOther(who=row.claimed_by)
        if not row.claimed_by:
            row.claimed_by = actor.ref
            rows.update(row, "claimed_by")
            audit.record(actor=actor, subject_type="dispute", subject_ref=number, event="claim", at=at)
        return row


def withdraw_dispute(*, dispute: Dispute, actor: Actor, at: datetime) -> None:
    """D12: the consumer gives up before a decision; order and commission go on. Raises MoveRefused."""
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        DISPUTES.apply(row, "withdraw", actor=actor, at=at)
        finish(row, at)
        if row.case is not None:
            case = lock_case(row.case.number)
            if case.status == CaseStatus.IN_DISPUTE:
                CASES.apply(case, "rule_reject", actor=Actor.system("disputes"), at=at, reason="withdrawn")
                close_case(case, at)
        else:
            commissions.release(row.line.ref, cause=f"dispute {row.number}", at=at)


def finish(row: Dispute, at: datetime) -> None:
    """Write down that a locked dispute is over."""
    row.deadline, row.closed_at = None, at
    rows.update(row, "deadline", "closed_at")


def require_disinterested(row: Dispute, actor: Actor) -> None:
    """An arbitrator who works for the supplier or owns the shop is barred. Raises Interested."""
    order = row.order
    rows.load(order, "owner")
    for person in rows.find(User, public_id=actor.person):
        is_member = rows.find(SupplierMember, supplier_id=order.supplier_id, user_id=person.pk)
        is_owner = order.owner is not None and order.owner.user_id == person.pk
        if is_member or is_owner:
            raise errors.Interested


def lock_dispute(number: str) -> Dispute:
    """Lock one dispute. Raises NotFound."""
    found = lock_found(Dispute, number=number)
    if not found:
        raise NotFound
    rows.load(found[0], "order", "line", "case")
    found[0].line.order = found[0].order
    return found[0]
