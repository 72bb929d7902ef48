"""What happens to the commission of an order line: estimate, lock, confirm, shrink, claw back, void.

Orders call these inside their own transactions, holding the order's lock. Before an order is finalised a commission
is only a memo; the ledger hears of it with the FINALISE journal (docs/rules.md §6.2, §6.6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.services import notify
from commissions.letters import (
    COMMISSION_CONFIRMED,
    COMMISSION_TAKEN_BACK,
    COMMISSION_VOIDED,
    DEBT_OWED,
)
from commissions.models import CommissionLine, Deduction, LiabilityFact, OrderFact, Reversal
from commissions.models.earnings import DECISION
from commissions.states import (
    COMMISSIONS,
    FULL_KINDS,
    AttributionKind,
    CommissionStatus,
    DeductionKind,
    Outcome,
)
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from storefronts.models import Owner, Shop
from storefronts.services import write_debt
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.locking import lock_found, lock_rows
from taoxiaopu.kernel.money import CommissionSplit, split_commission

SYSTEM = Actor.system("commissions")
REFUND = Side(AccountKind.REFUND_CLEARING)
BONUS = Side(AccountKind.PLATFORM_BONUS)


@dataclass(frozen=True, slots=True)
class NewLine:
    """One attributed order line at payment: base in fen without freight; rates frozen at order creation."""

    order_number: str
    line_ref: str
    owner: Owner
    shop: Shop
    title: str
    kind: AttributionKind
    base_fen: int
    rate_bp: int
    fee_bp: int
    bonus_bp: int
    buyer: str


@dataclass(frozen=True, slots=True)
class FinalLine:
    """One line when its order is finalised: what is left of its payment, in fen."""

    line_ref: str
    net_fen: int


@dataclass(frozen=True, slots=True)
class ClawBack:
    """What a refund after finalising takes back: ``gross_fen`` of the refund is not the supplier's to pay."""

    gross_fen: int
    movements: tuple[Movement, ...]


def estimate(lines: Sequence[NewLine], *, at: datetime) -> None:
    """M1: the order was paid. A commission below 1 fen, or on own goods, is recorded VOID."""
    for new in lines:
        split = split_commission(new.base_fen, new.rate_bp, new.fee_bp, new.bonus_bp)
        earns = new.kind != AttributionKind.OWN_GOODS and split.gross_fen > 0
        if not earns:
            split = CommissionSplit(0, 0, 0, 0)
        line = CommissionLine(
            line_ref=new.line_ref,
            order_number=new.order_number,
            owner=new.owner,
            shop=new.shop,
            title=new.title,
            kind=new.kind,
            rate_bp=new.rate_bp,
            fee_bp=new.fee_bp,
            bonus_bp=new.bonus_bp,
            base_fen=new.base_fen,
            gross_fen=split.gross_fen,
            fee_fen=split.fee_fen,
            bonus_fen=split.bonus_fen,
            status=CommissionStatus.ESTIMATED if earns else CommissionStatus.VOID,
            created_at=at,
        )
        rows.insert(line)
        fact = OrderFact(
            line_ref=new.line_ref,
            order_number=new.order_number,
            owner=new.owner,
            buyer=new.buyer,
            base_fen=new.base_fen,
            counted=new.kind in FULL_KINDS,
        )
        rows.insert(fact)


def complete(order_number: str, *, at: datetime) -> None:
    """M4: the order was received."""
    for line in _locked(order_number=order_number):
        if line.status == CommissionStatus.ESTIMATED:
            COMMISSIONS.apply(line, "complete", actor=SYSTEM, at=at)


def shrink(line_ref: str, *, base_fen: int, owner_side: bool, at: datetime) -> None:
    """M2, M3: a refund before the order is finalised; the memo is recomputed from what is left.

    Raises MoveRefused when the commission was confirmed: then it takes a claw-back.
    """
    found = _locked(line_ref=line_ref)
    for line in found:
        if line.confirmed_at is not None and line.status != CommissionStatus.VOID:
            raise _refused(line)
    OrderFact.objects.filter(line_ref=line_ref).update(base_fen=base_fen)
    if owner_side:
        OrderFact.objects.filter(line_ref=line_ref).update(owner_side_refund=True)
    for line in found:
        if line.status == CommissionStatus.VOID:
            continue
        _recompute(line, base_fen)
        rows.update(line, "base_fen", "gross_fen", "fee_fen", "bonus_fen")
        if line.gross_fen == 0:
            COMMISSIONS.apply(line, "void", actor=SYSTEM, at=at)


def finalise(
    *, order_number: str, supplier: str, lines: Sequence[FinalLine], freight_fen: int, at: datetime
) -> None:
    """M5: divide what is left of an order: ESCROW → supplier, owner, platform; PLATFORM_BONUS → owner.

    ``freight_fen`` is the freight that was not refunded; it is the supplier's. An owner's debt is repaid first. What staff
    hold is booked all the same, for the supplier waits for nobody's doubts, and stays frozen: it is CONFIRMED afterwards.
    Raises MoveRefused when a line was confirmed before.
    """
    _lock_owner(rows.find(CommissionLine, order_number=order_number))
    earned = {line.line_ref: line for line in _locked(order_number=order_number)}
    _lock_accounts(earned.values())  # before the FINALISE journal locks the balances that it adds to
    escrow, payable = Side(AccountKind.ESCROW), Side(AccountKind.SUPPLIER_PAYABLE, supplier)
    movements = [Movement(escrow, payable, freight_fen)]
    for final in lines:
        line = earned.get(final.line_ref)
        if line is None or line.status == CommissionStatus.VOID:
            movements.append(Movement(escrow, payable, final.net_fen, final.line_ref))
            continue
        if line.confirmed_at is not None:
            raise _refused(line, JournalKind.FINALISE)
        owner = Side(AccountKind.OWNER_CONFIRMED, line.owner.public_id)
        movements += [
            Movement(escrow, payable, final.net_fen - line.gross_fen, final.line_ref),
            Movement(escrow, owner, line.gross_fen - line.fee_fen, final.line_ref),
            Movement(escrow, Side(AccountKind.PLATFORM_FEE), line.fee_fen, final.line_ref),
            Movement(BONUS, owner, line.bonus_fen, final.line_ref),
        ]
        COMMISSIONS.apply(
            line,
            "finalise",
            actor=SYSTEM,
            at=at,
            frozen_from=CommissionStatus.CONFIRMED
            if line.status == CommissionStatus.FROZEN
            else line.frozen_from,
            confirmed_at=at,
            in_confirmed_fen=line.owner_fen,
            supplier=supplier,
        )
    posting.post(
        Event(JournalKind.FINALISE, "order", order_number, order_number=order_number), movements, at=at
    )
    close_facts(order_number, Outcome.FINALISED, at=at)
    _tell_confirmed(
        order_number, [line for line in earned.values() if line.status == CommissionStatus.CONFIRMED], at
    )
    for line in earned.values():
        if line.status != CommissionStatus.VOID:
            _repay_debt(line, at)


def _tell_confirmed(order_number: str, lines: Sequence[CommissionLine], at: datetime) -> None:
    if lines:
        notify(
            kind=COMMISSION_CONFIRMED,
            recipients=[lines[0].owner.user_id],
            ref=order_number,
            at=at,
            facts={"number": order_number, "amount_fen": sum(line.owner_fen for line in lines)},
            link=[order_number],
        )


def claw_back(line_ref: str, *, refund_fen: int, cause: str, owner_side: bool, at: datetime) -> ClawBack:
    """M9: a refund after the order was finalised. Recompute from the remaining base and take the difference back:
    OWNER_CONFIRMED, then OWNER_WITHDRAWABLE, then OWNER_DEBT (docs/rules.md §6.6).

    Returns the movements for the refund's journal, all towards REFUND_CLEARING and PLATFORM_BONUS. Raises MoveRefused
    when nothing was confirmed yet.
    """
    line, others = _lock_with_others(line_ref)
    if line is not None and line.confirmed_at is None and line.status != CommissionStatus.VOID:
        raise _refused(line)
    if owner_side:
        OrderFact.objects.filter(line_ref=line_ref).update(owner_side_refund=True)
    if line is None or line.status == CommissionStatus.VOID:
        return ClawBack(0, ())
    before = (line.gross_fen, line.fee_fen, line.bonus_fen, line.owner_fen)
    _recompute(line, line.base_fen - refund_fen)
    gross, fee, bonus, due = (
        old - new
        for old, new in zip(
            before, (line.gross_fen, line.fee_fen, line.bonus_fen, line.owner_fen), strict=True
        )
    )
    line.save(update_fields=["base_fen", "gross_fen", "fee_fen", "bonus_fen"])
    taken = Taken(due, fee, bonus, refund_fen)
    parts = _take_back(line, others, taken, cause=cause, at=at)
    return ClawBack(gross, _movements(line, parts, REFUND, fee=fee, bonus=bonus))


def void_commission(
    *, line_ref: str, decision: str, reason: str, actor: Actor, at: datetime, fake: bool = False
) -> CommissionLine:
    """M10: staff decide that a violation costs the owner a line's whole commission. The supplier is not charged it.

    Before the order is final the memo is VOID; afterwards a reversal takes back what was credited, as a claw-back
    does, and gives the supplier what it paid. ``decision`` names it; ``fake``: the purchase was feigned and does not
    count for tiers. Raises NotFound, BadInput without a reason, MoveRefused when it is void already.
    """
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明作废的原因"))
    with transaction.atomic():
        line, others = _lock_with_others(line_ref)
        if line is None:
            raise NotFound
        COMMISSIONS.require(line.status, "void_by_decision", actor)
        before = CommissionSplit(line.gross_fen, line.fee_fen, line.bonus_fen, line.owner_fen)
        why = reason.strip()
        COMMISSIONS.apply(
            line, "void_by_decision", actor=actor, at=at, reason=why,
            gross_fen=0, fee_fen=0, bonus_fen=0, void_reason=why[:200],
        )  # fmt: skip
        if line.confirmed_at is None:
            if fake:
                OrderFact.objects.filter(line_ref=line_ref).update(counted=False)
        else:
            base = line.base_fen if fake else 0
            taken = Taken(before.owner_fen, before.fee_fen, before.bonus_fen, base)
            _post_void(line, others, before, taken, decision, at)
        notify(
            kind=COMMISSION_VOIDED,
            recipients=[line.owner.user_id],
            ref=line.line_ref,
            at=at,
            facts={"number": line.order_number, "reason": why[:200]},
            link=[line.order_number],
        )
        return line


def _post_void(
    line: CommissionLine,
    others: Sequence[CommissionLine],
    before: CommissionSplit,
    taken: "Taken",
    decision: str,
    at: datetime,
) -> None:
    """Through PLATFORM_FEE, which keeps nothing of it: a party's money never goes straight to another party."""
    parts = _take_back(line, others, taken, cause=f"{DECISION}{decision}"[:40], at=at)
    fee = Side(AccountKind.PLATFORM_FEE)
    supplier = Side(AccountKind.SUPPLIER_PAYABLE, line.supplier)
    posting.post(
        Event(
            JournalKind.COMMISSION_VOID,
            "decision",
            f"{decision}/{line.line_ref}"[:40],
            order_number=line.order_number,
        ),
        [
            *_movements(line, parts, fee, fee=0, bonus=taken.bonus_fen),
            Movement(fee, supplier, before.gross_fen, line.line_ref),
        ],
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What a reversal takes back of one line, in fen; ``base_fen`` is what tiers count less."""

    owner_fen: int
    fee_fen: int
    bonus_fen: int
    base_fen: int


def _take_back(
    line: CommissionLine, others: Sequence[CommissionLine], taken: Taken, *, cause: str, at: datetime
) -> dict[AccountKind, int]:
    """Write the reversal down, and from which of the owner's accounts it comes; a debt is noted on the owner."""
    parts, shares = _take_from_owner([line, *others], taken.owner_fen)
    reversal = Reversal.objects.create(
        line=line,
        owner=line.owner,
        cause=cause,
        owner_fen=taken.owner_fen,
        fee_fen=taken.fee_fen,
        bonus_fen=taken.bonus_fen,
        from_confirmed_fen=parts[AccountKind.OWNER_CONFIRMED],
        from_withdrawable_fen=parts[AccountKind.OWNER_WITHDRAWABLE],
        to_debt_fen=parts[AccountKind.OWNER_DEBT],
        base_fen=taken.base_fen,
        line_settled=line.statement_id is not None,
        at=at,
    )
    _note_deductions(reversal, shares)
    debt = 0
    if reversal.to_debt_fen:
        debt = selectors.balance(AccountKind.OWNER_DEBT, line.owner.public_id) + reversal.to_debt_fen
        write_debt(owner=line.owner, debt_fen=debt, at=at)
    if reversal.owner_fen:
        _tell_taken(line, reversal, debt, at)
    return parts


def _tell_taken(line: CommissionLine, reversal: Reversal, debt_fen: int, at: datetime) -> None:
    """Tell the owner what was taken back, and what she owes since."""
    facts = {"number": line.order_number, "amount_fen": reversal.owner_fen}
    notify(
        kind=DEBT_OWED if debt_fen else COMMISSION_TAKEN_BACK,
        recipients=[line.owner.user_id],
        ref=f"{line.line_ref} {reversal.cause}",
        at=at,
        facts=facts | ({"debt_fen": debt_fen} if debt_fen else {}),
        link=[line.order_number],
    )


def _note_deductions(reversal: Reversal, shares: dict[int, int]) -> None:
    """Write down which other lines bear a claw-back; what the line itself had borne for others is now theirs, too."""
    line = reversal.line
    if line.statement_id is None:
        shares = shares | {line.pk: shares.get(line.pk, 0) - reversal.owner_fen}
    Deduction.objects.bulk_create(
        Deduction(
            line_id=line_id, kind=DeductionKind.REVERSAL, reversal=reversal, amount_fen=fen, at=reversal.at
        )
        for line_id, fen in shares.items()
        if fen
    )


def _lock_with_others(line_ref: str) -> tuple[CommissionLine | None, list[CommissionLine]]:
    """The line and its owner's other lines that still lie in OWNER_CONFIRMED, oldest first; the owner is locked before.

    Locked in one go by key and before any account, as settlement does, so that neither waits for the other in a ring.
    """
    known = rows.find(CommissionLine, line_ref=line_ref)
    if not known:
        return None, []
    _lock_owner(known)
    found = lock_rows(
        CommissionLine.objects.select_related("owner", "shop")
        .filter(owner_id=known[0].owner_id)
        .filter(Q(line_ref=line_ref) | Q(in_confirmed_fen__gt=0))
    )
    line = next((row for row in found if row.line_ref == line_ref), None)
    return line, [row for row in found if row.line_ref != line_ref]


def _movements(
    line: CommissionLine, parts: dict[AccountKind, int], to: Side, *, fee: int, bonus: int
) -> tuple[Movement, ...]:
    """The owner's parts fill PLATFORM_BONUS first, the rest goes ``to`` the refund, as does the platform's fee."""
    movements = []
    to_bonus = bonus
    for kind, amount in parts.items():
        side = Side(kind, line.owner.public_id)
        first = min(amount, to_bonus)
        movements += [
            Movement(side, BONUS, first, line.line_ref),
            Movement(side, to, amount - first, line.line_ref),
        ]
        to_bonus -= first
    # A bonus larger than what the owner gives back cannot be: the bonus is part of what the owner got.
    assert to_bonus == 0
    movements.append(Movement(Side(AccountKind.PLATFORM_FEE), to, fee, line.line_ref))
    return tuple(m for m in movements if m.amount_fen)


def _take_from_owner(
    sources: Sequence[CommissionLine], due: int
) -> tuple[dict[AccountKind, int], dict[int, int]]:
    """Take from locked lines in their order: the refunded line's own share, then the owner's other unsettled ones.

    Returns what each account bears, and what each line bears by its key.
    """
    owner = sources[0].owner.public_id
    posting.lock_party(owner)
    left = due
    shares = {}
    for source in sources:
        share = min(left, source.in_confirmed_fen)
        if share:
            CommissionLine.objects.filter(pk=source.pk).update(in_confirmed_fen=F("in_confirmed_fen") - share)
            source.in_confirmed_fen -= share
            shares[source.pk], left = share, left - share
    withdrawable = min(left, max(0, selectors.balance(AccountKind.OWNER_WITHDRAWABLE, owner)))
    parts = {
        AccountKind.OWNER_CONFIRMED: sum(shares.values()),
        AccountKind.OWNER_WITHDRAWABLE: withdrawable,
        AccountKind.OWNER_DEBT: left - withdrawable,
    }
    return parts, shares


def _lock_owner(lines: Sequence[CommissionLine]) -> None:
    """Lock whose lines these are, before the lines and the accounts, as settlement and withdrawals do: what is confirmed
    and what is taken back follow one another, so that no debt is left beside a commission that could have paid it.
    """
    if lines:
        lock_found(Owner, id=sorted({line.owner_id for line in lines}))


def _lock_accounts(lines: Iterable[CommissionLine]) -> None:
    owners = set()
    for line in lines:
        if line.status != CommissionStatus.VOID:
            rows.load(line, "owner")
            owners.add(line.owner.public_id)
    for owner in sorted(owners):
        posting.lock_party(owner)


def _repay_debt(line: CommissionLine, at: datetime) -> None:
    owner = line.owner.public_id
    debt = selectors.balance(AccountKind.OWNER_DEBT, owner)
    paid = min(debt, line.in_confirmed_fen)
    if not paid:
        return
    line.in_confirmed_fen -= paid
    line.save(update_fields=["in_confirmed_fen"])
    Deduction.objects.create(line=line, kind=DeductionKind.DEBT, amount_fen=paid, at=at)
    posting.post(
        Event(JournalKind.DEBT_REPAID, "line", line.line_ref, order_number=line.order_number),
        [Movement(Side(AccountKind.OWNER_CONFIRMED, owner), Side(AccountKind.OWNER_DEBT, owner), paid)],
        at=at,
    )
    write_debt(owner=line.owner, debt_fen=debt - paid, at=at)


def close_facts(order_number: str, outcome: Outcome, *, at: datetime) -> None:
    """How an attributed order ended, as tiers count it."""
    for fact in rows.find(OrderFact, order_number=order_number, outcome=Outcome.OPEN):
        fact.outcome, fact.outcome_at = outcome, at
        rows.update(fact, "outcome", "outcome_at")


def note_liability(*, dispute_number: str, owner: Owner, at: datetime) -> None:
    """A dispute closed with the owner liable: figure D of docs/rules.md §7.1."""
    LiabilityFact.objects.get_or_create(
        dispute_number=dispute_number, defaults={"owner": owner, "closed_at": at}
    )


def _refused(line: CommissionLine, event: JournalKind = JournalKind.REFUND) -> MoveRefused:
    return MoveRefused(state=CommissionStatus(line.status).label, event=str(event.label))


def _recompute(line: CommissionLine, base_fen: int) -> None:
    split = split_commission(base_fen, line.rate_bp, line.fee_bp, line.bonus_bp)
    line.base_fen = base_fen
    line.gross_fen, line.fee_fen, line.bonus_fen = split.gross_fen, split.fee_fen, split.bonus_fen


def _locked(**where: Any) -> list[CommissionLine]:
    return lock_found(CommissionLine, **where)
