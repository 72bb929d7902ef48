"""What a supplier owes is taken from its payable, then its bond, its deposit, and at last a debt (§5.6)."""

from ledger import posting, selectors
from ledger.models import AccountKind
from ledger.posting import Side

SOURCES = (AccountKind.SUPPLIER_PAYABLE, AccountKind.CATEGORY_BOND, AccountKind.SUPPLIER_DEPOSIT)


def take_from_supplier(public_id: str, amount_fen: int) -> list[tuple[Side, int]]:
    """Sides to debit and how much of each, adding up to ``amount_fen``. Locks the supplier's accounts first."""
    posting.lock_party(public_id)
    parts: list[tuple[Side, int]] = []
    for kind in SOURCES:
        share = min(amount_fen, max(0, selectors.balance(kind, public_id)))
        if share:
            parts.append((Side(kind, public_id), share))
            amount_fen -= share
    if amount_fen:
        parts.append((Side(AccountKind.SUPPLIER_DEBT, public_id), amount_fen))
    return parts
