"""The tour's table: for each address that shows something, who looks at it and how its ids are filled.

An address in neither ``PAGES`` nor ``not_pages.NOT_PAGES`` fails the build, and so does one that is gone.
"""

from accounts.selectors import addresses_of
from commissions.models import (
    SupplierPayout,
    TierRun,
    Withdrawal,
)
from disputes.models import Penalty
from ledger.selectors import month_to_close
from storefronts.models import Poster, ShareLink
from tests.browser import questions
from tests.browser.stops import (
    Stop,
    account,
    agreement,
    case_of_supplier,
    charge,
    corrected,
    deposit_return,
    dispute_of_supplier,
    draft,
    file,
    good,
    guest,
    invoice,
    journal,
    line,
    line_to_ship,
    member,
    months,
    open_difference,
    order,
    own_good,
    owner,
    penalty,
    pick,
    seasonal,
    shop,
    sku,
    some_statement,
    staff,
    statement,
    supplier,
    suppliers_agreement,
    suppliers_order,
    suppliers_statement,
    tax_year,
    upload,
    visitor,
    voided,
)

PAGES: dict[str, list[Stop]] = {
    # consumers
    "home": [
        *visitor(),
        Stop("member"),
        Stop("visitor", query=lambda _w: "?category=food", name="category"),
    ],
    "goods": [
        Stop("visitor", query=lambda _w: "?q=%E9%A2%98", name="nothing"),
        Stop("visitor", query=lambda _w: "?q=%E6%A3%89", name="found"),
    ],
    "open-pasted": [
        Stop("visitor"),
        Stop("visitor", query=lambda _w: "?text=%E4%BD%A0%E5%A5%BD", status=404, name="nothing"),
    ],
    "good": [
        *visitor(good),
        Stop("visitor", ids=seasonal("coming"), name="coming"),
        Stop("visitor", ids=seasonal("on"), name="in-season"),
        Stop("visitor", ids=seasonal("over"), name="over"),
    ],
    "good-picture": file(
        "visitor",
        lambda w: {
            "public_id": w.shop.picks.order_by("pk")[5].good.public_id,
            "version": w.shop.picks.order_by("pk")[5].good.version,
            "size": 160,
        },
    ),
    "shop": visitor(shop),
    "shop-good": visitor(lambda w: shop(w) | good(w)),
    "share-link": visitor(
        lambda w: {"code": ShareLink.objects.filter(shop=w.shop, good__isnull=False).order_by("pk")[0].code}
    ),
    "checkout": visitor(query=sku),
    "trade": guest(
        lambda w: {"number": w.order("pending_payment").trade.number},
        lambda w: {"number": w.order("closed_unpaid").trade.number},
    ),
    "my-orders": [*guest(), *visitor()],
    "order-lookup": visitor(),
    "order": guest(
        *map(order, ("paid", "part_shipped", "shipped", "completed", "finalised", "closed_refunded"))
    ),
    "order-money": guest(*map(order, ("paid", "finalised", "closed_refunded"))),
    "contract": guest(agreement("await_agreement"), agreement("pending_payment"), agreement("paid")),
    "case-new": guest(line("shipped")),
    "claim-new": guest(line("finalised")),
    "case": guest(
        lambda w: {"number": w.case(status="wait_supplier").number},
        lambda w: {"number": w.case(status="rejected").number},
        lambda w: {"number": w.case(status="succeeded").number},
    ),
    "dispute": guest(
        *(
            lambda w, status=status: {"number": w.dispute(status=status).number}
            for status in ("review", "evidence", "appealed", "closed")
        )
    ),
    "payments:cashier": guest(charge),
    "payments:result": guest(lambda w: charge(w) | {"button": "pay"}),
    "me": member(),
    "addresses": member(),
    "address-new": member(),
    "address": member(lambda w: {"public_id": addresses_of(w.people["member"])[0].public_id}),
    "inbox": member(),
    "inbox-settings": member(),
    "owner:inbox": owner(),
    "owner:inbox-settings": owner(),
    "supplier:inbox": supplier(),
    "supplier:inbox-settings": supplier(),
    "rules": [*visitor(), *member()],
    "rule-penalties": visitor(),
    "rule": visitor(lambda _w: {"code": "service"}, lambda _w: {"code": "tiers"}),
    "rule-edition": [
        *visitor(
            lambda _w: {"code": "suppliers", "edition": 1}, lambda _w: {"code": "commission", "edition": 2}
        ),
        *member(lambda _w: {"code": "disputes", "edition": 2}),
        *owner(lambda _w: {"code": "commission", "edition": 2}),
    ],
    "rule-changes": visitor(lambda _w: {"code": "commission", "edition": 2}),
    "rule-acceptance": [*owner(), *member()],
    # everyone
    "account_login": visitor(),
    "account_signup": visitor(),
    "account_request_login_code": visitor(),
    "account_reset_password": visitor(),
    "account_inactive": visitor(),
    "account_reauthenticate": member(),
    "account_email": member(),
    "account_change_phone": member(),
    "account_change_password": member(),
    "mfa_index": [*member(), *supplier()],
    "mfa_activate_totp": member(),
    "mfa_deactivate_totp": supplier(),
    "mfa_generate_recovery_codes": supplier(),
    "accounts:settings": member(),
    "accounts:sessions": member(),
    "sandbox:messages": visitor(),
    "accounts:tokens": owner(),
    "accounts:home": [*member(), *owner()],
    # owners
    "owner:home": [*owner(), Stop("newcomer")],
    "owner:join": [Stop("newcomer")],
    "owner:shop": owner(),
    "owner:shop-edit": owner(),
    "owner:shop-qr": file("owner"),
    "owner:shop-preview": owner(),
    "owner:shelf": owner(),
    "owner:sections": owner(),
    "owner:health": owner(),
    "owner:pool": owner(),
    "owner:good": owner(good),
    "owner:pick-detail": owner(pick),
    "owner:share": owner(pick),
    "owner:share-shop": [Stop("owner", query=lambda _w: "?channel=weibo")],
    "owner:posters-zip": file(
        "owner",
        lambda w: {
            "code": Poster.objects.filter(pick__shop=w.shop, status="ready").order_by("pk")[0].link.code
        },
    ),
    "owner:poster": file(
        "owner",
        lambda w: {
            "public_id": Poster.objects.filter(pick__shop=w.shop, status="ready").order_by("pk")[0].public_id
        },
    ),
    "owner:orders": owner(),
    "owner:order": owner(*map(order, ("finalised", "closed_refunded", "paid"))),
    "owner:order-attribution": owner(order("finalised")),
    "owner:order-money": owner(*map(order, ("finalised", "closed_refunded", "paid"))),
    "owner:commissions": owner(),
    "owner:statements": owner(),
    "owner:statement": owner(statement),
    "owner:statement-csv": file("owner", statement),
    "owner:statement-pdf": file("owner", statement),
    "owner:tier": owner(),
    "owner:penalties": owner(),
    "owner:penalty": owner(penalty("in_force"), penalty("appealed")),
    "owner:withdraw": owner(),
    "owner:tax": owner(),
    "owner:tax-info": owner(),
    "owner:tax-year": owner(tax_year),
    "owner:tax-year-file": file("owner", tax_year),
    "owner:payout-account": owner(),
    "owner:withdrawals": owner(),
    "owner:withdrawal": owner(
        lambda w: {"number": Withdrawal.objects.filter(owner=w.owner).order_by("pk")[0].number}
    ),
    # suppliers
    "supplier:home": [*supplier(), Stop("applicant")],
    "supplier:payable": supplier(),
    "supplier:payouts": supplier(),
    "supplier:payout-account": supplier(),
    "supplier:payout": supplier(
        lambda w: {"number": SupplierPayout.objects.filter(supplier=w.supplier).order_by("pk")[0].number}
    ),
    "supplier:deposit-return": [Stop("gone", deposit_return)],
    "supplier:payable-file": file("supplier"),
    "supplier:journal": supplier(*map(journal, ("finalise", "supplier_payout", "deposit"))),
    "supplier:statements": supplier(),
    "supplier:statement": supplier(months),
    "supplier:statement-csv": file("supplier", months),
    "supplier:statement-pdf": file("supplier", months),
    "supplier:invoices": supplier(),
    "supplier:invoices-file": file("supplier"),
    "supplier:invoice": supplier(invoice("draft"), invoice("issued")),
    "supplier:invoice-pdf": file("supplier", invoice("issued")),
    "supplier:apply": [Stop("newcomer"), Stop("applicant"), Stop("mending")],
    "supplier:papers": supplier(),
    "supplier:bonds": supplier(),
    "supplier:goods": supplier(),
    "supplier:goods-bulk": supplier(),
    "supplier:members": supplier(),
    "supplier:webhooks": supplier(),
    "supplier:webhook": supplier(lambda w: {"public_id": w.supplier.webhooks.order_by("pk")[0].public_id}),
    "supplier:trail": supplier(),
    "supplier:invitations": supplier(),
    "supplier:good-new": supplier(),
    "supplier:good": supplier(own_good("listed"), own_good("held"), own_good("refused"), seasonal("on")),
    "supplier:good-movements": supplier(own_good("listed")),
    "supplier:good-scan": supplier(),
    "supplier:market": supplier(own_good("listed")),
    "supplier:import": supplier(),
    "supplier:import-template": file("supplier"),
    "supplier:import-detail": supplier(upload("preview")),
    "supplier:import-columns": supplier(upload("preview")),
    "supplier:import-failed": file("supplier", upload("preview")),
    "supplier:exports": supplier(),
    "supplier:orders-export": [
        Stop("supplier", query=lambda _world: "?since=2026-01-01&until=2026-12-31", file=True)
    ],
    "supplier:goods-export": file("supplier"),
    "supplier:import-report": file("supplier", upload("preview")),
    "supplier:freight": supplier(),
    "supplier:deposit": [*supplier(), Stop("short")],
    "supplier:exit": [*supplier(), Stop("leaving"), Stop("gone")],
    "supplier:orders": supplier(),
    "supplier:order": supplier(
        *map(suppliers_order, ("paid", "part_shipped", "finalised", "closed_refunded"))
    ),
    "supplier:agreements": supplier(),
    "supplier:agreement": supplier(suppliers_agreement("await_agreement"), suppliers_agreement("paid")),
    "supplier:orders-batch": supplier(),
    "supplier:line-shortage": supplier(line_to_ship),
    "supplier:cases": supplier(),
    "supplier:case": supplier(case_of_supplier("wait_supplier"), case_of_supplier("succeeded")),
    "supplier:dispute": supplier(dispute_of_supplier("review"), dispute_of_supplier("closed")),
    "supplier:penalties": supplier(),
    "supplier:penalty": supplier(
        lambda w: {"number": Penalty.objects.filter(supplier=w.supplier).latest("given_at").number}
    ),
    # staff
    "supplier:order-money": supplier(*map(suppliers_order, ("paid", "finalised"))),
    "staff:holds": staff(),
    "staff:closing": staff(),
    "staff:order-money": staff(*map(order, ("paid", "finalised", "closed_unpaid")), corrected, voided),
    "staff:import": staff(),
    "staff:import-detail": staff(upload("done", staff=True)),
    "staff:import-report": file("staff", upload("done", staff=True)),
    "admin:index": staff(),
    "admin:login": visitor(),
    "admin:ledger_account_trial": [
        *staff(),
        Stop("staff", query=lambda _w: f"?day={month_to_close()}", name="day"),
    ],
    "admin:ledger_account_statement": staff(account),
    "admin:ledger_account_statement_file": file("staff", account),
    "admin:reconciliation_manualjournal_propose": [
        *staff(),
        Stop("staff", query=lambda _w: f"?difference={open_difference().number}", name="difference"),
    ],
    "admin:reconciliation_run_ages": staff(),
    "admin:tax_withholding_quarters": staff(),
    "admin:tax_withholding_tables": staff(),
    "admin:commissions_statement_csv": file("staff", some_statement),
    "admin:commissions_statement_pdf": file("staff", some_statement),
    "admin:commissions_supplierstatement_csv": file("staff", suppliers_statement),
    "admin:commissions_supplierstatement_pdf": file("staff", suppliers_statement),
    "admin:tax_commissioninvoice_issue": staff(),
    "admin:suppliers_good_review": staff(),
    "admin:suppliers_requirement_new": staff(),
    "admin:storefronts_invitationcode_issue": staff(),
    "admin:rulebook_version_edit": staff(draft),
    "admin:disputes_penalty_give": [
        *staff(),
        Stop("staff", query=lambda w: f"?owner={w.owner.public_id}", name="owner"),
        Stop("staff", query=lambda w: f"?supplier={w.supplier.public_id}", name="supplier"),
    ],
    "admin:commissions_tieroverride_give": [
        *staff(),
        Stop("staff", query=lambda w: f"?owner={w.owner.public_id}", name="owner"),
    ],
    "admin:commissions_tierrun_preview": staff(
        lambda _world: {"object_id": TierRun.objects.latest("month").pk}
    ),
    # developers
    "api:api-docs": visitor(),
    "api:schema": file("visitor"),
}

PAGES |= {
    "questions": [*member(), *visitor()],
    "question": member(*map(questions.of_member, ("wait_owner", "answered", "closed"))),
    "good-question": visitor(good),
    "shop-good-question": visitor(lambda w: shop(w) | good(w)),
    "line-question": guest(line("shipped")),
    "owner:questions": owner(),
    "owner:question": owner(*map(questions.of_owner, questions.OWNER)),
    "supplier:questions": supplier(),
    "supplier:question": supplier(*map(questions.of_supplier, questions.SUPPLIER)),
}
