"""The tour's table: for each address that shows something, who looks at it and how its ids are filled.

An address in neither ``PAGES`` nor ``not_pages.NOT_PAGES`` fails the build, and so does one that is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.selectors import addresses_of
from commissions.models import (
    DepositReturn,
    Statement,
    SupplierPayout,
    SupplierStatement,
    SupplierStatementLine,
    TierRun,
    Withdrawal,
)
from disputes.models import Case, Dispute, Penalty
from ledger.models import Account, Journal
from ledger.selectors import month_to_close
from orders.models import Order, OrderLine
from payments.models import Charge
from reconciliation.models import Difference, ManualJournal
from rulebook.models import Version
from storefronts.models import Poster, ShareLink
from suppliers.models import CatalogueImport, Good
from taoxiaopu.kernel import clock
from tax.models import CommissionInvoice
from tax.selectors import tax_years_of
from tests.browser.world import World

Ids = Callable[[World], dict[str, Any]]


def _none(_world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Stop:
    """One look at an address: by whom, with which ids and query; ``status`` is what it answers. A ``file`` is fetched,
    a page is looked at.
    """

    role: str = "visitor"
    ids: Ids = _none
    query: Callable[[World], str] = lambda _world: ""
    status: int = 200
    file: bool = False
    name: str = ""


def _order(status: str) -> Ids:
    return lambda world: {"number": world.order(status).number}


def _suppliers_order(status: str) -> Ids:
    return lambda world: {
        "number": Order.objects.filter(supplier=world.supplier, status=status).order_by("pk")[0].number
    }


def _agreement(status: str) -> Ids:
    """A guest's order of a customised good."""

    def ids(world: World) -> dict[str, Any]:
        found = Order.objects.filter(contract__isnull=False, status=status, trade__number__in=world.held)
        return {"number": found.order_by("pk")[0].number}

    return ids


def _suppliers_agreement(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        found = Order.objects.filter(contract__isnull=False, status=status, supplier=world.supplier)
        return {"number": found.order_by("pk")[0].number}

    return ids


def _line(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        waiting = Order.objects.filter(trade__number__in=world.held, status=status, lines__cases__isnull=True)
        return {"ref": waiting.order_by("pk")[0].lines.order_by("pk")[0].ref}

    return ids


def _good(world: World) -> dict[str, Any]:
    return {"public_id": world.shop.picks.order_by("pk")[5].good.public_id}


def _own_good(status: str) -> Ids:
    return lambda world: {
        "public_id": Good.objects.filter(supplier=world.supplier, status=status).order_by("pk")[0].public_id
    }


def _seasonal(season: str) -> Ids:
    """A good before, in or after its season."""

    def find(_world: World) -> dict[str, Any]:
        at = clock.now()
        goods = Good.objects.filter(Q(sale_from__isnull=False) | Q(sale_until__isnull=False)).order_by("pk")
        return {"public_id": next(good.public_id for good in goods if good.season_at(at) == season)}

    return find


def _penalty(status: str) -> Ids:
    return lambda world: {"number": Penalty.objects.filter(owner=world.owner, status=status)[0].number}


def _line_to_ship(world: World) -> dict[str, Any]:
    """A line of an order that waits, and that no case holds."""
    lines = OrderLine.objects.filter(order__supplier=world.supplier, order__status="paid", refunded_fen=0)
    return {"ref": lines.filter(order__holds=None).order_by("pk")[0].ref}


def _case_of_supplier(status: str) -> Ids:
    return lambda world: {
        "number": Case.objects.filter(order__supplier=world.supplier, status=status)[0].number
    }


def _dispute_of_supplier(status: str) -> Ids:
    return lambda world: {
        "number": Dispute.objects.filter(order__supplier=world.supplier, status=status)[0].number
    }


def _import(status: str, *, staff: bool = False) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        whose = None if staff else world.supplier
        rows = CatalogueImport.objects.filter(status=status, supplier=whose)
        return {"public_id": rows.order_by("pk")[0].public_id}

    return ids


def _pick(world: World) -> dict[str, Any]:
    poster = Poster.objects.filter(pick__shop=world.shop, status="ready").order_by("pk")[0]
    return {"pick_id": poster.pick_id}


def _some_statement(_world: World) -> dict[str, Any]:
    return {"pk": Statement.objects.latest("pk").pk}


def _account(world: World) -> dict[str, Any]:
    return {"object_id": Account.objects.get(kind="owner_withdrawable", party=world.owner.public_id).pk}


def _corrected(_world: World) -> dict[str, Any]:
    """The order that a manual journal was booked for."""
    return {"number": ManualJournal.objects.get(status="posted").order_number}


def _voided(_world: World) -> dict[str, Any]:
    """An order whose commission staff voided after it was final."""
    return {"number": Journal.objects.filter(kind="commission_void")[0].order_number}


def _open_difference() -> Difference:
    return Difference.objects.filter(status="open")[0]


def _statement(world: World) -> dict[str, Any]:
    month = Statement.objects.filter(owner=world.owner).order_by("month")[1].month
    return {"year": month.year, "month": month.month}


def _months(world: World) -> dict[str, Any]:
    """The supplier's month with the most lines."""
    month = SupplierStatement.objects.filter(supplier=world.supplier).latest("lines").month
    return {"year": month.year, "month": month.month}


def _return(world: World) -> dict[str, Any]:
    """What the supplier that is out got back, after its bank had returned it once."""
    user = world.people["gone"]
    return {"number": DepositReturn.objects.filter(supplier__members__user=user, status="paid").get().number}


def _journal(kind: str) -> Ids:
    return lambda world: {
        "pk": SupplierStatementLine.objects.filter(statement__supplier=world.supplier, kind=kind)[
            0
        ].journal_id
    }


def _invoice(status: str) -> Ids:
    def ids(world: World) -> dict[str, Any]:
        month = CommissionInvoice.objects.filter(supplier=world.supplier, status=status).latest("month").month
        return {"year": month.year, "month": month.month}

    return ids


def _suppliers_statement(_world: World) -> dict[str, Any]:
    return {"pk": SupplierStatement.objects.latest("lines").pk}


def _tax_year(world: World) -> dict[str, Any]:
    return {"year": tax_years_of(world.owner)[0].year}


def _charge(world: World) -> dict[str, Any]:
    return {"number": Charge.objects.filter(trade_number__in=world.held, status="open")[0].number}


def _draft(_world: World) -> dict[str, Any]:
    return {"pk": Version.objects.get(status="draft").pk}


def _sku(world: World) -> str:
    sku = world.shop.picks.order_by("pk")[5].good.skus.get()
    return f"?sku={sku.pk}&quantity=2&shop={world.shop.number}"


def _shop(world: World) -> dict[str, Any]:
    return {"number": world.shop.number}


def _visitor(*ids: Ids, **more: Any) -> list[Stop]:
    return [Stop("visitor", one, **more) for one in ids or (_none,)]


def _guest(*ids: Ids) -> list[Stop]:
    return [Stop("guest", one) for one in ids or (_none,)]


def _member(*ids: Ids) -> list[Stop]:
    return [Stop("member", one) for one in ids or (_none,)]


def _owner(*ids: Ids) -> list[Stop]:
    return [Stop("owner", one) for one in ids or (_none,)]


def _supplier(*ids: Ids) -> list[Stop]:
    return [Stop("supplier", one) for one in ids or (_none,)]


def _staff(*ids: Ids) -> list[Stop]:
    return [Stop("staff", one) for one in ids or (_none,)]


def _file(role: str, ids: Ids = _none) -> list[Stop]:
    return [Stop(role, ids, file=True)]


PAGES: dict[str, list[Stop]] = {
    # consumers
    "home": [
        *_visitor(),
        Stop("member"),
        Stop("visitor", query=lambda _w: "?category=food", name="category"),
    ],
    "goods": [
        Stop("visitor", query=lambda _w: "?q=%E9%A2%98", name="nothing"),
        Stop("visitor", query=lambda _w: "?q=%E6%A3%89", name="found"),
    ],
    "good": [
        *_visitor(_good),
        Stop("visitor", ids=_seasonal("coming"), name="coming"),
        Stop("visitor", ids=_seasonal("on"), name="in-season"),
        Stop("visitor", ids=_seasonal("over"), name="over"),
    ],
    "good-picture": _file(
        "visitor",
        lambda w: {
            "public_id": w.shop.picks.order_by("pk")[5].good.public_id,
            "version": w.shop.picks.order_by("pk")[5].good.version,
            "size": 160,
        },
    ),
    "shop": _visitor(_shop),
    "shop-good": _visitor(lambda w: _shop(w) | _good(w)),
    "share-link": _visitor(
        lambda w: {"code": ShareLink.objects.filter(shop=w.shop, good__isnull=False).order_by("pk")[0].code}
    ),
    "checkout": _visitor(query=_sku),
    "trade": _guest(
        lambda w: {"number": w.order("pending_payment").trade.number},
        lambda w: {"number": w.order("closed_unpaid").trade.number},
    ),
    "my-orders": [*_guest(), *_visitor()],
    "order-lookup": _visitor(),
    "order": _guest(
        *map(_order, ("paid", "part_shipped", "shipped", "completed", "finalised", "closed_refunded"))
    ),
    "order-money": _guest(*map(_order, ("paid", "finalised", "closed_refunded"))),
    "contract": _guest(_agreement("await_agreement"), _agreement("pending_payment"), _agreement("paid")),
    "case-new": _guest(_line("shipped")),
    "claim-new": _guest(_line("finalised")),
    "case": _guest(
        lambda w: {"number": w.case(status="wait_supplier").number},
        lambda w: {"number": w.case(status="rejected").number},
        lambda w: {"number": w.case(status="succeeded").number},
    ),
    "dispute": _guest(
        *(
            lambda w, status=status: {"number": w.dispute(status=status).number}
            for status in ("review", "evidence", "appealed", "closed")
        )
    ),
    "payments:cashier": _guest(_charge),
    "payments:result": _guest(lambda w: _charge(w) | {"button": "pay"}),
    "me": _member(),
    "addresses": _member(),
    "address-new": _member(),
    "address": _member(lambda w: {"public_id": addresses_of(w.people["member"])[0].public_id}),
    "inbox": _member(),
    "inbox-settings": _member(),
    "owner:inbox": _owner(),
    "owner:inbox-settings": _owner(),
    "supplier:inbox": _supplier(),
    "supplier:inbox-settings": _supplier(),
    "rules": [*_visitor(), *_member()],
    "rule-penalties": _visitor(),
    "rule": _visitor(lambda _w: {"code": "service"}, lambda _w: {"code": "tiers"}),
    "rule-edition": [
        *_visitor(
            lambda _w: {"code": "suppliers", "edition": 1}, lambda _w: {"code": "commission", "edition": 2}
        ),
        *_member(lambda _w: {"code": "disputes", "edition": 2}),
        *_owner(lambda _w: {"code": "commission", "edition": 2}),
    ],
    "rule-changes": _visitor(lambda _w: {"code": "commission", "edition": 2}),
    "rule-acceptance": [*_owner(), *_member()],
    # everyone
    "account_login": _visitor(),
    "account_signup": _visitor(),
    "account_request_login_code": _visitor(),
    "account_reset_password": _visitor(),
    "account_inactive": _visitor(),
    "account_reauthenticate": _member(),
    "account_email": _member(),
    "account_change_phone": _member(),
    "account_change_password": _member(),
    "mfa_index": [*_member(), *_supplier()],
    "mfa_activate_totp": _member(),
    "mfa_deactivate_totp": _supplier(),
    "mfa_generate_recovery_codes": _supplier(),
    "accounts:settings": _member(),
    "accounts:sessions": _member(),
    "sandbox:messages": _visitor(),
    "accounts:tokens": _owner(),
    "accounts:home": [*_member(), *_owner()],
    # owners
    "owner:home": [*_owner(), Stop("newcomer")],
    "owner:join": [Stop("newcomer")],
    "owner:shop": _owner(),
    "owner:shop-edit": _owner(),
    "owner:shop-qr": _file("owner"),
    "owner:pool": _owner(),
    "owner:good": _owner(_good),
    "owner:pick-detail": _owner(_pick),
    "owner:share": _owner(_pick),
    "owner:poster": _file(
        "owner",
        lambda w: {
            "public_id": Poster.objects.filter(pick__shop=w.shop, status="ready").order_by("pk")[0].public_id
        },
    ),
    "owner:orders": _owner(),
    "owner:order": _owner(*map(_order, ("finalised", "closed_refunded", "paid"))),
    "owner:order-money": _owner(*map(_order, ("finalised", "closed_refunded", "paid"))),
    "owner:commissions": _owner(),
    "owner:statements": _owner(),
    "owner:statement": _owner(_statement),
    "owner:statement-csv": _file("owner", _statement),
    "owner:statement-pdf": _file("owner", _statement),
    "owner:tier": _owner(),
    "owner:penalties": _owner(),
    "owner:penalty": _owner(_penalty("in_force"), _penalty("appealed")),
    "owner:withdraw": _owner(),
    "owner:tax": _owner(),
    "owner:tax-info": _owner(),
    "owner:tax-year": _owner(_tax_year),
    "owner:tax-year-file": _file("owner", _tax_year),
    "owner:payout-account": _owner(),
    "owner:withdrawals": _owner(),
    "owner:withdrawal": _owner(
        lambda w: {"number": Withdrawal.objects.filter(owner=w.owner).order_by("pk")[0].number}
    ),
    # suppliers
    "supplier:home": [*_supplier(), Stop("applicant")],
    "supplier:payable": _supplier(),
    "supplier:payouts": _supplier(),
    "supplier:payout-account": _supplier(),
    "supplier:payout": _supplier(
        lambda w: {"number": SupplierPayout.objects.filter(supplier=w.supplier).order_by("pk")[0].number}
    ),
    "supplier:deposit-return": [Stop("gone", _return)],
    "supplier:payable-file": _file("supplier"),
    "supplier:journal": _supplier(*map(_journal, ("finalise", "supplier_payout", "deposit"))),
    "supplier:statements": _supplier(),
    "supplier:statement": _supplier(_months),
    "supplier:statement-csv": _file("supplier", _months),
    "supplier:statement-pdf": _file("supplier", _months),
    "supplier:invoices": _supplier(),
    "supplier:invoices-file": _file("supplier"),
    "supplier:invoice": _supplier(_invoice("draft"), _invoice("issued")),
    "supplier:invoice-pdf": _file("supplier", _invoice("issued")),
    "supplier:apply": [Stop("newcomer"), Stop("applicant"), Stop("mending")],
    "supplier:papers": _supplier(),
    "supplier:bonds": _supplier(),
    "supplier:goods": _supplier(),
    "supplier:goods-bulk": _supplier(),
    "supplier:members": _supplier(),
    "supplier:webhooks": _supplier(),
    "supplier:webhook": _supplier(lambda w: {"public_id": w.supplier.webhooks.order_by("pk")[0].public_id}),
    "supplier:trail": _supplier(),
    "supplier:invitations": _supplier(),
    "supplier:good-new": _supplier(),
    "supplier:good": _supplier(_own_good("listed"), _own_good("held"), _own_good("refused"), _seasonal("on")),
    "supplier:good-movements": _supplier(_own_good("listed")),
    "supplier:good-scan": _supplier(),
    "supplier:market": _supplier(_own_good("listed")),
    "supplier:import": _supplier(),
    "supplier:import-template": _file("supplier"),
    "supplier:import-detail": _supplier(_import("preview")),
    "supplier:import-columns": _supplier(_import("preview")),
    "supplier:import-failed": _file("supplier", _import("preview")),
    "supplier:exports": _supplier(),
    "supplier:orders-export": [
        Stop("supplier", query=lambda _world: "?since=2026-01-01&until=2026-12-31", file=True)
    ],
    "supplier:goods-export": _file("supplier"),
    "supplier:import-report": _file("supplier", _import("preview")),
    "supplier:freight": _supplier(),
    "supplier:deposit": [*_supplier(), Stop("short")],
    "supplier:exit": [*_supplier(), Stop("leaving"), Stop("gone")],
    "supplier:orders": _supplier(),
    "supplier:order": _supplier(
        *map(_suppliers_order, ("paid", "part_shipped", "finalised", "closed_refunded"))
    ),
    "supplier:agreements": _supplier(),
    "supplier:agreement": _supplier(_suppliers_agreement("await_agreement"), _suppliers_agreement("paid")),
    "supplier:orders-batch": _supplier(),
    "supplier:line-shortage": _supplier(_line_to_ship),
    "supplier:cases": _supplier(),
    "supplier:case": _supplier(_case_of_supplier("wait_supplier"), _case_of_supplier("succeeded")),
    "supplier:dispute": _supplier(_dispute_of_supplier("review"), _dispute_of_supplier("closed")),
    "supplier:penalties": _supplier(),
    "supplier:penalty": _supplier(
        lambda w: {"number": Penalty.objects.filter(supplier=w.supplier).latest("given_at").number}
    ),
    # staff
    "supplier:order-money": _supplier(*map(_suppliers_order, ("paid", "finalised"))),
    "staff:holds": _staff(),
    "staff:closing": _staff(),
    "staff:order-money": _staff(*map(_order, ("paid", "finalised", "closed_unpaid")), _corrected, _voided),
    "staff:import": _staff(),
    "staff:import-detail": _staff(_import("done", staff=True)),
    "staff:import-report": _file("staff", _import("done", staff=True)),
    "admin:index": _staff(),
    "admin:login": _visitor(),
    "admin:ledger_account_trial": [
        *_staff(),
        Stop("staff", query=lambda _w: f"?day={month_to_close()}", name="day"),
    ],
    "admin:ledger_account_statement": _staff(_account),
    "admin:ledger_account_statement_file": _file("staff", _account),
    "admin:reconciliation_manualjournal_propose": [
        *_staff(),
        Stop("staff", query=lambda _w: f"?difference={_open_difference().number}", name="difference"),
    ],
    "admin:reconciliation_run_ages": _staff(),
    "admin:tax_withholding_quarters": _staff(),
    "admin:tax_withholding_tables": _staff(),
    "admin:commissions_statement_csv": _file("staff", _some_statement),
    "admin:commissions_statement_pdf": _file("staff", _some_statement),
    "admin:commissions_supplierstatement_csv": _file("staff", _suppliers_statement),
    "admin:commissions_supplierstatement_pdf": _file("staff", _suppliers_statement),
    "admin:tax_commissioninvoice_issue": _staff(),
    "admin:suppliers_good_review": _staff(),
    "admin:suppliers_requirement_new": _staff(),
    "admin:storefronts_invitationcode_issue": _staff(),
    "admin:rulebook_version_edit": _staff(_draft),
    "admin:disputes_penalty_give": [
        *_staff(),
        Stop("staff", query=lambda w: f"?owner={w.owner.public_id}", name="owner"),
        Stop("staff", query=lambda w: f"?supplier={w.supplier.public_id}", name="supplier"),
    ],
    "admin:commissions_tieroverride_give": [
        *_staff(),
        Stop("staff", query=lambda w: f"?owner={w.owner.public_id}", name="owner"),
    ],
    "admin:commissions_tierrun_preview": _staff(
        lambda _world: {"object_id": TierRun.objects.latest("month").pk}
    ),
    # developers
    "api:api-docs": _visitor(),
    "api:schema": _file("visitor"),
}
