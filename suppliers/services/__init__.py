"""Every write of suppliers, by noun: ``entry`` (companies), ``goods`` (listings), ``imports`` (catalogues)."""

from suppliers.services.bulk import BulkChange, BulkPlan, PlannedLine, apply_bulk, plan_bulk, undo_bulk
from suppliers.services.charges import take_from_supplier
from suppliers.services.deposit import (
    awaits_deposit,
    close_overdue_deposits,
    missing_deposit,
    open_deposit_payment,
    receive_deposit,
)
from suppliers.services.entry import (
    Application,
    apply,
    approve_supplier,
    lock_supplier,
    reject_supplier,
    resubmit,
    resume_supplier,
    set_freight,
    suspend_supplier,
)
from suppliers.services.goods import (
    GoodDraft,
    apply_due_rates,
    approve_good,
    change_rate,
    change_terms,
    create_good,
    delist_good,
    edit_good,
    list_good,
    refuse_good,
    set_stock,
)
from suppliers.services.imports import (
    RUN_IMPORT,
    ImportDefaults,
    preview_import,
    run_import,
    run_import_now,
    start_import,
)
from suppliers.services.members import (
    accept_invitation,
    drop_view,
    invite_member,
    keep_view,
    remove_member,
    withdraw_invitation,
)
from suppliers.services.members import change_role as change_member_role
from suppliers.services.review import Reviewed, review_goods
from suppliers.services.shortage import empty_sku
from suppliers.services.standing import SupplierViolations, require_listing, write_supplier_violations

__all__ = [
    "RUN_IMPORT",
    "Application",
    "BulkChange",
    "BulkPlan",
    "GoodDraft",
    "ImportDefaults",
    "PlannedLine",
    "Reviewed",
    "SupplierViolations",
    "accept_invitation",
    "apply",
    "apply_bulk",
    "apply_due_rates",
    "approve_good",
    "approve_supplier",
    "awaits_deposit",
    "change_member_role",
    "change_rate",
    "change_terms",
    "close_overdue_deposits",
    "create_good",
    "delist_good",
    "drop_view",
    "edit_good",
    "empty_sku",
    "invite_member",
    "keep_view",
    "list_good",
    "lock_supplier",
    "missing_deposit",
    "open_deposit_payment",
    "plan_bulk",
    "preview_import",
    "receive_deposit",
    "refuse_good",
    "reject_supplier",
    "remove_member",
    "require_listing",
    "resubmit",
    "resume_supplier",
    "review_goods",
    "run_import",
    "run_import_now",
    "set_freight",
    "set_stock",
    "start_import",
    "suspend_supplier",
    "take_from_supplier",
    "undo_bulk",
    "withdraw_invitation",
    "write_supplier_violations",
]
