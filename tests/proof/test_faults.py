"""The proof proves something: with a fault planted in the product, the machine comes upon a difference."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from commissions.models import CommissionLine
from commissions.services import lines
from ledger import selectors
from ledger.models import AccountKind
from orders.services import refunds
from storefronts.models import OwnerStanding
from taoxiaopu.kernel import money
from taoxiaopu.kernel.settings import rules_at
from tests.proof.machine import Machine, build
from tests.proof.test_machine import drive

PATCH = pytest.MonkeyPatch


def bankers_rounding(patch: PATCH) -> None:
    """Half a fen goes to the even neighbour."""
    patch.setattr(money, "half_up", lambda numerator, denominator: round(numerator / denominator))


def debt_is_not_repaid(patch: PATCH) -> None:
    patch.setattr(lines, "_repay_debt", lambda line, at: None)


def withdrawable_is_taken_first(patch: PATCH) -> None:
    """What was settled is taken back before what still waits for its settlement."""
    rightly = lines._take_from_owner

    def wrongly(sources: Sequence[CommissionLine], due: int) -> tuple[dict[AccountKind, int], dict[int, int]]:
        owner = sources[0].owner.public_id
        first = min(due, max(0, selectors.balance(AccountKind.OWNER_WITHDRAWABLE, owner)))
        parts, shares = rightly(sources, due - first)
        parts[AccountKind.OWNER_WITHDRAWABLE] += first
        return parts, shares

    patch.setattr(lines, "_take_from_owner", wrongly)


def freight_is_forgotten(patch: PATCH) -> None:
    """The last line of an unshipped order is refunded without its freight."""
    patch.setattr(refunds, "_freight_with", lambda order: 0)


def bonus_is_read_at_payment(patch: PATCH) -> None:
    """By the owner's level of the day of payment, not of the order."""
    rightly: Callable[..., None] = lines.estimate

    def wrongly(new: Sequence[lines.NewLine], *, at: Any) -> None:
        tier = OwnerStanding.objects.get(owner=new[0].owner).tier
        rightly([replace(line, bonus_bp=rules_at(at).BONUS_BP[tier - 1]) for line in new], at=at)

    patch.setattr("orders.services.paying.commissions.estimate", wrongly)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "plant",
    [
        bankers_rounding,
        debt_is_not_repaid,
        withdrawable_is_taken_first,
        freight_is_forgotten,
        bonus_is_read_at_payment,
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[PATCH], None], monkeypatch: PATCH) -> None:
    class Faulty(Machine):
        pass

    Faulty.cast = build()
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=r"on the platform, .* in the model"):
        drive(Faulty, 200, 10, shrink=False)
