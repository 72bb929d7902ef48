"""Damage to what a penalty takes of a commission."""

from commissions.models import CommissionLine
from disputes import services as disputes
from disputes.models import Penalty
from disputes.services import PenaltyDraft
from disputes.states import Offence
from tests.factories.payouts import ANNA
from tests.flows.planting.registry import damage
from tests.flows.planting.world import NOW, World


@damage("penalty_commission")
def a_penalty_that_says_it_took_a_commission(world: World) -> str:
    draft = PenaltyDraft(Offence.FALSE_PROMISE, 4, "查实", world.order("waiting"))
    row = disputes.give_penalty(party=world.owner, draft=draft, key="planted", actor=ANNA, at=NOW)
    assert CommissionLine.objects.filter(order_number=world.orders["waiting"].number).exists()
    Penalty.objects.filter(pk=row.pk).update(voided_at=NOW)
    return row.number
