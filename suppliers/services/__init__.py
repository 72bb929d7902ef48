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
from suppliers.services.review import Reviewed, review_goods

__all__ = [
    "RUN_IMPORT",
    "Application",
    "GoodDraft",
    "ImportDefaults",
    "Reviewed",
    "apply",
    "apply_due_rates",
    "approve_good",
    "approve_supplier",
    "change_rate",
    "change_terms",
    "create_good",
    "delist_good",
    "edit_good",
    "list_good",
    "preview_import",
    "refuse_good",
    "reject_supplier",
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
]
