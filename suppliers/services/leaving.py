"""Leaving the platform (docs/rules.md §1.6): nothing new is sold, what is open is finished, and it can be taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from payments import services as payments
from payments.states import Purpose
from suppliers import errors, letters
from suppliers.models import Supplier
from suppliers.selectors import members_of
from suppliers.services.locks import lock_supplier
from suppliers.services.topping_up import review_deposit
from suppliers.states import SUPPLIERS, SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused

SYSTEM = Actor.system("exits")


def begin_exit(*, public_id: str, actor: Actor, at: datetime, reason: str = "") -> Supplier:
    """S11: the supplier or staff begin its exit. Its goods are off sale at once; open charges for deposit and bonds close.

    Orders, cases and disputes go on, and so do payouts unless it was suspended. Raises BadInput when staff give no reason,
    NotFound, MoveRefused.
    """
    reason = reason.strip()
    if actor.kind == ActorKind.STAFF and len(reason) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = _own(public_id, "leave", actor)
        left_from = row.status
        SUPPLIERS.apply(
            row,
            "leave",
            actor=actor,
            at=at,
            reason=reason,
            exiting_since=at,
            exit_from=left_from,
            exit_by=actor.kind,
        )
        for purpose in (Purpose.DEPOSIT, Purpose.BOND):
            payments.close_deposit_charges(reference=row.public_id, at=at, purpose=purpose)
        _tell(row, letters.EXIT_BEGUN, at, reason=reason[:200])
        return row


def come_back(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Supplier:
    """S12: end an exit; the supplier is again what it was, and what its deposit is short of is asked for.

    Raises StaffBeganExit when the supplier takes back what staff began, ExitBeingPaid while its money is on the way out,
    NotFound, MoveRefused.
    """
    with transaction.atomic():
        row = _own(public_id, "come_back", actor)
        if actor.kind == ActorKind.SUPPLIER and row.exit_by != ActorKind.SUPPLIER:
            raise errors.StaffBeganExit
        if row.settling_since is not None:
            raise errors.ExitBeingPaid
        SUPPLIERS.apply(
            row,
            "come_back",
            actor=actor,
            at=at,
            reason=note.strip(),
            target=row.exit_from,
            exiting_since=None,
            exit_from="",
            exit_by="",
        )
        review_deposit(row, at=at)
        _tell(row, letters.EXIT_ENDED, at, state=row.get_status_display())
        return row


def begin_settling(supplier: Supplier, *, at: datetime) -> None:
    """Its money is on the way out: the locked supplier's exit is not taken back until it ended or came back."""
    supplier.settling_since = at
    supplier.save(update_fields=["settling_since"])


def end_settling(supplier: Supplier) -> None:
    """Its money is here again; the supplier is locked."""
    supplier.settling_since = None
    supplier.save(update_fields=["settling_since"])


def finish_exit(supplier: Supplier, *, at: datetime, actor: Actor = SYSTEM, reason: str = "") -> None:
    """S13: everything is paid, the locked supplier is out. One that is out already stays so."""
    end_settling(supplier)
    if supplier.status == SupplierStatus.EXITED:
        return
    SUPPLIERS.apply(supplier, "exit", actor=actor, at=at, reason=reason, exited_at=at)
    _tell(supplier, letters.EXIT_DONE, at)


def _own(public_id: str, event: str, actor: Actor) -> Supplier:
    """The locked supplier, when this actor may do this to it now."""
    row = lock_supplier(public_id)
    SUPPLIERS.require(row.status, event, actor)
    if actor.kind == ActorKind.SUPPLIER and actor.ref != row.public_id:
        raise MoveRefused(state=row.get_status_display(), event=str(SUPPLIERS.event_labels[event]))
    return row


def _tell(row: Supplier, kind: Letter, at: datetime, **facts: str) -> None:
    notify(
        kind=kind,
        recipients=members_of([row.pk]).get(row.pk, []),
        ref=f"{row.public_id}:{at.isoformat()}",
        at=at,
        facts={"name": row.name, **facts},
    )
