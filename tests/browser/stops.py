"""A stop of the tour, and how the ids in its address are found in the demo's world."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from commissions.models import (
    DepositReturn,
    Statement,
    SupplierStatement,
    SupplierStatementLine,
)
from disputes.models import Case, Dispute, Penalty
from ledger.models import Account, Journal
from orders.models import Order, OrderLine
from payments.models import Charge
from reconciliation.models import Difference, ManualJournal
from rulebook.models import Version
from storefronts.models import Poster
from suppliers.models import CatalogueImport, Good
from taoxiaopu.kernel import clock
from tax.models import CommissionInvoice
from tax.selectors import tax_years_of
from tests.browser.world import World

Ids = Callable[[World], dict[str, Any]]


def none(_world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Stop:
    """One look at an address: by whom, with which ids and query; ``status`` is what it answers. A ``file`` is fetched,
    a page is looked at.
    """

    role: str = "visitor"
    ids: Ids = none
    query: Callable[[World], str] = lambda _world: ""
    status: int = 200
    file: bool = False
    name: str = ""


def order(status: str) -> Ids:
    return lambda world: {"number": world.order(status).number}


def suppliers_order(status: str) -> Ids:
    return lambda world: {
        "number": Order.objects.filter(supplier=world.supplier, status=status).order_by("pk")[0].number
    }


def agreement(status: str) -> Ids:
    """A guest's order of a customised good."""

    def ids(world: World) -> dict[str, Any]:
        found = Order.objects.filter(contract__isnull=False, status=status, trade__number__in=world.held)
        return {"number": found.order_by("pk")[0].number}

    return ids


def suppliers_agreement(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        found = Order.objects.filter(contract__isnull=False, status=status, supplier=world.supplier)
        return {"number": found.order_by("pk")[0].number}

    return ids


def line(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        waiting = Order.objects.filter(trade__number__in=world.held, status=status, lines__cases__isnull=True)
        return {"ref": waiting.order_by("pk")[0].lines.order_by("pk")[0].ref}

    return ids


def good(world: World) -> dict[str, Any]:
    return {"public_id": world.shop.picks.order_by("pk")[5].good.public_id}


def own_good(status: str) -> Ids:
    return lambda world: {
        "public_id": Good.objects.filter(supplier=world.supplier, status=status).order_by("pk")[0].public_id
    }


def seasonal(season: str) -> Ids:
    """A good before, in or after its season."""

    def find(_world: World) -> dict[str, Any]:
        at = clock.now()
        goods = Good.objects.filter(Q(sale_from__isnull=False) | Q(sale_until__isnull=False)).order_by("pk")
        return {"public_id": next(good.public_id for good in goods if good.season_at(at) == season)}

    return find


def penalty(status: str) -> Ids:
    return lambda world: {"number": Penalty.objects.filter(owner=world.owner, status=status)[0].number}


def line_to_ship(world: World) -> dict[str, Any]:
    """A line of an order that waits, and that no case holds."""
    lines = OrderLine.objects.filter(order__supplier=world.supplier, order__status="paid", refunded_fen=0)
    return {"ref": lines.filter(order__holds=None).order_by("pk")[0].ref}


def case_of_supplier(status: str) -> Ids:
    return lambda world: {
        "number": Case.objects.filter(order__supplier=world.supplier, status=status)[0].number
    }


def dispute_of_supplier(status: str) -> Ids:
    return lambda world: {
        "number": Dispute.objects.filter(order__supplier=world.supplier, status=status)[0].number
    }


def upload(status: str, *, staff: bool = False) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        whose = None if staff else world.supplier
        rows = CatalogueImport.objects.filter(status=status, supplier=whose)
        return {"public_id": rows.order_by("pk")[0].public_id}

    return ids


def pick(world: World) -> dict[str, Any]:
    poster = Poster.objects.filter(pick__shop=world.shop, status="ready").order_by("pk")[0]
    return {"pick_id": poster.pick_id}


def some_statement(_world: World) -> dict[str, Any]:
    return {"pk": Statement.objects.latest("pk").pk}


def account(world: World) -> dict[str, Any]:
    return {"object_id": Account.objects.get(kind="owner_withdrawable", party=world.owner.public_id).pk}


def corrected(_world: World) -> dict[str, Any]:
    """The order that a manual journal was booked for."""
    return {"number": ManualJournal.objects.get(status="posted").order_number}


def voided(_world: World) -> dict[str, Any]:
    """An order whose commission staff voided after it was final."""
    return {"number": Journal.objects.filter(kind="commission_void")[0].order_number}


def open_difference() -> Difference:
    return Difference.objects.filter(status="open")[0]


def statement(world: World) -> dict[str, Any]:
    month = Statement.objects.filter(owner=world.owner).order_by("month")[1].month
    return {"year": month.year, "month": month.month}


def months(world: World) -> dict[str, Any]:
    """The supplier's month with the most lines."""
    month = SupplierStatement.objects.filter(supplier=world.supplier).latest("lines").month
    return {"year": month.year, "month": month.month}


def deposit_return(world: World) -> dict[str, Any]:
    """What the supplier that is out got back, after its bank had returned it once."""
    user = world.people["gone"]
    return {"number": DepositReturn.objects.filter(supplier__members__user=user, status="paid").get().number}


def journal(kind: str) -> Ids:
    return lambda world: {
        "pk": SupplierStatementLine.objects.filter(statement__supplier=world.supplier, kind=kind)[
            0
        ].journal_id
    }


def invoice(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        month = CommissionInvoice.objects.filter(supplier=world.supplier, status=status).latest("month").month
        return {"year": month.year, "month": month.month}

    return ids


def suppliers_statement(_world: World) -> dict[str, Any]:
    return {"pk": SupplierStatement.objects.latest("lines").pk}


def tax_year(world: World) -> dict[str, Any]:
    return {"year": tax_years_of(world.owner)[0].year}


def charge(world: World) -> dict[str, Any]:
    return {"number": Charge.objects.filter(trade_number__in=world.held, status="open")[0].number}


def draft(_world: World) -> dict[str, Any]:
    return {"pk": Version.objects.get(status="draft").pk}


def sku(world: World) -> str:
    sku = world.shop.picks.order_by("pk")[5].good.skus.get()
    return f"?sku={sku.pk}&quantity=2&shop={world.shop.number}"


def shop(world: World) -> dict[str, Any]:
    return {"number": world.shop.number}


def visitor(*ids: Ids, **more: Any) -> list[Stop]:
    return [Stop("visitor", one, **more) for one in ids or (none,)]


def guest(*ids: Ids) -> list[Stop]:
    return [Stop("guest", one) for one in ids or (none,)]


def member(*ids: Ids) -> list[Stop]:
    return [Stop("member", one) for one in ids or (none,)]


def owner(*ids: Ids) -> list[Stop]:
    return [Stop("owner", one) for one in ids or (none,)]


def supplier(*ids: Ids) -> list[Stop]:
    return [Stop("supplier", one) for one in ids or (none,)]


def staff(*ids: Ids) -> list[Stop]:
    return [Stop("staff", one) for one in ids or (none,)]


def file(role: str, ids: Ids = none) -> list[Stop]:
    return [Stop(role, ids, file=True)]
