"""Every write of suppliers, by noun: ``entry`` (companies), ``goods`` (listings), ``imports`` (catalogues)."""

from suppliers.services.charges import take_from_supplier
from suppliers.services.entry import (
    Application,
    apply,
    approve_supplier,
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

__all__ = [
    "RUN_IMPORT",
    "Application",
    "GoodDraft",
    "ImportDefaults",
    "apply",
    "apply_due_rates",
    "approve_good",
    "approve_supplier",
    "change_rate",
    "create_good",
    "delist_good",
    "edit_good",
    "list_good",
    "preview_import",
    "refuse_good",
    "reject_supplier",
    "resubmit",
    "resume_supplier",
    "run_import",
    "run_import_now",
    "set_freight",
    "set_stock",
    "start_import",
    "suspend_supplier",
    "take_from_supplier",
]
