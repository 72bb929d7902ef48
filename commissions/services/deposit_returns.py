"""Giving a supplier that leaves its money back (docs/rules.md §1.6): what it owes is taken first, the rest goes to the
company's account as a payout does.

Locks: the supplier, then the return, then the transfer, then the supplier's accounts.
"""

from datetime import datetime

from django.db import transaction

from commissions import errors, letters
from commissions.models import DepositReturn, SupplierAccount
from commissions.services.outflows import Outflow
from commissions.states import DEPOSIT_RETURNS, OPEN_DEPOSIT_RETURNS, DepositReturnStatus
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.providers import Payee
from payments.states import PayeeKind, TransferCause
from suppliers import services as suppliers
from suppliers.models import Supplier
from suppliers.selectors import members_of
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan

CAUSE = TransferCause.DEPOSIT_RETURN
PARTS = (
    AccountKind.SUPPLIER_PAYABLE,
    AccountKind.CATEGORY_BOND,
    AccountKind.SUPPLIER_DEPOSIT,
)  # as debts take


def return_deposit(*, supplier: Supplier, actor: Actor, at: datetime, reason: str) -> DepositReturn | None:
    """Let everything go that the platform holds of a supplier: the first call begins it, above FOUR_EYES_PAYOUT_FEN another
    person's sends it. None: there was nothing to send, and the supplier is out.

    The caller has locked the supplier and found that nothing of it is open. Raises CompanyAccountMissing, StillOwes,
    SumsChanged, OwnMoney, SamePerson, MoveRefused.
    """
    known = DepositReturn.objects.filter(supplier=supplier, status__in=OPEN_DEPOSIT_RETURNS).first()
    if known is not None:
        row = lock_deposit_return(known.number)
        if row.status == DepositReturnStatus.REVIEWING:
            _require_unchanged(row)
        return OUTFLOW.approve(row, actor=actor, at=at, note=reason)
    begun = _begin(supplier, actor, at)
    if begun is None:
        suppliers.finish_exit(supplier, at=at, actor=actor, reason=reason)
        return None
    suppliers.begin_settling(supplier, at=at)
    return OUTFLOW.approve(begun, actor=actor, at=at, note=reason)


def _begin(supplier: Supplier, actor: Actor, at: datetime) -> DepositReturn | None:
    """Repay what is owed and take the rest off the supplier's accounts."""
    party = supplier.public_id
    posting.lock_party(party)
    held = {kind: selectors.balance(kind, party) for kind in PARTS}
    debt = selectors.balance(AccountKind.SUPPLIER_DEBT, party)
    if debt > sum(held.values()):
        raise errors.StillOwes(fen=format_yuan(debt - sum(held.values()), thousands=True))
    repaid = {}
    for kind in PARTS:
        repaid[kind] = min(debt, held[kind])
        debt -= repaid[kind]
        held[kind] -= repaid[kind]
    account = SupplierAccount.objects.filter(supplier=supplier, replaced_at=None).first()
    if account is None and any(held.values()):
        raise errors.CompanyAccountMissing
    number = order_number()
    owed = Side(AccountKind.SUPPLIER_DEBT, party)
    posting.post(
        Event(JournalKind.DEBT_REPAID, CAUSE, number),
        [Movement(Side(kind, party), owed, fen) for kind, fen in repaid.items()],
        at=at,
    )
    if account is None or not any(held.values()):
        return None
    row = DepositReturn.objects.create(
        number=number,
        supplier=supplier,
        account=account,
        payable_fen=held[AccountKind.SUPPLIER_PAYABLE],
        bond_fen=held[AccountKind.CATEGORY_BOND],
        deposit_fen=held[AccountKind.SUPPLIER_DEPOSIT],
        amount_fen=sum(held.values()),
        requested_at=at,
    )
    OUTFLOW.start(row, reviewed=True, actor=actor, at=at)
    return row


def _require_unchanged(row: DepositReturn) -> None:
    """Nothing came to the supplier's accounts and nothing is owed since the first look."""
    kinds = (*PARTS, AccountKind.SUPPLIER_DEBT)
    if any(selectors.balance(kind, row.supplier.public_id) for kind in kinds):
        raise errors.SumsChanged


def reject_deposit_return(*, number: str, actor: Actor, at: datetime, reason: str) -> DepositReturn:
    """Staff do not let it go, and the money is on the supplier's accounts again: as ``Outflow.reject``.

    Raises BadInput without a reason, NotFound, MoveRefused.
    """
    with transaction.atomic():
        row = OUTFLOW.reject(lock_deposit_return(number), actor=actor, at=at, reason=reason)
        if row.supplier.settling_since is not None:
            suppliers.end_settling(row.supplier)
        return row


def lock_deposit_return(number: str) -> DepositReturn:
    """Lock its supplier, which everything about an exit is written under, and then one return. Raises NotFound."""
    found = DepositReturn.objects.select_related("supplier").filter(number=number).first()
    if found is None:
        raise NotFound
    supplier = suppliers.lock_supplier(found.supplier.public_id)
    row = lock_rows(DepositReturn.objects.select_related("account").filter(number=number))[0]
    row.supplier = supplier
    return row


def deposit_return_paid(*, row: DepositReturn, at: datetime) -> None:
    """The company has its money, and the supplier is out. The caller holds the locks and concluded the transfer."""
    OUTFLOW.conclude(row, is_paid=True, at=at)
    suppliers.finish_exit(row.supplier, at=at)


def deposit_return_returned(*, row: DepositReturn, at: datetime) -> None:
    """The company's bank sent it back: it is on the supplier's accounts again, for staff to send anew. A supplier that is
    out stays out. As ``deposit_return_paid``.
    """
    OUTFLOW.conclude(row, is_paid=False, at=at)
    suppliers.end_settling(row.supplier)


def _send(row: DepositReturn, at: datetime) -> None:
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=row.number,
        payee=Payee(PayeeKind.BANK, row.account.name, row.account.account),
        amount_fen=row.amount_fen,
        at=at,
    )


def _parts(row: DepositReturn) -> list[tuple[Side, int]]:
    amounts = (row.payable_fen, row.bond_fen, row.deposit_fen)
    return [(Side(kind, row.supplier.public_id), fen) for kind, fen in zip(PARTS, amounts, strict=True)]


OUTFLOW: Outflow[DepositReturn] = Outflow(
    cause=CAUSE,
    moves=DEPOSIT_RETURNS,
    system=Actor.system("deposit returns"),
    out=JournalKind.DEPOSIT_RETURN,
    back=JournalKind.DEPOSIT_RETURN_BACK,
    paid=letters.DEPOSIT_RETURN_PAID,
    returned=letters.DEPOSIT_RETURN_FAILED,
    rejected=letters.DEPOSIT_RETURN_REJECTED,
    parts=_parts,
    readers=lambda row: members_of([row.supplier_id]).get(row.supplier_id, []),
    send=_send,
    given_back=lambda row, at: None,  # staff begin anew
)
