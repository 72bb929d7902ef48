"""A company that left some weeks ago: its bank returned the deposit once, and paid it the second time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from commissions import services as commissions
from disputes import services as disputes
from suppliers import services as suppliers
from suppliers.models import Supplier
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.payouts import RETURNED
from taoxiaopu.flows.demo.people import COMPANY_ACCOUNT, Cast
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel.actors import Actor, ActorKind


def plan_an_exit(play: Stage, people: Cast, now: datetime) -> None:
    """It leaves, two people let its money go to a closed account, it names another, and they do it again."""

    def at(days: float, act: Callable[[Supplier, datetime], object]) -> None:
        def run(then: datetime) -> None:
            act(company_of(cast.GONE), then)

        play.at(now - timedelta(days=days), run)

    at(24, lambda row, then: _account(row, RETURNED, then))
    at(
        23,
        lambda row, then: suppliers.begin_exit(
            public_id=row.public_id, actor=_own(row), at=then, reason=cast.WHY_GONE
        ),
    )
    for n, person in enumerate(people.staff):
        at(22 - n / 24, lambda row, then, who=person: settle(row, who, then))
    at(20, lambda row, then: _account(row, COMPANY_ACCOUNT, then))
    for n, person in enumerate(people.staff):
        at(19 - n / 24, lambda row, then, who=person: settle(row, who, then))


def company_of(company: cast.Company) -> Supplier:
    """The supplier that a company of the cast became."""
    return Supplier.objects.get(credit_code=company.application.credit_code)


def settle(row: Supplier, person: Actor, at: datetime) -> None:
    """One of the staff found that nothing of it is open."""
    disputes.settle_exit(public_id=row.public_id, actor=person, at=at, reason=cast.WHY_SETTLED)


def _account(row: Supplier, account: str, at: datetime) -> None:
    commissions.set_supplier_account(supplier=row, name=row.name, account=account, actor=_own(row), at=at)


def _own(row: Supplier) -> Actor:
    return Actor(ActorKind.SUPPLIER, row.public_id)
