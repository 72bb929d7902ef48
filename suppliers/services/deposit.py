"""The supplier's deposit of docs/rules.md §1.3 rule 30: paid at the cashier, and with it the supplier is let in or sells
again.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import notify
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.models import Charge
from payments.selectors import overdue_deposits
from payments.states import Purpose
from suppliers import letters
from suppliers.models import Supplier
from suppliers.selectors import members_of
from suppliers.services.locks import lock_supplier
from suppliers.services.topping_up import missing_deposit, review_deposit
from suppliers.states import SUPPLIERS, TOPS_UP, SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("deposit")


def open_deposit_payment(*, supplier: Supplier, actor: Actor, at: datetime) -> Charge:
    """The charge with which an approved supplier pays what its deposit is short of, or one that is in tops it up; one is
    open at a time.

    One that is overdue, or for another amount than what is short now, is closed and made anew. Raises NotFound, MoveRefused
    when no deposit is awaited from this actor.
    """
    with transaction.atomic():
        row = lock_supplier(supplier.public_id)
        missing = missing_deposit(row, at=at)
        is_wanted = row.status == SupplierStatus.AWAIT_DEPOSIT or (row.status in TOPS_UP and missing > 0)
        if not is_wanted or actor.kind != ActorKind.SUPPLIER or actor.ref != row.public_id:
            raise MoveRefused(state=row.get_status_display(), event=str(SUPPLIERS.event_labels["deposit"]))
        known = payments.open_charge_of(purpose=Purpose.DEPOSIT, reference=row.public_id)
        if known is not None and (at > known.expires_at or known.amount_fen != missing):
            payments.close_deposit_charges(reference=row.public_id, at=at)
        return payments.open_charge(
            reference=row.public_id,
            amount_fen=missing,
            title=_("供应商保证金 {name}").format(name=row.name),
            expires_at=at + timedelta(minutes=rules_at(at).PAY_TIMEOUT_MIN),
            at=at,
        )


def awaits_deposit(supplier: Supplier, charge: Charge, *, at: datetime) -> bool:
    """Whether money for this charge is still wanted: the supplier waits for it or its deposit is short, and the charge is
    not overdue.
    """
    if at > charge.expires_at:
        return False
    if supplier.status in TOPS_UP:
        return missing_deposit(supplier, at=at) > 0
    return supplier.status == SupplierStatus.AWAIT_DEPOSIT


def receive_deposit(*, supplier: Supplier, charge_number: str, amount_fen: int, at: datetime) -> Supplier:
    """A deposit charge was paid: book it. Whole, it lets the supplier in (S6), or ends its time to top up.

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
        review_deposit(supplier, at=at, ref=charge_number)
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
