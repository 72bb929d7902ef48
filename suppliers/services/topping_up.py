"""What a supplier has to hold, and the days to top it up when something was drawn from it or more is asked for
(docs/rules.md §1.6): decided here alone.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.services import notify
from ledger.models import AccountKind
from ledger.selectors import balance
from suppliers import letters
from suppliers.models import BondedCategory, Supplier, SupplierStanding
from suppliers.selectors import members_of
from suppliers.services.locks import lock_supplier
from suppliers.states import TOPS_UP
from taoxiaopu.kernel.settings import rules_at


def required_deposit(supplier: Supplier, *, at: datetime) -> int:
    """Fen that a supplier has to hold as its deposit: twice as much while violation points double it.

    Nothing of a company that a catalogue import made, and nothing more of one that was cleared out.
    """
    if supplier.credit_code is None:
        return 0
    standing = SupplierStanding.objects.filter(supplier=supplier).first()
    if standing is not None and standing.is_closed:
        return 0
    is_doubled = standing is not None and standing.doubles_deposit
    return rules_at(at).SUPPLIER_DEPOSIT_FEN * (2 if is_doubled else 1)


def missing_deposit(supplier: Supplier, *, at: datetime) -> int:
    """Fen that the supplier's deposit is short of what is required; 0 when it is whole."""
    required = required_deposit(supplier, at=at)
    return max(0, required - balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id)) if required else 0


def bonds_short(supplier: Supplier) -> int:
    """Fen that the supplier's bonds are short of those of all categories for which it paid one."""
    paid = BondedCategory.objects.filter(supplier=supplier, since__isnull=False).select_related("category")
    wanted = sum(row.category.bond_fen for row in paid)
    return max(0, wanted - balance(AccountKind.CATEGORY_BOND, supplier.public_id)) if wanted else 0


def review_deposit(supplier: Supplier, *, at: datetime, ref: str = "") -> bool:
    """Begin or end the time to top up as the books say now; returns whether it changed. The supplier is locked.

    Who is told of a shortage has DEPOSIT_TOP_UP_D from then; another draw in between does not begin it anew, and leaving
    and coming back does neither.
    """
    if supplier.status not in TOPS_UP:
        return False
    missing = missing_deposit(supplier, at=at)
    if supplier.credit_code is not None:
        missing += bonds_short(supplier)
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


# Whose time to top up has not begun though it is short, or has not ended though it is whole: as ``review_deposit`` decides.
TO_REVIEW = """
    SELECT s.public_id AS key, s.top_up_by, h.is_short FROM suppliers_supplier s, LATERAL (
        SELECT s.credit_code IS NOT NULL AND (
            coalesce((SELECT b.balance_fen FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
                      WHERE a.kind = 'supplier_deposit' AND a.party = s.public_id), 0)
            < coalesce((SELECT CASE WHEN t.is_closed THEN 0 WHEN t.doubles_deposit THEN 2 ELSE 1 END
                        FROM suppliers_supplierstanding t WHERE t.supplier_id = s.id), 1) * {deposit}
         OR coalesce((SELECT b.balance_fen FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
                      WHERE a.kind = 'category_bond' AND a.party = s.public_id), 0)
            < coalesce((SELECT sum(c.bond_fen) FROM suppliers_bondedcategory d
                        JOIN suppliers_category c ON c.id = d.category_id
                        WHERE d.supplier_id = s.id AND d.since IS NOT NULL), 0)) AS is_short) h
    WHERE s.status IN ('active', 'suspended') AND h.is_short <> (s.top_up_by IS NOT NULL) ORDER BY 1"""


def watch_deposits(*, at: datetime) -> int:
    """Tell whose deposit or bonds fell short since the last look, and whose are whole again; returns how many. Safe twice
    and at once.

    Refunds and compensations draw on a deposit in the middle of other locks, and operators change numbers: nobody there has
    to think of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(TO_REVIEW.format(deposit=rules_at(at).SUPPLIER_DEPOSIT_FEN))
        found = [key for key, *_rest in cursor.fetchall()]
    moved = 0
    for public_id in found:
        with transaction.atomic():
            moved += review_deposit(lock_supplier(public_id), at=at)
    return moved
