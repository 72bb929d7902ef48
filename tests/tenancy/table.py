"""The table that the tenancy test walks: for each route with an id, whose it is, who the stranger is, and an id that
nobody has. ``OPEN`` lists the routes that anyone may open, with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from commissions.models import DepositReturn
from disputes.models import Penalty
from ledger.models import Journal
from suppliers.models import BulkEdit, SavedView
from tests.tenancy import questions
from tests.tenancy.world import World

NOBODY = "1234567890123456"
NOWHERE = "zzzzzzzzzzzz"


@dataclass(frozen=True)
class Row:
    """``ids`` are the first tenant's, ``nobody`` nobody's; ``stranger`` None is a guest with an empty session."""

    ids: Callable[[World], dict[str, Any]]
    nobody: dict[str, Any]
    stranger: Callable[[World], User] | None = None


def _member(world: World) -> User:
    return world.other_member


def _owner(world: World) -> User:
    return world.other_owner


def _consumer(ids: Callable[[World], dict[str, Any]], **nobody: Any) -> Row:
    return Row(ids, nobody)


def _supplier(ids: Callable[[World], dict[str, Any]], **nobody: Any) -> Row:
    return Row(ids, nobody, _member)


def _of_owner(ids: Callable[[World], dict[str, Any]], **nobody: Any) -> Row:
    return Row(ids, nobody, _owner)


def _pick(world: World) -> dict[str, Any]:
    return {"pick_id": world.pick.pk}


def _section(world: World) -> dict[str, Any]:
    return {"section_id": world.shop.sections.get().pk}


def _poster(world: World) -> dict[str, Any]:
    return {"public_id": world.poster.public_id}


def _link_of_poster(world: World) -> dict[str, Any]:
    return {"code": world.poster.link.code}


def _order(world: World) -> dict[str, Any]:
    return {"number": world.order.number}


def _agreement(world: World) -> dict[str, Any]:
    return {"number": world.agreeing.number}


def _unpaid_trade(world: World) -> dict[str, Any]:
    return {"number": world.unpaid.trade.number}


def _bulk_edit(world: World) -> dict[str, Any]:
    return {"public_id": BulkEdit.objects.get(supplier=world.supplier).public_id}


def _member_of(world: World) -> dict[str, Any]:
    return {"public_id": world.supplier.members.get().user.public_id}


def _invitation(world: World) -> dict[str, Any]:
    return {"public_id": world.supplier.invitations.get().public_id}


def _view(world: World) -> dict[str, Any]:
    return {"public_id": SavedView.objects.get(member__supplier=world.supplier).public_id}


def _webhook(world: World) -> dict[str, Any]:
    return {"public_id": world.supplier.webhooks.get().public_id}


def _delivery(world: World) -> dict[str, Any]:
    return {"public_id": world.supplier.webhooks.get().deliveries.get().public_id}


def _line(world: World) -> dict[str, Any]:
    return {"ref": world.line.ref}


def _case(world: World) -> dict[str, Any]:
    return {"number": world.case.number}


def _dispute(world: World) -> dict[str, Any]:
    return {"number": world.dispute.number}


def _penalty(world: World) -> dict[str, Any]:
    return {"number": Penalty.objects.get(owner=world.shop.owner).number}


def _penalty_of_supplier(world: World) -> dict[str, Any]:
    return {"number": Penalty.objects.get(supplier=world.supplier).number}


def _good(world: World) -> dict[str, Any]:
    return {"public_id": world.good.public_id}


def _upload(world: World) -> dict[str, Any]:
    return {"name": world.good.picture, "size": 160}


def _address(world: World) -> dict[str, Any]:
    return {"public_id": world.address.public_id}


def _letter(audience: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"public_id": world.letters[audience].public_id}


def _withdrawal(world: World) -> dict[str, Any]:
    return {"number": world.withdrawal.number}


def _may(_world: World) -> dict[str, Any]:
    return {"year": 2026, "month": 5}


def _import(world: World) -> dict[str, Any]:
    return {"public_id": world.catalogue.public_id}


def _as(ids: Callable[[World], dict[str, Any]], name: str, nobody: Any) -> Row:
    """The API's address of what a page names otherwise."""
    return Row(lambda world: {name: next(iter(ids(world).values()))}, {name: nobody}, _member)


SPEAKS = ("", "-version", "-acceptance", "-refusal")
TABLE: dict[str, Row] = {
    "trade": _consumer(_unpaid_trade, number=NOBODY),
    "trade-payment": _consumer(_unpaid_trade, number=NOBODY),
    "trade-cancellation": _consumer(_unpaid_trade, number=NOBODY),
    "order": _consumer(_order, number=NOBODY),
    "order-money": _consumer(_order, number=NOBODY),
    "order-receipt": _consumer(_order, number=NOBODY),
    **{f"contract{end}": _consumer(_agreement, number=NOBODY) for end in (*SPEAKS, "-cancellation")},
    "case-new": _consumer(_line, ref=f"{NOBODY}-1"),
    "claim-new": _consumer(_line, ref=f"{NOBODY}-1"),
    "case": _consumer(_case, number=NOBODY),
    "case-modification": _consumer(_case, number=NOBODY),
    "case-message": _consumer(_case, number=NOBODY),
    "case-withdrawal": _consumer(_case, number=NOBODY),
    "case-escalation": _consumer(_case, number=NOBODY),
    "dispute": _consumer(_dispute, number=NOBODY),
    "dispute-evidence": _consumer(_dispute, number=NOBODY),
    "dispute-completion": _consumer(_dispute, number=NOBODY),
    "dispute-appeal": _consumer(_dispute, number=NOBODY),
    "dispute-withdrawal": _consumer(_dispute, number=NOBODY),
    "accounts:session-end": Row(
        lambda world: {"session_id": world.session_id}, {"session_id": 10**9}, _member
    ),
    "address": Row(_address, {"public_id": NOWHERE}, _owner),
    "address-default": Row(_address, {"public_id": NOWHERE}, _owner),
    "address-removal": Row(_address, {"public_id": NOWHERE}, _owner),
    "letter": Row(_letter("shopper"), {"public_id": NOWHERE}, _owner),
    "owner:letter": _of_owner(_letter("owner"), public_id=NOWHERE),
    "supplier:letter": _supplier(_letter("supplier"), public_id=NOWHERE),
    "accounts:token-revocation": Row(
        lambda world: {"token_id": world.token_id}, {"token_id": 10**9}, _member
    ),
    "owner:pick-detail": _of_owner(_pick, pick_id=10**9),
    "owner:unpick": _of_owner(_pick, pick_id=10**9),
    **{
        f"owner:pick-{name}": _of_owner(_pick, pick_id=10**9)
        for name in ("place", "pin", "visibility", "section", "restore", "replacement", "note")
    },
    "owner:section": _of_owner(_section, section_id=10**9),
    "owner:section-removal": _of_owner(_section, section_id=10**9),
    "owner:share": _of_owner(_pick, pick_id=10**9),
    "owner:share-posters": _of_owner(_link_of_poster, code=NOWHERE),
    "owner:posters-zip": _of_owner(_link_of_poster, code=NOWHERE),
    "owner:poster-retry": _of_owner(_poster, public_id=NOWHERE),
    "owner:poster": _of_owner(_poster, public_id=NOWHERE),
    "owner:order": _of_owner(_order, number=NOBODY),
    "owner:order-money": _of_owner(_order, number=NOBODY),
    "owner:order-attribution": _of_owner(_order, number=NOBODY),
    "owner:withdrawal": _of_owner(_withdrawal, number=NOBODY),
    "owner:tax-year": _of_owner(lambda world: {"year": 2026}, year=2020),
    "owner:tax-year-file": _of_owner(lambda world: {"year": 2026}, year=2020),
    "owner:statement": _of_owner(lambda world: {"year": 2026, "month": 6}, year=2020, month=1),
    "owner:statement-csv": _of_owner(lambda world: {"year": 2026, "month": 6}, year=2020, month=1),
    "owner:statement-pdf": _of_owner(lambda world: {"year": 2026, "month": 6}, year=2020, month=1),
    "supplier:payout": _supplier(lambda world: {"number": world.payout.number}, number=NOBODY),
    "supplier:deposit-return": _supplier(
        lambda world: {"number": DepositReturn.objects.get(supplier=world.supplier).number}, number=NOBODY
    ),
    "supplier:statement": _supplier(_may, year=2020, month=1),
    "supplier:statement-csv": _supplier(_may, year=2020, month=1),
    "supplier:statement-pdf": _supplier(_may, year=2020, month=1),
    "supplier:invoice": _supplier(_may, year=2020, month=1),
    "supplier:invoice-pdf": _supplier(_may, year=2020, month=1),
    "supplier:journal": _supplier(
        lambda world: {"pk": Journal.objects.get(kind="supplier_payout", ref_id=world.payout.number).pk},
        pk=10**9,
    ),
    "supplier:paper-page": _supplier(
        lambda world: {"public_id": world.supplier.papers.filter(pages=1)[0].public_id, "position": 1},
        public_id=NOWHERE,
        position=1,
    ),
    "supplier:good": _supplier(_good, public_id=NOWHERE),
    "supplier:goods-bulk-undo": _supplier(_bulk_edit, public_id=NOWHERE),
    "supplier:webhook": _supplier(_webhook, public_id=NOWHERE),
    "supplier:webhook-switch": _supplier(_webhook, public_id=NOWHERE),
    "supplier:webhook-secret": _supplier(_webhook, public_id=NOWHERE),
    "supplier:webhook-removal": _supplier(_webhook, public_id=NOWHERE),
    "supplier:webhook-resend": _supplier(_delivery, public_id=NOWHERE),
    "supplier:member-role": _supplier(_member_of, public_id=NOWHERE),
    "supplier:member-removal": _supplier(_member_of, public_id=NOWHERE),
    "supplier:invitation-withdrawal": _supplier(_invitation, public_id=NOWHERE),
    "supplier:view-removal": _supplier(_view, public_id=NOWHERE),
    "supplier:good-list": _supplier(_good, public_id=NOWHERE),
    "supplier:good-delist": _supplier(_good, public_id=NOWHERE),
    "supplier:change-withdraw": _supplier(_good, public_id=NOWHERE),
    "supplier:market": _supplier(_good, public_id=NOWHERE),
    "supplier:upload": _supplier(_upload, name="0" * 64, size=160),
    "supplier:good-stock": _supplier(_good, public_id=NOWHERE),
    "supplier:good-movements": _supplier(_good, public_id=NOWHERE),
    "supplier:import-detail": _supplier(_import, public_id=NOWHERE),
    "supplier:import-columns": _supplier(_import, public_id=NOWHERE),
    "supplier:import-undo": _supplier(_import, public_id=NOWHERE),
    "supplier:import-failed": _supplier(_import, public_id=NOWHERE),
    "supplier:import-start": _supplier(_import, public_id=NOWHERE),
    "supplier:import-progress": _supplier(_import, public_id=NOWHERE),
    "supplier:import-report": _supplier(_import, public_id=NOWHERE),
    "supplier:order": _supplier(_order, number=NOBODY),
    **{f"supplier:agreement{end}": _supplier(_agreement, number=NOBODY) for end in (*SPEAKS, "-production")},
    "supplier:line-shortage": _supplier(_line, ref=f"{NOBODY}-1"),
    "supplier:order-money": _supplier(_order, number=NOBODY),
    "supplier:case": _supplier(_case, number=NOBODY),
    "supplier:case-agreement": _supplier(_case, number=NOBODY),
    "supplier:case-refusal": _supplier(_case, number=NOBODY),
    "supplier:case-message": _supplier(_case, number=NOBODY),
    "supplier:penalty": _supplier(_penalty_of_supplier, number=NOWHERE),
    "supplier:penalty-appeal": _supplier(_penalty_of_supplier, number=NOWHERE),
    "owner:penalty": _of_owner(_penalty, number=NOWHERE),
    "owner:penalty-appeal": _of_owner(_penalty, number=NOWHERE),
    "supplier:dispute": _supplier(_dispute, number=NOBODY),
    "supplier:dispute-evidence": _supplier(_dispute, number=NOBODY),
    "supplier:dispute-done": _supplier(_dispute, number=NOBODY),
    "supplier:dispute-appeal": _supplier(_dispute, number=NOBODY),
}

# The API is asked with the stranger's bearer token.
API: dict[str, Row] = {
    "api:supplier-good": _supplier(lambda world: {"good": world.good.public_id}, good=NOWHERE),
    "api:supplier-order": _supplier(lambda world: {"order": world.order.number}, order=NOBODY),
    **{
        f"api:supplier-{name}": _as(one, "good", NOWHERE)
        for name, one in dict.fromkeys(
            ("references", "listing", "delisting", "changes", "change-withdrawal", "movements"), _good
        ).items()
    },
    **{
        f"api:supplier-import{name}": _as(_import, "catalogue", NOWHERE)
        for name in ("", "-columns", "-start", "-undoing", "-report", "-kept", "-failed")
    },
    **{
        f"api:supplier-case{name}": _as(_case, "case", NOBODY)
        for name in ("", "-agreement", "-refusal", "-messages")
    },
    **{
        f"api:supplier-dispute{name}": _as(_dispute, "dispute", NOBODY)
        for name in ("", "-evidence", "-done", "-appeal")
    },
    **{
        f"api:supplier-{name}": _supplier(_may, year=2020, month=1)
        for name in (
            "statement",
            "statement-lines",
            "statement-csv",
            "statement-pdf",
            "invoice",
            "invoice-pdf",
        )
    },
    "api:supplier-penalty": _as(_penalty_of_supplier, "penalty", NOWHERE),
    "api:supplier-penalty-appeal": _as(_penalty_of_supplier, "penalty", NOWHERE),
    "api:supplier-bulk-undoing": _as(_bulk_edit, "edit", NOWHERE),
    "api:supplier-webhook": _as(_webhook, "webhook", NOWHERE),
    "api:supplier-webhook-secrets": _as(_webhook, "webhook", NOWHERE),
    "api:supplier-deliveries": _as(_webhook, "webhook", NOWHERE),
    "api:supplier-resending": _as(_delivery, "delivery", NOWHERE),
    "api:supplier-member": _as(_member_of, "person", NOWHERE),
    "api:supplier-invitation": _as(_invitation, "invitation", NOWHERE),
    "api:own-invitation-acceptance": _as(_invitation, "invitation", NOWHERE),
    "api:supplier-view": _as(_view, "view", NOWHERE),
    "api:supplier-letter-reading": _as(_letter("supplier"), "letter", NOWHERE),
    "api:supplier-upload": _supplier(_upload, name="0" * 64, size=160),
    "api:supplier-paper-page": _supplier(
        lambda world: {"paper": world.supplier.papers.filter(pages=1)[0].public_id, "position": 1},
        paper=NOWHERE,
        position=1,
    ),
    "api:supplier-payout": _supplier(lambda world: {"payout": world.payout.number}, payout=NOBODY),
    "api:supplier-journal": _supplier(
        lambda world: {"journal": Journal.objects.get(kind="supplier_payout", ref_id=world.payout.number).pk},
        journal=10**9,
    ),
    "api:supplier-order-money": _as(_order, "order", NOBODY),
    "api:supplier-shortage": _as(_line, "line", f"{NOBODY}-1"),
    **{f"api:supplier-agreement{end}": _as(_agreement, "order", NOBODY) for end in (*SPEAKS, "-production")},
    **{f"api:my-agreement{end}": _as(_agreement, "order", NOBODY) for end in (*SPEAKS, "-cancellation")},
    "api:supplier-parcels": _supplier(lambda world: {"order": world.order.number}, order=NOBODY),
    "api:owner-order": _of_owner(lambda world: {"order": world.order.number}, order=NOBODY),
    "api:owner-picks": _of_owner(lambda world: {"shop": world.shop.number}, shop="999999"),
    "api:owner-pick": _of_owner(lambda world: {"pick": world.pick.pk}, pick=10**9),
    "api:owner-attribution": _of_owner(lambda world: {"order": world.order.number}, order=NOBODY),
    "api:owner-shop-shares": _of_owner(lambda world: {"shop": world.shop.number}, shop="999999"),
    "api:owner-shares": _of_owner(lambda world: {"pick": world.pick.pk}, pick=10**9),
    **{
        f"api:owner-{name}": _of_owner(lambda world: {"shop": world.shop.number}, shop="999999")
        for name in ("picks-bulk", "picks-order", "picks-health", "sections")
    },
    **{
        f"api:owner-pick-{name}": _of_owner(lambda world: {"pick": world.pick.pk}, pick=10**9)
        for name in ("display", "restoration", "replacement")
    },
    "api:owner-section": _of_owner(lambda world: {"section": world.shop.sections.get().pk}, section=10**9),
}

TABLE |= questions.pages(_consumer, _of_owner, _supplier)
API |= questions.calls(_of_owner, _supplier)

OPEN = {
    "rule": "the platform's rules are public",
    "rule-edition": "every version in comment or published is public; drafts are 404 (tests/rulebook)",
    "rule-changes": "as the version itself",
    "rule-comments": "whoever the document concerns may comment; drafts are 404 (tests/rulebook)",
    "api:good": "goods are public",
    "api:supplier-barcode": "the platform's code library, for every supplier (tests/api)",
    "api:supplier-category": "the platform's categories, for every supplier (tests/api)",
    "good": "the platform's public good page",
    **questions.OPEN,
    "good-picture": "pictures of goods are public",
    "good-gallery": "pictures of goods are public",
    "shop": "shops are public by their number",
    "shop-good": "a shop's goods are public",
    "share-link": "share links are made to be opened",
    "payments:cashier": "whoever holds the charge's random number may pay it, as with any provider's cashier",
    "payments:result": "the cashier's result page, by the same number",
    "api:owner-pool-good": "every owner sees the whole pool",
    "owner:good": "every owner sees the whole pool",
    "owner:pick": "any good of the pool, into the owner's own shop",
    "payment-notice": "providers sign what they send (tests/payments)",
    "staff:order-money": "staff only (tests/desks)",
    "staff:upload": "staff only (tests/staff)",
    "staff:import-detail": "staff only (tests/staff)",
    "staff:import-start": "staff only (tests/staff)",
    "staff:import-progress": "staff only (tests/staff)",
    "staff:import-report": "staff only (tests/staff)",
}
