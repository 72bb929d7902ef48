"""What a supplier has to hold, and the days to top it up when something was drawn from it or more is asked for
(docs/rules.md §1.6): decided here alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.services import notify
from suppliers import letters
from suppliers.models import Supplier
from suppliers.selectors import members_of
from suppliers.services.locks import lock_supplier
from suppliers.states import TOPS_UP
from taoxiaopu.kernel.settings import rules_at

# What suppliers have to hold and what they are short of, in fen: the one place that says so, for one of them and for all.
STANDS = """
    SELECT x.* FROM suppliers_supplier s
    LEFT JOIN suppliers_supplierstanding t ON t.supplier_id = s.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.credit_code IS NULL OR t.is_closed THEN 0 WHEN t.doubles_deposit THEN 2 ELSE 1 END
               * %(deposit)s::bigint AS required,
               (SELECT coalesce(sum(c.bond_fen), 0)::bigint FROM suppliers_bondedcategory d
                JOIN suppliers_category c ON c.id = d.category_id
                WHERE d.supplier_id = s.id AND d.since IS NOT NULL AND s.credit_code IS NOT NULL) AS bonds,
               (SELECT coalesce(sum(b.balance_fen) FILTER (WHERE a.kind = 'supplier_deposit'), 0)::bigint FROM ledger_account a
                JOIN ledger_balance b ON b.account_id = a.id WHERE a.party = s.public_id) AS deposit_held,
               (SELECT coalesce(sum(b.balance_fen) FILTER (WHERE a.kind = 'category_bond'), 0)::bigint FROM ledger_account a
                JOIN ledger_balance b ON b.account_id = a.id WHERE a.party = s.public_id) AS bonds_held) w
    CROSS JOIN LATERAL (SELECT s.public_id, w.required, greatest(0, w.required - w.deposit_held) AS deposit_short,
                               greatest(0, w.bonds - w.bonds_held) AS bonds_short) x
    WHERE {where} ORDER BY s.id"""
ONE = "s.id = %(supplier)s"
# Whose time to top up has not begun though it is short, or has not ended though it is whole.
TO_REVIEW = (
    "s.status = ANY(%(states)s) AND (x.deposit_short + x.bonds_short > 0) <> (s.top_up_by IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Stand:
    """Fen that a supplier has to hold as its deposit, and what deposit and bonds are short of."""

    public_id: str
    required: int
    deposit_short: int
    bonds_short: int


def _stands(where: str, *, at: datetime, **values: int | list[str]) -> list[Stand]:
    with connection.cursor() as cursor:
        cursor.execute(STANDS.format(where=where), {"deposit": rules_at(at).SUPPLIER_DEPOSIT_FEN, **values})
        return [Stand(*row) for row in cursor.fetchall()]


def stand_of(supplier: Supplier, *, at: datetime) -> Stand:
    """What the books say of a supplier now.

    A deposit is asked twice while violation points double it, not at all of a company that a catalogue import made, and no
    more of one that was cleared out; beside it the bonds of all categories for which it paid one.
    """
    return _stands(ONE, at=at, supplier=supplier.pk)[0]


def required_deposit(supplier: Supplier, *, at: datetime) -> int:
    """Fen that a supplier has to hold as its deposit."""
    return stand_of(supplier, at=at).required


def missing_deposit(supplier: Supplier, *, at: datetime) -> int:
    """Fen that the supplier's deposit is short of what is required; 0 when it is whole."""
    return stand_of(supplier, at=at).deposit_short


def bonds_short(supplier: Supplier, *, at: datetime) -> int:
    """Fen that the supplier's bonds are short of those of all categories for which it paid one."""
    return stand_of(supplier, at=at).bonds_short


def review_deposit(supplier: Supplier, *, at: datetime, ref: str = "") -> bool:
    """Begin or end the time to top up as the books say now; returns whether it changed. The supplier is locked.

    Who is told of a shortage has DEPOSIT_TOP_UP_D from then; another draw in between does not begin it anew, and leaving
    and coming back does neither.
    """
    if supplier.status not in TOPS_UP:
        return False
    stand = stand_of(supplier, at=at)
    missing = stand.deposit_short + stand.bonds_short
    if bool(missing) == (supplier.top_up_by is not None):
        return False
    supplier.top_up_by = at + timedelta(days=rules_at(at).DEPOSIT_TOP_UP_D) if missing else None
    supplier.save(update_fields=["top_up_by"])
    notify(
        kind=letters.DEPOSIT_SHORT if supplier.top_up_by else letters.DEPOSIT_WHOLE,
        recipients=members_of([supplier.pk]).get(supplier.pk, []),
        ref=ref or f"{supplier.public_id}:{at.isoformat()}",
        at=at,
        facts={
            "amount_fen": missing,
            "name": supplier.name,
            "due_at": (supplier.top_up_by or at).isoformat(),
        },
    )
    return True


def watch_deposits(*, at: datetime) -> int:
    """Tell whose deposit or bonds fell short since the last look, and whose are whole again; returns how many. Safe twice
    and at once.

    Refunds and compensations draw on a deposit in the middle of other locks, and operators change numbers: nobody there has
    to think of it.
    """
    found = [one.public_id for one in _stands(TO_REVIEW, at=at, states=sorted(map(str, TOPS_UP)))]
    moved = 0
    for public_id in found:
        with transaction.atomic():
            moved += review_deposit(lock_supplier(public_id), at=at)
    return moved
