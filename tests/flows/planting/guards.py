"""Damage to the guards: a trigger, function, constraint, partition, table or right that is not what it was."""

from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import World


@damage("guard_stands")
def a_trigger_switched_off(world: World) -> str:
    run("ALTER TABLE ledger_journal DISABLE TRIGGER ledger_journal_append_only")
    return "ledger_journal ledger_journal_append_only"


@damage("guard_stands")
def a_trigger_dropped(world: World) -> str:
    run("DROP TRIGGER ledger_transfer_take_in ON ledger_transfer")
    return "ledger_transfer ledger_transfer_take_in"


@damage("guard_stands")
def a_trigger_that_never_runs(world: World) -> str:
    run(
        "DROP TRIGGER ledger_journal_stamp ON ledger_journal",
        "CREATE TRIGGER ledger_journal_stamp BEFORE INSERT ON ledger_journal FOR EACH ROW WHEN (false)"
        " EXECUTE FUNCTION ledger_stamp_journal()",
    )
    return "ledger_journal ledger_journal_stamp"


@damage("guard_stands")
def a_trigger_with_another_function(world: World) -> str:
    run(
        "DROP TRIGGER kernel_audit_append_only ON kernel_auditentry",
        "CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE OR DELETE ON kernel_auditentry FOR EACH ROW"
        " EXECUTE FUNCTION ledger_stamp_journal()",
    )
    return "kernel_auditentry kernel_audit_append_only"


@damage("guard_stands")
def a_partitions_trigger_dropped(world: World) -> str:
    run("DROP TRIGGER ledger_partition_no_insert ON ledger_transfer_2026_07")
    return "ledger_transfer_2026_07 ledger_partition_no_insert"


@damage("guard_stands")
def a_trigger_more(world: World) -> str:
    run(
        "CREATE TRIGGER mine BEFORE INSERT ON commissions_statement FOR EACH ROW"
        " EXECUTE FUNCTION ledger_stamp_journal()"
    )
    return "commissions_statement mine"


@damage("guard_stands")
def a_rule_that_swallows_rows(world: World) -> str:
    run("CREATE RULE mine AS ON INSERT TO kernel_auditentry DO INSTEAD NOTHING")
    return "kernel_auditentry mine"


@damage("guard_function")
def a_guard_with_an_empty_body(world: World) -> str:
    run(
        "CREATE OR REPLACE FUNCTION orders_refuse_wrong_move() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$"
    )
    return "orders_refuse_wrong_move()"


@damage("guard_function")
def a_guard_that_looks_elsewhere(world: World) -> str:
    run("ALTER FUNCTION rulebook_guard_numbers() RESET search_path")
    return "rulebook_guard_numbers()"


@damage("guard_function", "guard_stands")
def a_guard_dropped_with_its_triggers(world: World) -> Found:
    run("DROP FUNCTION commissions_refuse_change() CASCADE")
    triggers = ("append_only", "no_truncate")
    return "commissions_refuse_change()", [
        f"commissions_tiermonth commissions_tiermonth_{name}" for name in triggers
    ]


@damage("guard_function", "guard_right")
def a_door_of_the_owners(world: World) -> Found:
    run(
        "CREATE FUNCTION mine(fen bigint) RETURNS void LANGUAGE sql SECURITY DEFINER"
        " AS 'UPDATE ledger_balance SET balance_fen = fen'"
    )
    return "mine(bigint)", [
        f"{role} mine(bigint) EXECUTE" for role in ("taoxiaopu_app", "taoxiaopu_readonly")
    ]


@damage("guard_constraint")
def a_floor_taken_out(world: World) -> str:
    run("ALTER TABLE ledger_balance DROP CONSTRAINT balance_floor")
    return "ledger_balance balance_floor"


@damage("guard_constraint")
def a_line_of_any_supplier_allowed(world: World) -> str:
    run("ALTER TABLE orders_orderline DROP CONSTRAINT line_of_suppliers_good")
    return "orders_orderline line_of_suppliers_good"


@damage("guard_constraint")
def a_floor_that_was_never_checked(world: World) -> str:
    run(
        "ALTER TABLE ledger_balance DROP CONSTRAINT balance_floor",
        "ALTER TABLE ledger_balance ADD CONSTRAINT balance_floor CHECK (balance_fen >= 0) NOT VALID",
    )
    return "ledger_balance balance_floor"


@damage("guard_constraint")
def an_event_that_may_come_twice(world: World) -> str:
    run("ALTER TABLE ledger_journal DROP CONSTRAINT journal_event_once")
    return "ledger_journal journal_event_once"


@damage("guard_constraint")
def two_open_withdrawals_allowed(world: World) -> str:
    run("DROP INDEX withdrawal_one_open")
    return "commissions_withdrawal withdrawal_one_open"


@damage("guard_constraint")
def a_number_that_may_come_twice(world: World) -> str:
    run("ALTER TABLE payments_refund DROP CONSTRAINT payments_refund_number_key")
    return "payments_refund number"


@damage("guard_constraint")
def a_reference_that_may_lead_nowhere(world: World) -> str:
    run(
        "DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE commissions_statement DROP CONSTRAINT %I', conname)"
        " FROM pg_constraint WHERE conrelid = 'commissions_statement'::regclass AND contype = 'f'); END $$"
    )
    return "commissions_statement owner_id → storefronts_owner"


@damage("guard_constraint")
def an_amount_that_may_be_missing(world: World) -> str:
    run("ALTER TABLE commissions_statement ALTER COLUMN net_fen DROP NOT NULL")
    return "commissions_statement net_fen"


@damage("guard_constraint")
def a_count_that_may_be_negative(world: World) -> str:
    run("ALTER TABLE commissions_statement DROP CONSTRAINT commissions_statement_lines_check")
    return "commissions_statement lines"


@damage("guard_table")
def rows_that_a_policy_may_hide(world: World) -> str:
    run("ALTER TABLE ledger_balance ENABLE ROW LEVEL SECURITY")
    return "ledger_balance"


@damage("guard_table")
def rows_that_a_crash_may_lose(world: World) -> str:
    run("ALTER TABLE ledger_shape SET UNLOGGED")
    return "ledger_shape"


@damage("guard_table")
def rows_of_a_child(world: World) -> str:
    run("CREATE TABLE mine () INHERITS (ledger_digest)")
    return "ledger_digest"


@damage("guard_partition")
def a_partition_of_years(world: World) -> str:
    run(
        "CREATE TABLE mine PARTITION OF ledger_transfer FOR VALUES FROM ('2040-01-01') TO ('2050-01-01')",
        "SELECT ledger_guard_partition('mine')",
    )
    return "mine"


@damage("guard_partition")
def an_empty_month_detached(world: World) -> str:
    run("ALTER TABLE ledger_transfer DETACH PARTITION ledger_transfer_2026_12")
    return "ledger_transfer_2026_12"


@damage("guard_right")
def a_right_to_change_transfers(world: World) -> list[str]:
    run("GRANT UPDATE (amount_fen), DELETE ON ledger_transfer TO taoxiaopu_app")
    return [f"taoxiaopu_app ledger_transfer{right}" for right in (".amount_fen UPDATE", " DELETE")]


@damage("guard_right")
def a_right_to_stamp_journals(world: World) -> list[str]:
    run("GRANT INSERT (xid, recorded_at) ON ledger_journal TO taoxiaopu_app")
    return [f"taoxiaopu_app ledger_journal.{column} INSERT" for column in ("recorded_at", "xid")]


@damage("guard_right")
def a_right_of_everybodys(world: World) -> list[str]:
    run("GRANT UPDATE (balance_fen) ON ledger_balance TO PUBLIC")
    return ["taoxiaopu_app ledger_balance.balance_fen UPDATE"]


@damage("guard_right")
def a_right_on_a_partition(world: World) -> str:
    run("GRANT INSERT ON ledger_transfer_2026_07 TO taoxiaopu_app")
    return "taoxiaopu_app ledger_transfer_2026_07 INSERT"


@damage("guard_right")
def a_right_of_reports_to_write(world: World) -> str:
    run("GRANT UPDATE ON commissions_withdrawal TO taoxiaopu_readonly")
    return "taoxiaopu_readonly commissions_withdrawal UPDATE"


@damage("guard_right")
def a_function_open_to_everybody(world: World) -> list[str]:
    run("GRANT EXECUTE ON FUNCTION ledger_take_in() TO PUBLIC")
    return [f"{role} ledger_take_in() EXECUTE" for role in ("taoxiaopu_app", "taoxiaopu_readonly")]


@damage("guard_right")
def tables_of_the_apps_own(world: World) -> str:
    run("GRANT CREATE ON SCHEMA public TO taoxiaopu_app")
    return "taoxiaopu_app CREATE IN public"
