"""What must stand in PostgreSQL so that the books can be relied on: triggers, functions, constraints, rights, by name.

Triggers and functions are written down here as the migrations leave them, constraints are those of the models, rights
those of ``flows.grants``. ``tests/flows/test_guards.py`` compares all of it with a database that was just migrated, and
says what to write where a migration changed something.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import CheckConstraint, Field, ForeignKey, Model, UniqueConstraint

from taoxiaopu.flows.grants import APPEND_ONLY, LOCKED, WRITTEN, read_only

# Trigger: the moment it runs at, as ``guards.MOMENT`` spells it, and its function.
Trigger = tuple[str, str, str, str]


def _kept(table: str, function: str, *, name: str = "", row: str = "append_only") -> Iterator[Trigger]:
    """A table whose rows are never changed, removed or emptied away."""
    name = name or table
    yield table, f"{name}_{row}", "before row update delete", function
    yield table, f"{name}_no_truncate", "before statement truncate", function


TRIGGERS: tuple[Trigger, ...] = (
    *_kept("ledger_account", "ledger_refuse_change"),
    *_kept("ledger_journal", "ledger_refuse_change"),
    *_kept("ledger_transfer", "ledger_refuse_change"),
    *_kept("ledger_monthclosing", "ledger_refuse_change"),
    *_kept("ledger_closingbalance", "ledger_refuse_change"),
    *_kept("ledger_digest", "ledger_refuse_change"),
    *_kept("ledger_checkpoint", "ledger_refuse_change"),
    ("ledger_account", "ledger_account_balance", "after row insert when", "ledger_open_balance"),
    ("ledger_journal", "ledger_journal_stamp", "before row insert", "ledger_stamp_journal"),
    ("ledger_journal", "ledger_journal_not_empty", "after row insert deferred", "ledger_require_transfers"),
    ("ledger_transfer", "ledger_transfer_take_in", "after statement insert", "ledger_take_in"),
    *_kept("kernel_auditentry", "kernel_refuse_change", name="kernel_audit"),
    *_kept("suppliers_stockmovement", "suppliers_refuse_change"),
    *_kept("suppliers_reviewdecision", "suppliers_refuse_decision_change"),
    *_kept("storefronts_conversationmessage", "storefronts_refuse_change"),
    *_kept("commissions_tiermonth", "commissions_refuse_change"),
    *_kept("commissions_statement", "commissions_refuse_settled_change", row="never_changes"),
    *_kept("commissions_statementitem", "commissions_refuse_settled_change", row="never_changes"),
    *_kept("commissions_deduction", "commissions_refuse_settled_change", row="never_changes"),
    *_kept("commissions_supplierstatement", "commissions_refuse_settled_change", row="never_changes"),
    *_kept("commissions_supplierstatementline", "commissions_refuse_settled_change", row="never_changes"),
    (
        "tax_commissioninvoice",
        "tax_commissioninvoice_issued_once",
        "before row insert update delete",
        "tax_issue_once",
    ),
    (
        "tax_commissioninvoice",
        "tax_commissioninvoice_no_truncate",
        "before statement truncate",
        "tax_issue_once",
    ),
    (
        "commissions_reversal",
        "commissions_reversal_listed_once",
        "before row update",
        "commissions_list_reversal_once",
    ),
    (
        "commissions_reversal",
        "commissions_reversal_never_deleted",
        "before row delete",
        "commissions_refuse_settled_change",
    ),
    (
        "commissions_reversal",
        "commissions_reversal_no_truncate",
        "before statement truncate",
        "commissions_refuse_settled_change",
    ),
    ("orders_order", "orders_order_status_graph", "before row update of columns", "orders_refuse_wrong_move"),
    ("orders_order", "orders_order_agreed", "before row update of columns when", "orders_require_agreement"),
    *_kept("orders_contractversion", "orders_refuse_change"),
    *_kept("orders_contractacceptance", "orders_refuse_change"),
    ("orders_contractversion", "orders_contractversion_seal", "before row insert", "orders_seal_version"),
    (
        "orders_orderline",
        "orders_orderline_supplier",
        "before row insert when",
        "orders_fill_line_supplier",
    ),
    ("rulebook_version", "rulebook_version_guard", "before row insert update", "rulebook_guard_version"),
    ("rulebook_version", "rulebook_version_stays", "before row delete", "rulebook_refuse_change"),
    (
        "rulebook_version",
        "rulebook_version_no_truncate",
        "before statement truncate",
        "rulebook_refuse_change",
    ),
    ("rulebook_acceptance", "rulebook_acceptance_guard", "before row insert", "rulebook_guard_acceptance"),
    *_kept("rulebook_acceptance", "rulebook_refuse_change"),
    ("rulebook_comment", "rulebook_comment_guard", "before row update", "rulebook_guard_comment"),
    ("rulebook_comment", "rulebook_comment_stays", "before row delete", "rulebook_refuse_change"),
    ("kernel_rulesversion", "rulebook_numbers_guard", "before row insert update", "rulebook_guard_numbers"),
    ("kernel_rulesversion", "rulebook_numbers_stay", "before row delete", "rulebook_refuse_change"),
    (
        "kernel_rulesversion",
        "rulebook_numbers_no_truncate",
        "before statement truncate",
        "rulebook_refuse_change",
    ),
)
# Every partition of ledger_transfer has these.
PARTITION_TRIGGERS = (
    ("ledger_transfer_append_only", "before row update delete", "ledger_refuse_change"),
    ("ledger_partition_no_insert", "before statement insert", "ledger_refuse_direct"),
    ("ledger_partition_no_truncate", "before statement truncate", "ledger_refuse_change"),
)
# Foreign keys over two columns, which no model can say: what belongs together belongs to the same tenant (L14).
COMPOSITE = (
    ("orders_orderline", "line_of_suppliers_order"),
    ("orders_orderline", "line_of_suppliers_good"),
    ("orders_orderline", "line_of_goods_sku"),
    ("orders_orderline", "line_in_orders_parcel"),
    ("orders_order", "order_of_owners_shop"),
    ("storefronts_pick", "pick_in_shops_section"),
)
# Function: half a SHA-256 of its body, of whose rights it runs with and of its settings, as ``guards.SHAPE`` has it.
FUNCTIONS: dict[str, str] = {
    "commissions_list_reversal_once()": "8360bb3b9531a026e17119ab4cb31cf0",
    "commissions_refuse_change()": "513ec436a6163c063582d34958a2a940",
    "commissions_refuse_settled_change()": "45a613938f1baa1748005df5f0708912",
    "kernel_refuse_change()": "87ee3184fffa3f066ee00211aaecf14c",
    "ledger_close_month(date, text, timestamp with time zone, text)": "c86fe115a7f74f635afea36312c964bd",
    "ledger_guard_partition(text)": "5ebadc0bb21d298817f95eb766f3cfe9",
    "ledger_open_balance()": "e46b570885bce263d77aa8eecf06e508",
    "ledger_open_month(date)": "ffbad4d7d406bd2971887f02496b4c1b",
    "ledger_refuse_change()": "c53703ef2f8a0612a59888f0df628e13",
    "ledger_refuse_direct()": "4a13d43453c04b8e7c1083ab0d254d29",
    "ledger_require_transfers()": "45871e53cde96324fc4f6c6eea91fe79",
    "ledger_stamp_journal()": "33c7ae4a0b99a3aafa235883bd1a05ad",
    "ledger_take_in()": "816bf1ff87cb9de96a1c048519e160b7",
    "ledger_write_digest(date, timestamp with time zone)": "4ed3dff681283266b8abc9ea71ba8193",
    "orders_fill_line_supplier()": "4b1c6612c8279058f42eaf32f727581d",
    "orders_refuse_change()": "97c0d17e833b6f314f2b051932707180",
    "orders_refuse_wrong_move()": "cd66e700dbb5c3181b99e2a763254ce3",
    "orders_require_agreement()": "e92d4df7e9b1dcfb3f038db9ef4fd451",
    "orders_seal_version()": "d08141a629effe1ab86051234cac5a0a",
    "rulebook_guard_acceptance()": "a42f095c65b1ffc6dc25d5dfd6b9005f",
    "rulebook_guard_comment()": "57070da04d45e39e682da9799af7c0ae",
    "rulebook_guard_numbers()": "069ba1c9182dcbe757d4619502c4d34b",
    "rulebook_guard_version()": "8edefd59e9d89be9587cb3081c9d82ea",
    "rulebook_refuse_change()": "d3f779c83cde02ebac280d032dfe91c2",
    "storefronts_refuse_change()": "60f0ed477578fcefde977babc48f2c74",
    "suppliers_refuse_change()": "ea8c709038afc3dc1e40844611938e71",
    "suppliers_refuse_decision_change()": "07831e2d5ccc629559503ce17ff3927e",
    "tax_issue_once()": "ffe4694de0f09372aef49e5fcc2014c9",
}


def constraints() -> Iterator[tuple[str, str, str, str]]:
    """What the models ask of their tables: table, what it is called, kind, and the columns or the name it is found by.

    Kinds: ``check``, ``unique`` and ``together`` (COMPOSITE) by name, ``index`` by name, ``key`` and ``positive`` by columns, ``filled`` (no NULL) and
    ``refers`` (a foreign key) by column.
    """
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield from _of_model(model)
    for table, name in COMPOSITE:
        yield table, name, "together", name


def _of_model(model: type[Model]) -> Iterator[tuple[str, str, str, str]]:
    table = model._meta.db_table
    for constraint in model._meta.constraints:
        if isinstance(constraint, CheckConstraint):
            yield table, constraint.name, "check", constraint.name
        elif isinstance(constraint, UniqueConstraint):
            plain = constraint.fields and not (
                constraint.condition or constraint.include or constraint.opclasses
            )
            yield table, constraint.name, "unique" if plain else "index", constraint.name
    for names in model._meta.unique_together:
        columns = [model._meta.get_field(name).column for name in names]  # type: ignore[union-attr]
        yield table, ", ".join(columns), "key", ", ".join(sorted(columns))
    for field in model._meta.local_concrete_fields:
        yield from _of_field(table, field)


def _of_field(table: str, field: "Field[object, object]") -> Iterator[tuple[str, str, str, str]]:
    column = str(field.column)
    if (
        field.unique and table != "ledger_transfer"
    ):  # whose key is that and the day, as a partitioned table's must be
        yield table, column, "key", column
    if not field.null and not field.generated:
        yield table, column, "filled", column
    if "Positive" in field.get_internal_type():
        yield table, column, "positive", column
    if isinstance(field, ForeignKey) and field.db_constraint:
        yield table, f"{column} → {field.related_model._meta.db_table}", "refers", column


def forbidden() -> Iterator[tuple[str, str, str]]:
    """What the app's role may not do: table, right, and the columns that are excepted, with commas around each."""
    for table in (*read_only(), *APPEND_ONLY):
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            yield table, right, _listed(LOCKED.get(table, "") if right == "UPDATE" else "")
    for table in read_only():
        yield table, "INSERT", ""
    for table, columns in WRITTEN.items():
        yield table, "INSERT", _listed(columns)


def _listed(columns: str) -> str:
    return f",{columns.replace(' ', '')}," if columns else ""
