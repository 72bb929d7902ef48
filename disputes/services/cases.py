"""After-sales cases of refund only (A1-A21). Locks: the case, then the order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commissions import services as commissions
from disputes import errors, letters
from disputes.models import Case, Dispute, Message
from disputes.services.telling import tell_buyer_of_case, tell_case_opened, tell_evidence
from disputes.states import CASES, OPEN_CASE, CaseReason, CaseStatus, DisputeKind
from orders import services as orders
from orders.models import Order, OrderLine
from orders.selectors import is_custom, is_in_production
from orders.services.fulfilment import lock_order
from orders.states import OrderStatus
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time

OPENABLE = (OrderStatus.PAID, OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.COMPLETED)
OWNER_SIDE = (CaseReason.NO_REASON, CaseReason.OWNER_PROMISE)


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What a consumer applies for: reason, amount in fen, whether the goods arrived, words."""

    reason: CaseReason
    amount_fen: int
    received: bool
    description: str


def open_case(*, line: OrderLine, draft: CaseDraft, actor: Actor, at: datetime) -> Case:
    """A1: apply for a refund of a line. Holds the order and freezes its commission.

    Raises CaseNotPossible, TooManyAttempts, BadInput.
    """
    _check_draft(draft, line.remaining_fen)
    try:
        with transaction.atomic():
            order = lock_order(line.order.number)
            fresh = OrderLine.objects.get(pk=line.pk)
            _check_line(order, fresh, draft, at)
            # Asked before the insert: one that waited here for a case which waits for this order would stand in a ring.
            if Case.objects.filter(line=fresh, status__in=OPEN_CASE).exists():
                raise errors.CaseNotPossible(why=_("该商品已有进行中的售后"))
            used = _attempts(fresh)
            if used >= rules_at(at).AS_MAX_ATTEMPTS:
                raise errors.TooManyAttempts(limit=rules_at(at).AS_MAX_ATTEMPTS)
            case = Case.objects.create(
                number=order_number(),
                order=order,
                line=fresh,
                reason=draft.reason,
                description=draft.description.strip(),
                received=draft.received and fresh.shipped_in_id is not None,
                before_shipping=fresh.shipped_in_id is None,
                amount_fen=draft.amount_fen,
                deadline=_supplier_deadline(order, fresh, draft, at),
                opened_at=at,
            )
            orders.place_hold(order=order, cause="case", cause_ref=case.number, at=at)
            commissions.hold(fresh.ref, cause=f"case {case.number}", at=at)
            audit.record(
                actor=actor,
                subject_type="case",
                subject_ref=case.number,
                event="apply",
                at=at,
                to_state=case.status,
            )
            tell_case_opened(case, at)
            return case
    except IntegrityError:
        raise errors.CaseNotPossible(why=_("该商品已有进行中的售后")) from None


def agree_case(*, case: Case, actor: Actor, at: datetime) -> None:
    """A2: the supplier agrees; the refund goes out. Raises TooLate, MoveRefused."""
    with transaction.atomic():
        row = lock_case(case.number)
        CASES.require(row.status, "agree", actor)
        require_in_time(row, at)
        CASES.apply(row, "agree", actor=actor, at=at)
        refund_case(row, row.amount_fen, owner_side=row.reason in OWNER_SIDE, at=at)
        tell_buyer_of_case(letters.CASE_AGREED, row, at)


def reject_case(*, case: Case, reason: str, actor: Actor, at: datetime) -> None:
    """A4: the supplier refuses with its reason; the consumer has 7 days. Raises ReasonMissing, TooLate, MoveRefused."""
    words = checked_words(reason)
    with transaction.atomic():
        row = lock_case(case.number)
        CASES.require(row.status, "reject", actor)
        require_in_time(row, at)
        CASES.apply(row, "reject", actor=actor, at=at, reason=words)
        row.deadline = at + timedelta(days=rules_at(at).AS_AFTER_REJECT_D)
        rows.update(row, "deadline")
        Message.objects.create(case=row, side=actor.kind, text=words, at=at)
        tell_buyer_of_case(letters.CASE_REJECTED, row, at, reason=words)


def modify_case(*, case: Case, draft: CaseDraft, actor: Actor, at: datetime) -> None:
    """A11: the consumer changes a rejected application; counts as an attempt.

    Raises TooManyAttempts, TooLate, MoveRefused.
    """
    with transaction.atomic():
        row = lock_case(case.number)
        CASES.require(row.status, "modify", actor)
        require_in_time(row, at)
        _check_draft(draft, row.line.remaining_fen)
        _check_reason(draft, row.line)
        if _attempts(row.line) >= rules_at(at).AS_MAX_ATTEMPTS:
            raise errors.TooManyAttempts(limit=rules_at(at).AS_MAX_ATTEMPTS)
        CASES.apply(row, "modify", actor=actor, at=at)
        row.reason, row.amount_fen = draft.reason, draft.amount_fen
        row.before_shipping = row.line.shipped_in_id is None
        row.received = draft.received and not row.before_shipping
        row.description, row.attempts = draft.description.strip(), row.attempts + 1
        row.deadline = _supplier_deadline(row.order, row.line, draft, at)
        row.save()
        tell_case_opened(row, at)


def escalate_case(*, case: Case, actor: Actor, at: datetime, reason: str = "") -> Dispute:
    """A12: the consumer asks the platform; evidence can be given for 72 hours. Raises TooLate, MoveRefused."""
    with transaction.atomic():
        row = lock_case(case.number)
        CASES.require(row.status, "escalate", actor)
        require_in_time(row, at)
        CASES.apply(row, "escalate", actor=actor, at=at, reason=reason)
        return dispute_case(row, at)


def dispute_case(row: Case, at: datetime) -> Dispute:
    """D1 for a locked case that is now in dispute."""
    row.deadline = None
    rows.update(row, "deadline")
    kind = DisputeKind.CUSTOM_CONTRACT if is_custom(row.line) else DisputeKind.AFTERSALE
    if row.reason == CaseReason.FAKE:
        kind = DisputeKind.FAKE_GOODS
    dispute = Dispute.objects.create(
        number=order_number(),
        kind=kind,
        order=row.order,
        line=row.line,
        case=row,
        claim_fen=row.amount_fen,
        deadline=at + timedelta(hours=rules_at(at).DISP_EVIDENCE_H),
        opened_at=at,
    )
    tell_evidence(dispute, at)
    return dispute


def withdraw_case(*, case: Case, actor: Actor, at: datetime) -> None:
    """A19: the consumer gives up; the order goes on. Raises MoveRefused."""
    with transaction.atomic():
        row = lock_case(case.number)
        CASES.apply(row, "withdraw", actor=actor, at=at)
        close_case(row, at)


def say_in_case(*, case: Case, text: str, actor: Actor, at: datetime) -> Message:
    """Leave a message in a case that is open. Raises ReasonMissing, CaseNotPossible."""
    words = checked_words(text)
    with transaction.atomic():
        row = lock_case(case.number)
        if row.status in (CaseStatus.CLOSED, CaseStatus.SUCCEEDED):
            raise errors.CaseNotPossible(why=_("售后单已结束"))
        return Message.objects.create(case=row, side=actor.kind, text=words, at=at)


def refund_arrived(*, cause: str, cause_ref: str, at: datetime) -> None:
    """A20: the provider paid a case's refund back."""
    if cause != "case":
        return
    number = cause_ref.partition("/")[0]
    with transaction.atomic():
        for row in lock_found(Case, number=number, status=CaseStatus.REFUNDING):
            CASES.apply(row, "refunded", actor=Actor.system("payments"), at=at)
            row.closed_at = at
            row.save(update_fields=["closed_at"])
            tell_buyer_of_case(letters.CASE_REFUNDED, row, at)


def refund_case(row: Case, amount_fen: int, *, owner_side: bool, at: datetime) -> None:
    """Book the refund of a locked case that is REFUNDING and let the order go on."""
    row.deadline = None
    rows.update(row, "deadline")
    _release(row, at)
    orders.refund_line(
        line=row.line, amount_fen=amount_fen, cause="case", cause_ref=row.number, owner_side=owner_side, at=at
    )


def close_case(row: Case, at: datetime) -> None:
    """End a locked case without money and let the order go on."""
    row.deadline, row.closed_at = None, at
    rows.update(row, "deadline", "closed_at")
    _release(row, at)


def _release(row: Case, at: datetime) -> None:
    order = lock_order(row.order.number)
    orders.lift_hold(order=order, cause="case", cause_ref=row.number, at=at)
    commissions.release(row.line.ref, cause=f"case {row.number}", at=at)


def lock_case(number: str) -> Case:
    """Lock one case. Raises NotFound."""
    found = lock_found(Case, number=number)
    if not found:
        raise NotFound
    rows.load(found[0], "order", "line")
    found[0].line.order = found[0].order
    return found[0]


def require_in_time(row: Case | Dispute, at: datetime) -> None:
    """An actor may act while now ≤ deadline, whether or not a sweep came by (docs/rules.md §10.2). Raises TooLate."""
    if row.deadline is not None and at > row.deadline:
        raise errors.TooLate(when=local_time(row.deadline))


def checked_words(text: str) -> str:
    """Words of 2 to 500 characters. Raises ReasonMissing."""
    words = text.strip()
    if not 2 <= len(words) <= 500:
        raise errors.ReasonMissing
    return words


def _attempts(line: OrderLine) -> int:
    return sum(Case.objects.filter(line=line).values_list("attempts", flat=True))


def _check_draft(draft: CaseDraft, limit_fen: int) -> None:
    if not 1 <= draft.amount_fen <= limit_fen:
        raise errors.BadRuling(
            why=_("退款金额须在 ¥0.01 到 ¥{limit} 之间").format(limit=format_yuan(limit_fen, thousands=True))
        )
    if draft.reason not in CaseReason.values:
        raise BadInput(what=_("请选择退款原因"))
    if len(draft.description) > 500:
        raise BadInput(what=_("说明最多 500 字"))


def _check_line(order: Order, line: OrderLine, draft: CaseDraft, at: datetime) -> None:
    if order.status not in OPENABLE:
        raise errors.CaseNotPossible(why=_("订单状态为“{state}”").format(state=order.get_status_display()))
    if order.final_by is not None and at > order.final_by:
        raise errors.CaseNotPossible(why=_("已超过售后期"))
    if line.is_refunded:
        raise errors.CaseNotPossible(why=_("该商品已全额退款"))
    _check_reason(draft, line)
    if draft.amount_fen > line.remaining_fen:
        raise errors.BadRuling(
            why=_("退款金额须在 ¥0.01 到 ¥{limit} 之间").format(
                limit=format_yuan(line.remaining_fen, thousands=True)
            )
        )


def _check_reason(draft: CaseDraft, line: OrderLine) -> None:
    """Goods that were made to order know no seven-day return (§5.7), and only they are cancelled."""
    if draft.reason == CaseReason.NO_REASON and is_custom(line):
        raise errors.CaseNotPossible(why=_("定制商品不适用七天无理由退货"))
    if draft.reason == CaseReason.CANCEL and (not is_custom(line) or line.shipped_in_id is not None):
        raise BadInput(what=_("请选择退款原因"))


def _supplier_deadline(order: Order, line: OrderLine, draft: CaseDraft, at: datetime) -> datetime:
    rules = rules_at(at)
    if is_in_production(line):
        return at + timedelta(hours=rules.AS_CUSTOM_H)
    if line.shipped_in_id is None:
        is_late = order.is_late or (order.ship_by is not None and at > order.ship_by)
        return at if is_late else at + timedelta(hours=rules.AS_UNSHIPPED_H)
    return at + timedelta(hours=rules.AS_RECEIVED_H if draft.received else rules.AS_NOT_RECEIVED_H)
