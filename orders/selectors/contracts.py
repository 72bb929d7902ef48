"""Contracts of customised goods: one order's, with what differs between versions, and those that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.access import Holder
from orders.models import Contract, ContractVersion, Order, OrderLine
from orders.states import OrderStatus
from suppliers.models import Supplier
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp


def is_custom(line: OrderLine) -> bool:
    """Whether a line was bought as a customised good."""
    return bool(line.snapshot.get("custom"))


def is_in_production(line: OrderLine) -> bool:
    """Whether a customised good is being made: production began and it was not shipped (O18)."""
    if line.shipped_in_id is not None or not is_custom(line):
        return False
    return Contract.objects.filter(order_id=line.order_id, production_at__isnull=False).exists()


def contract_of(order: Order) -> Contract | None:
    """The contract of an order; None for goods from stock."""
    return Contract.objects.filter(order=order).first()


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a version says, and what it said before when that was something else."""

    label: str
    value: str
    before: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class VersionSight:
    """One version as pages show it: what it says, and which sides accepted it."""

    version: ContractVersion
    clauses: list[Clause]
    buyer_accepted_at: datetime | None
    supplier_accepted_at: datetime | None

    @property
    def is_buyers(self) -> bool:
        """Whether the buyer wrote it."""
        return self.version.side == ActorKind.BUYER


def versions_of(contract: Contract) -> list[VersionSight]:
    """All versions of a contract, the newest first, each beside the one before."""
    found = list(contract.versions.prefetch_related("acceptances").order_by("number"))
    sights: list[VersionSight] = []
    before: ContractVersion | None = None
    for version in found:
        accepted = {one.side: one.at for one in version.acceptances.all()}
        sights.append(
            VersionSight(
                version,
                _clauses(version, before),
                accepted.get(ActorKind.BUYER),
                accepted.get(ActorKind.SUPPLIER),
            )
        )
        before = version
    return sights[::-1]


def _clauses(version: ContractVersion, before: ContractVersion | None) -> list[Clause]:
    now, then = _says(version), _says(before) if before else {}
    labels = [*now, *(label for label in then if label not in now)]
    return [
        Clause(label, now.get(label, ""), then.get(label, ""), before is not None and now.get(label) != then.get(label))
        for label in labels
    ]  # fmt: skip


def _says(version: ContractVersion) -> dict[str, str]:
    """What a version says, by what it is about."""
    days = ngettext("{n} 天", "{n} 天", version.lead_d).format(n=version.lead_d)
    return {
        _("制作内容"): version.making,
        **{one["label"]: one["value"] for one in version.wishes},
        _("付款后多久发货"): days,
        _("制作开始后取消，商家留下"): percent_bp(version.cancel_fee_bp),
        **({_("修改约定与双方责任"): version.terms} if version.terms else {}),
    }


def _waiting(supplier: Supplier) -> "QuerySet[Contract]":
    """Contracts of a supplier's orders about which nothing is agreed yet, the next deadline first."""
    found = Contract.objects.filter(order__supplier=supplier, order__status=OrderStatus.AWAIT_AGREEMENT)
    return _with_lines(found).order_by("agree_by", "pk")


def agreements_of(supplier: Supplier, *, tab: str) -> "QuerySet[Contract]":
    """A supplier's contracts of one of AGREEMENT_TABS, or all, newest first; those that wait by deadline."""
    if tab == "waiting":
        return _waiting(supplier)
    found = Contract.objects.filter(order__supplier=supplier)
    if tab == "to_make":
        found = found.filter(order__status=OrderStatus.PAID).order_by("order__ship_by", "pk")
        return _with_lines(found)
    return _with_lines(found).order_by("-pk")


AGREEMENT_TABS = ("waiting", "to_make", "all")


def agreement_counts(supplier: Supplier) -> dict[str, int]:
    """How many contracts each of AGREEMENT_TABS holds, and ``mine``: those that wait for the supplier's own word."""
    found = Contract.objects.filter(order__supplier=supplier)
    waiting = found.filter(order__status=OrderStatus.AWAIT_AGREEMENT)
    return {
        "waiting": waiting.count(),
        "to_make": found.filter(order__status=OrderStatus.PAID).count(),
        "all": found.count(),
        "mine": waiting.exclude(supplier_version=F("latest")).count(),
    }


def agreements_of_holder(holder: Holder) -> "QuerySet[Contract]":
    """A consumer's contracts, newest first."""
    found = Contract.objects.filter(holder.trades("order__trade__"))
    return _with_lines(found).order_by("-pk")


def _with_lines(found: "QuerySet[Contract]") -> "QuerySet[Contract]":
    return found.select_related("order__trade", "order__supplier").prefetch_related(
        "order__lines__good", "versions"
    )


def version_numbered(sights: Sequence[VersionSight], number: int | None) -> VersionSight | None:
    """The version with this number, or None."""
    return next((sight for sight in sights if sight.version.number == number), None)
