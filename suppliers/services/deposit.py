"""The supplier's deposit of docs/rules.md §1.3 rule 30: paid at the cashier, and with it the supplier is let in."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import notify
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.models import Charge
from payments.selectors import overdue_deposits
from suppliers import letters
from suppliers.models import Supplier
from suppliers.selectors import members_of
from suppliers.services.locks import lock_supplier
from suppliers.states import SUPPLIERS, SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("deposit")


def missing_deposit(supplier: Supplier, *, at: datetime) -> int:
    """Fen that the supplier's deposit is short of what is required; 0 when it is whole."""
    held = selectors.balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id)
    return max(0, rules_at(at).SUPPLIER_DEPOSIT_FEN - held)


def open_deposit_payment(*, supplier: Supplier, actor: Actor, at: datetime) -> Charge:
    """The charge with which an approved supplier pays what its deposit is short of; one is open at a time.

    An overdue one is closed and made anew. Raises NotFound, MoveRefused when no deposit is awaited from this actor.
    """
    with transaction.atomic():
        row = lock_supplier(supplier.public_id)
        SUPPLIERS.require(row.status, "deposit", SYSTEM)
        if actor.kind != ActorKind.SUPPLIER or actor.ref != row.public_id:
            raise MoveRefused(state=row.get_status_display(), event=str(SUPPLIERS.event_labels["deposit"]))
        payments.close_deposit_charges(reference=row.public_id, at=at, overdue_only=True)
        return payments.open_charge(
            reference=row.public_id,
            amount_fen=missing_deposit(row, at=at),
            title=_("供应商保证金 {name}").format(name=row.name),
            expires_at=at + timedelta(minutes=rules_at(at).PAY_TIMEOUT_MIN),
            at=at,
        )


def awaits_deposit(supplier: Supplier, charge: Charge, *, at: datetime) -> bool:
    """Whether money for this charge is still wanted: the supplier waits for it, and the charge is not overdue."""
    return supplier.status == SupplierStatus.AWAIT_DEPOSIT and at <= charge.expires_at


def receive_deposit(*, supplier: Supplier, charge_number: str, amount_fen: int, at: datetime) -> Supplier:
    """A deposit charge was paid: book it, and let the supplier in when its deposit is whole (S6).

    The caller has locked the supplier and applied the payment. Booked once per charge.
    """
    with transaction.atomic():
        posting.post(
            Event(JournalKind.DEPOSIT, "charge", charge_number),
            [
                Movement(
                    Side(AccountKind.CHANNEL_CLEARING),
                    Side(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id),
                    amount_fen,
                )
            ],
            at=at,
        )
        if supplier.status == SupplierStatus.AWAIT_DEPOSIT and not missing_deposit(supplier, at=at):
            SUPPLIERS.apply(supplier, "deposit", actor=SYSTEM, at=at)
            notify(
                kind=letters.DEPOSIT_RECEIVED,
                recipients=members_of([supplier.pk]).get(supplier.pk, []),
                ref=charge_number,
                at=at,
                facts={"amount_fen": amount_fen},
            )
        payments.close_deposit_charges(reference=supplier.public_id, at=at)
        return supplier


def close_overdue_deposits(*, at: datetime) -> int:
    """Close deposit charges that nobody paid in time, supplier by supplier; returns how many."""
    closed = 0
    for public_id in overdue_deposits(at=at):
        with transaction.atomic():
            lock_supplier(public_id)
            closed += payments.close_deposit_charges(reference=public_id, at=at, overdue_only=True)
    return closed
