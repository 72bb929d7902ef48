"""Damage to what suppliers get back when they leave."""

from commissions.models import DepositReturn
from suppliers.models import Supplier
from tests.flows.planting.registry import Found, damage
from tests.flows.planting.world import World


def return_in(status: str) -> DepositReturn:
    """The only return in a status."""
    return DepositReturn.objects.get(status=status)


@damage("deposit_return_audited", "deposit_return_transfer", "payout_clearing", "supplier_exited")
def a_return_called_paid(world: World) -> Found:
    row = return_in("reviewing")
    DepositReturn.objects.filter(pk=row.pk).update(status="paid")
    return row.number, row.number, "payout_clearing", row.supplier.public_id


@damage("deposit_return_booked", "deposit_return_transfer", "deposit_account")
def a_return_of_another_amount(world: World) -> Found:
    row = return_in("paid")
    DepositReturn.objects.filter(pk=row.pk).update(
        amount_fen=row.amount_fen + 1, deposit_fen=row.deposit_fen + 1
    )
    return row.number, row.number, row.supplier.public_id


@damage("supplier_exited")
def an_exit_that_could_be_taken_back(world: World) -> str:
    row = return_in("reviewing")
    Supplier.objects.filter(pk=row.supplier_id).update(settling_since=None)
    return row.supplier.public_id


@damage("supplier_audited", "supplier_exited")
def a_supplier_that_is_paid_and_still_there(world: World) -> Found:
    row = return_in("paid")
    Supplier.objects.filter(pk=row.supplier_id).update(status="exiting", exited_at=None)
    return row.supplier.public_id, row.supplier.public_id
