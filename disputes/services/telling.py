"""Letters about cases and disputes, written in the transaction of their cause."""

from datetime import datetime

from accounts.letters import Letter
from accounts.services import notify
from disputes import letters
from disputes.models import Case, Dispute, Ruling
from orders.models import Order
from suppliers.selectors import members_of
from taoxiaopu.kernel import rows


def tell_buyer_of_case(
    kind: Letter, row: Case, at: datetime, *, amount_fen: int | None = None, reason: str = ""
) -> None:
    """An answer to a case: its member."""
    facts: dict[str, object] = {"title": row.line.title, "reason": reason}
    facts["amount_fen"] = row.amount_fen if amount_fen is None else amount_fen
    if row.deadline is not None:
        facts["deadline_at"] = row.deadline.isoformat()
    rows.load(row.order, "trade")
    notify(
        kind=kind,
        recipients=[row.order.trade.user_id],
        ref=f"{row.number}:{row.attempts}",
        at=at,
        facts=facts,
        link=[row.number],
    )


def tell_case_opened(row: Case, at: datetime) -> None:
    """A case to answer, new or changed: the supplier's members."""
    assert row.deadline is not None, "a case that waits for the supplier has a deadline"
    notify(
        kind=letters.CASE_OPENED,
        recipients=_members(row.order),
        ref=f"{row.number}:{row.attempts}",
        at=at,
        facts={
            "title": row.line.title,
            "amount_fen": row.amount_fen,
            "deadline_at": row.deadline.isoformat(),
        },
        link=[row.number],
    )


def tell_evidence(row: Dispute, at: datetime) -> None:
    """A dispute asks both sides for evidence."""
    assert row.deadline is not None, "a dispute that waits for evidence has a deadline"
    facts = {"title": row.line.title, "deadline_at": row.deadline.isoformat()}
    _both(letters.EVIDENCE, letters.EVIDENCE_OF_SUPPLIER, row, row.number, facts, at)


def tell_ruling(row: Dispute, ruling: Ruling, at: datetime) -> None:
    """A ruling both sides may read, the first or the one after an appeal."""
    facts = {"title": row.line.title, "outcome": ruling.outcome, "amount_fen": ruling.amount_fen}
    ref = f"{row.number}:{row.status}:{ruling.round}"
    _both(letters.RULING, letters.RULING_OF_SUPPLIER, row, ref, facts, at)


def _both(
    buyer: Letter,
    supplier: Letter,
    row: Dispute,
    ref: str,
    facts: dict[str, object] | dict[str, str],
    at: datetime,
) -> None:
    notify(kind=buyer, recipients=[row.order.trade.user_id], ref=ref, at=at, facts=facts, link=[row.number])
    notify(kind=supplier, recipients=_members(row.order), ref=ref, at=at, facts=facts, link=[row.number])


def _members(order: Order) -> list[int]:
    return members_of([order.supplier_id]).get(order.supplier_id, [])
