"""Damage to contracts of customised goods."""

from orders.models import Contract, ContractAcceptance, ContractVersion
from tests.factories.proof import guards_off
from tests.flows.planting.orders import set_order
from tests.flows.planting.registry import Found, damage
from tests.flows.planting.world import World


@damage("contract_agreed", "contract_versions")
def an_agreement_of_one_side(world: World) -> Found:
    order = world.orders["agreed"]
    with guards_off():
        ContractAcceptance.objects.get(version__contract__order=order, side="supplier").delete()
    return order.number, order.number


@damage("contract_versions")
def a_version_that_nobody_wrote(world: World) -> str:
    Contract.objects.filter(order=world.orders["agreeing"]).update(latest=2)
    return world.orders["agreeing"].number


@damage("contract_seal")
def other_words_than_were_accepted(world: World) -> str:
    order = world.orders["agreed"]
    with guards_off():
        ContractVersion.objects.filter(contract__order=order).update(lead_d=90)
    return f"{order.number} 1"


@damage("contract_agreed", "order_audited")
def an_order_that_waits_for_payment_unagreed(world: World) -> Found:
    number = set_order(world, "agreeing", status="pending_payment")
    return number, number
