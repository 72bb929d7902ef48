"""Rulings: decided by one, approved by a second person above the limit, appealed once, executed once.

Locks: the dispute, its case, the order, then lower apps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from commissions import services as commissions
from commissions.selectors import line_of
from disputes import errors
from disputes.models import Dispute, Message, Ruling
from disputes.services.cases import checked_words, close_case, lock_case, refund_case, require_in_time
from disputes.services.rooms import finish, lock_dispute, require_disinterested
from disputes.services.telling import tell_ruling
from disputes.states import CASES, DISPUTES, DisputeStatus, Liable, RulingOutcome
from orders import services as orders
from orders.states import OrderStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.money import format_yuan, split_commission
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time

SYSTEM = Actor.system("rulings")


@dataclass(frozen=True, slots=True)
class RulingDraft:
    """What an arbitrator decides: amount in fen for a partial refund, ignored otherwise."""

    outcome: RulingOutcome
    liable: Liable
    amount_fen: int
    reason: str
    rule_number: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a ruling would move, in fen: to the consumer, and from supplier, owner and platform.

    ``freight_fen`` goes back with the last line of an order of which nothing was shipped, and is the supplier's.
    """

    refund_fen: int
    freight_fen: int
    supplier_fen: int
    owner_fen: int
    platform_fen: int
    from_escrow: bool
    needs_second: bool


def decide(*, dispute: Dispute, draft: RulingDraft, actor: Actor, at: datetime) -> Ruling:
    """D8: rule on a dispute under review. Above FOUR_EYES_DISPUTE_FEN a second person must approve.

    Raises AlreadyDecided (who and when), ClaimedByOther, Interested, BadRuling, ReasonMissing.
    """
    reason = checked_words(draft.reason)
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        require_disinterested(row, actor)
        _require_undecided(row)
        if row.claimed_by and row.claimed_by != actor.ref:
            raise errors.ClaimedByOther(who=row.claimed_by)
        amount = _amount(row, draft)
        second = amount > rules_at(at).FOUR_EYES_DISPUTE_FEN
        target = DisputeStatus.SECOND_APPROVAL if second else DisputeStatus.DECIDED
        DISPUTES.apply(row, "decide", actor=actor, at=at, reason=reason, target=target)
        ruling = Ruling.objects.create(
            dispute=row,
            outcome=draft.outcome,
            liable=draft.liable,
            amount_fen=amount,
            reason=reason,
            rule_number=draft.rule_number.strip()[:20],
            decided_by=actor.ref,
            decided_at=at,
        )
        row.claimed_by = actor.ref
        row.save(update_fields=["claimed_by"])
        if not second:
            _open_appeal(row, ruling, at)
        return ruling


def approve_ruling(*, dispute: Dispute, actor: Actor, at: datetime) -> None:
    """The second person agrees. Raises SamePerson, Interested, MoveRefused."""
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        require_disinterested(row, actor)
        DISPUTES.require(row.status, "approve", actor)
        ruling = row.rulings.get(round=1)
        if ruling.decided_by == actor.ref:
            raise errors.SamePerson
        DISPUTES.apply(row, "approve", actor=actor, at=at)
        ruling.approved_by = actor.ref
        ruling.save(update_fields=["approved_by"])
        _open_appeal(row, ruling, at)


def send_back(*, dispute: Dispute, actor: Actor, at: datetime, reason: str) -> None:
    """The second person does not agree: the draft ruling is dropped, the review goes on. Raises as approve_ruling."""
    words = checked_words(reason)
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        require_disinterested(row, actor)
        DISPUTES.require(row.status, "send_back", actor)
        if row.rulings.get(round=1).decided_by == actor.ref:
            raise errors.SamePerson
        DISPUTES.apply(row, "send_back", actor=actor, at=at, reason=words)
        row.rulings.all().delete()
        row.deadline = at + timedelta(hours=rules_at(at).DISP_SLA_H)
        row.save(update_fields=["deadline"])


def appeal(*, dispute: Dispute, text: str, actor: Actor, at: datetime) -> None:
    """D9: a losing party appeals once, within 72 hours, with something new.

    Raises ReasonMissing, TooLate, NothingToAppeal, MoveRefused.
    """
    words = checked_words(text)
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        DISPUTES.require(row.status, "appeal", actor)
        require_in_time(row, at)
        won = RulingOutcome.FULL_REFUND if actor.kind == ActorKind.BUYER else RulingOutcome.REJECT
        if row.rulings.get(round=1).outcome == won:
            raise errors.NothingToAppeal
        DISPUTES.apply(row, "appeal", actor=actor, at=at, reason=words)
        row.deadline = at + timedelta(hours=rules_at(at).DISP_APPEAL_H)
        row.claimed_by = ""
        row.save(update_fields=["deadline", "claimed_by"])
        Message.objects.create(dispute=row, side=actor.kind, text=words, at=at)


def decide_appeal(*, dispute: Dispute, draft: RulingDraft | None, actor: Actor, at: datetime) -> None:
    """D10: another person upholds (draft None) or changes the ruling; then it is executed.

    Raises SamePerson, Interested, BadRuling, MoveRefused.
    """
    with transaction.atomic():
        row = lock_dispute(dispute.number)
        require_disinterested(row, actor)
        event = "uphold" if draft is None else "change"
        DISPUTES.require(row.status, event, actor)
        first = row.rulings.get(round=1)
        if actor.ref in (first.decided_by, first.approved_by):
            raise errors.SamePerson
        DISPUTES.apply(row, event, actor=actor, at=at, reason=draft.reason if draft else "")
        final = first
        if draft is not None:
            final = Ruling.objects.create(
                dispute=row,
                round=2,
                outcome=draft.outcome,
                liable=draft.liable,
                amount_fen=_amount(row, draft),
                reason=checked_words(draft.reason),
                rule_number=draft.rule_number.strip()[:20],
                decided_by=actor.ref,
                decided_at=at,
            )
        tell_ruling(row, final, at)
        execute(row, at)


def execute(row: Dispute, at: datetime) -> None:
    """D11: move the money of the last ruling of a locked dispute in EXECUTING, tell tiers, end case and dispute."""
    ruling = row.rulings.order_by("-round")[0]
    refund = ruling.outcome != RulingOutcome.REJECT
    owner_side = ruling.liable == Liable.OWNER
    amount = min(ruling.amount_fen, row.line.remaining_fen)
    if row.case is not None:
        case = lock_case(row.case.number)
        CASES.apply(case, "rule_refund" if refund else "rule_reject", actor=SYSTEM, at=at)
        if refund:
            refund_case(case, amount, owner_side=owner_side, at=at)
        else:
            close_case(case, at)
    else:
        if refund and amount:
            orders.refund_line(
                line=row.line,
                amount_fen=amount,
                cause="dispute",
                cause_ref=row.number,
                owner_side=owner_side,
                at=at,
            )
        # after the refund, which locks the order and then the lines by key
        commissions.release(row.line.ref, cause=f"dispute {row.number}", at=at)
    if owner_side and row.order.owner is not None:
        commissions.note_liability(dispute_number=row.number, owner=row.order.owner, at=at)
    ruling.executed_at = at
    ruling.save(update_fields=["executed_at"])
    DISPUTES.apply(row, "executed", actor=SYSTEM, at=at)
    finish(row, at)


def preview_ruling(*, dispute: Dispute, draft: RulingDraft, at: datetime) -> Preview:
    """What a ruling would move, without moving it; shown before it is confirmed. Raises BadRuling."""
    amount = _amount(dispute, draft)
    line = dispute.line
    earned = line_of(line.ref)
    gross = owner = platform = 0
    if earned is not None and earned.gross_fen:
        after = split_commission(earned.base_fen - amount, earned.rate_bp, earned.fee_bp, earned.bonus_bp)
        gross = earned.gross_fen - after.gross_fen
        owner = earned.owner_fen - after.owner_fen
        platform = gross - owner
    return Preview(
        refund_fen=amount,
        freight_fen=orders.freight_with(line=line, amount_fen=amount),
        supplier_fen=amount - gross,
        owner_fen=owner,
        platform_fen=platform,
        from_escrow=dispute.order.status != OrderStatus.FINALISED,
        needs_second=amount > rules_at(at).FOUR_EYES_DISPUTE_FEN,
    )


def _open_appeal(row: Dispute, ruling: Ruling, at: datetime) -> None:
    row.deadline = at + timedelta(hours=rules_at(at).DISP_APPEAL_H)
    row.save(update_fields=["deadline"])
    tell_ruling(row, ruling, at)


def _require_undecided(row: Dispute) -> None:
    ruling = row.rulings.order_by("-round").first()
    if ruling is not None:
        raise errors.AlreadyDecided(who=ruling.decided_by, when=local_time(ruling.decided_at))


def _amount(row: Dispute, draft: RulingDraft) -> int:
    left = row.line.remaining_fen
    if draft.outcome == RulingOutcome.REJECT:
        return 0
    if draft.outcome == RulingOutcome.FULL_REFUND:
        return left
    if not 1 <= draft.amount_fen < left:
        raise errors.BadRuling(
            why=_("部分退款须在 ¥0.01 到 ¥{limit} 之间").format(limit=format_yuan(left - 1, thousands=True))
        )
    return draft.amount_fen
