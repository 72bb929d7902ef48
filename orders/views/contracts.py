"""What both sides' pages of a contract share: what is shown, and the form that writes the next version."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from orders import services
from orders.forms import TermsForm
from orders.models import Contract, Order
from orders.selectors import VersionSight, versions_of
from orders.services.production import cancel_fee_of
from orders.states import ORDERS, OrderStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.idempotency import run_form_once


@dataclass(frozen=True, slots=True)
class ContractSight:
    """A contract as one of its sides sees it. ``is_mine``: it waits for this side's word; ``fee_fen``: what cancelling costs
    while it is being made.
    """

    order: Order
    contract: Contract
    versions: list[VersionSight]
    may: set[str]
    is_mine: bool
    is_over: bool
    fee_fen: int | None

    @property
    def newest(self) -> VersionSight:
        """The newest version."""
        return self.versions[0]

    @property
    def agreed(self) -> VersionSight | None:
        """The version that both accepted."""
        number = self.contract.agreed_version
        return next((sight for sight in self.versions if sight.version.number == number), None)

    @property
    def waits(self) -> bool:
        """Whether nothing is agreed yet."""
        return self.order.status == OrderStatus.AWAIT_AGREEMENT

    @property
    def is_made(self) -> bool:
        """Whether it is being made and can still be cancelled for the fee."""
        return self.fee_fen is not None


def sight_of(order: Order, side: ActorKind) -> ContractSight:
    """What a side sees of the contract of its order, which is loaded with it."""
    contract = order.contract
    mine = contract.buyer_version if side == ActorKind.BUYER else contract.supplier_version
    waits = order.status == OrderStatus.AWAIT_AGREEMENT
    in_production = contract.production_at is not None and order.status == OrderStatus.PAID
    return ContractSight(
        order=order,
        contract=contract,
        versions=versions_of(contract),
        may=ORDERS.events(order.status, side),
        is_mine=waits and mine != contract.latest,
        is_over=waits and clock.now() > contract.agree_by,
        fee_fen=cancel_fee_of(order=order) if in_production else None,
    )


def terms_form(sight: ContractSight, data: Any = None) -> TermsForm:
    """The form of the next version."""
    line = sight.order.lines.order_by("pk")[0]
    asked = [one["label"] for one in line.snapshot["custom"]["fields"]]
    return TermsForm(data, newest=sight.newest.version, asked=asked)


def propose(request: HttpRequest, order: Order, form: TermsForm, actor: Actor) -> int:
    """The number of the version that a valid form writes, once for each page that was drawn."""
    typed = form.terms_typed()

    def work() -> int:
        seen = form.cleaned_data["seen"]
        return services.propose_version(
            order=order, terms=typed, seen=seen, actor=actor, at=clock.now()
        ).number

    return int(once(request, f"contract {order.number} {actor.kind}", form.cleaned_data, work))


def once(request: HttpRequest, whose: str, inputs: object, work: Callable[[], Any]) -> Any:
    """Do it once for the key that was drawn with the page."""
    return run_form_once(
        actor=whose, key=request.POST.get("key", ""), inputs=inputs, at=clock.now(), work=work
    )
