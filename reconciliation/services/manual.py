"""Manual journals: a correction that one person proposes and, above FOUR_EYES_JOURNAL_FEN, another books.

Booked on the day of approval: a closed month is never written to. ESCROW, OWNER_CONFIRMED and OWNER_DEBT are not for
manual journals: what lies there belongs to an order or a commission line, and only their services move it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commissions import services as commissions
from ledger import posting
from ledger.models import PARTY_KINDS, Account, AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from ledger.selectors import balance
from ledger.shapes import BY_HAND
from reconciliation import errors
from reconciliation.models import ManualJournal, ManualMovement
from reconciliation.selectors import changes_of
from reconciliation.states import MANUALS
from storefronts.models import Owner
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number as new_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at


@dataclass(frozen=True, slots=True)
class Line:
    """One movement as a person writes it: ``amount_fen`` from the debited to the credited account."""

    debit: AccountKind
    debit_party: str
    credit: AccountKind
    credit_party: str
    amount_fen: int


def propose_manual(
    *,
    lines: Sequence[Line],
    reason: str,
    actor: Actor,
    at: datetime,
    token: str,
    order_number: str = "",
    difference: str = "",
) -> ManualJournal:
    """Write a manual journal down; nothing is booked yet. The same ``token`` (the form's) is one proposal.

    Raises BadInput (no reason, no or impossible movements), NoSuchParty.
    """
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    if not lines:
        raise BadInput(what=_("至少要有一笔分录"))
    for line in lines:
        _require_possible(line)
    with transaction.atomic():
        row, made = ManualJournal.objects.get_or_create(
            number=token,
            defaults={
                "reason": reason.strip()[:500],
                "order_number": order_number,
                "amount_fen": sum(line.amount_fen for line in lines),
                "proposed_by": actor.ref,
                "proposed_at": at,
                "difference": difference,
            },
        )
        if made:
            ManualMovement.objects.bulk_create(
                ManualMovement(
                    journal=row,
                    debit=line.debit,
                    debit_party=line.debit_party,
                    credit=line.credit,
                    credit_party=line.credit_party,
                    amount_fen=line.amount_fen,
                )
                for line in lines
            )
            audit.record(
                actor=actor,
                subject_type=MANUALS.subject,
                subject_ref=row.number,
                event="propose",
                at=at,
                to_state=row.status,
                reason=reason,
            )
        return row


def new_token() -> str:
    """A number for a form, so that pressing twice proposes once."""
    return new_number()


def _require_possible(line: Line) -> None:
    for kind, party in ((line.debit, line.debit_party), (line.credit, line.credit_party)):
        if kind not in BY_HAND:
            raise BadInput(what=_("这个科目不能手工记账：{kind}").format(kind=AccountKind(kind).label))
        if (kind in PARTY_KINDS) != bool(party):
            raise BadInput(what=_("主体与科目不符：{kind}").format(kind=AccountKind(kind).label))
        if party and not Account.objects.filter(kind=kind, party=party).exists():
            raise errors.NoSuchParty(party=party)
    if line.amount_fen <= 0 or line.debit == line.credit:
        raise BadInput(what=_("每笔分录须有两个不同的科目和大于零的金额"))
    if line.debit_party and line.credit_party and line.debit_party != line.credit_party:
        raise BadInput(what=_("两个主体之间须经过平台科目"))


def approve_manual(*, number: str, actor: Actor, at: datetime, note: str = "") -> ManualJournal:
    """Book a proposed journal, once, on this day; what an owner is credited repays her debt first.

    Raises NotFound, MoveRefused, SecondPerson, BelowFloor.
    """
    with transaction.atomic():
        row = _locked(number)
        MANUALS.require(row.status, "approve", actor)
        limit = rules_at(at).FOUR_EYES_JOURNAL_FEN
        if row.amount_fen > limit and row.proposed_by == actor.ref:
            raise errors.SecondPerson(limit=format_yuan(limit, thousands=True))
        moves = list(row.movements.order_by("pk"))
        _require_floor(moves)
        MANUALS.apply(row, "approve", actor=actor, at=at, reason=note, decided_by=actor.ref, decided_at=at)
        posting.post(
            Event(JournalKind.MANUAL, "manual", row.number, order_number=row.order_number),
            [
                Movement(
                    Side(AccountKind(m.debit), m.debit_party),
                    Side(AccountKind(m.credit), m.credit_party),
                    m.amount_fen,
                )
                for m in moves
            ],
            at=at,
        )
        changes = changes_of(moves)
        credited = {m.credit_party for m in moves if m.credit == AccountKind.OWNER_WITHDRAWABLE}
        for owner in Owner.objects.filter(public_id__in=credited).order_by("pk"):
            # no repayment from money that the journal takes out again
            most = max(0, changes[AccountKind.OWNER_WITHDRAWABLE, owner.public_id])
            commissions.repay_from_balance(owner=owner, most_fen=most, cause="manual", ref=row.number, at=at)
        return row


def reject_manual(*, number: str, reason: str, actor: Actor, at: datetime) -> ManualJournal:
    """Refuse a proposed journal. Raises BadInput without a reason, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = _locked(number)
        MANUALS.apply(row, "reject", actor=actor, at=at, reason=reason, decided_by=actor.ref, decided_at=at)
        return row


def _require_floor(moves: Sequence[ManualMovement]) -> None:
    """Lock every party's accounts by party, and see that none falls below zero."""
    for party in sorted({p for m in moves for p in (m.debit_party, m.credit_party) if p}):
        posting.lock_party(party)
    for (kind, party), fen in sorted(changes_of(moves).items()):
        if not party or fen >= 0:
            continue
        has = balance(AccountKind(kind), party)
        if has + fen < 0:
            raise errors.BelowFloor(
                account=AccountKind(kind).label,
                balance=format_yuan(has, thousands=True),
                amount=format_yuan(-fen, thousands=True),
            )


def _locked(number: str) -> ManualJournal:
    rows = lock_rows(ManualJournal.objects.filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]
