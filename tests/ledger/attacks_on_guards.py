"""Attacks on seals, balances, months, digests, rights and the guards themselves (trust §1 L5-L11)."""

from tests.ledger.statements import (
    CHECK,
    CONFIRMED,
    FEE,
    JOURNAL,
    OWN,
    OWNER,
    PARTITION,
    PAYOUT,
    RIGHT,
    SEAL,
    SEALED,
    UNIQUE,
    journal,
    leg,
    line,
)

# Name: what is tried, what PostgreSQL answers, and words of it.
ATTACKS: dict[str, tuple[list[str], str, str]] = {
    # L7
    "late leg": ([leg(SEALED)], SEAL, "is sealed"),
    "late leg in a savepoint": (["SAVEPOINT a", leg(SEALED)], SEAL, "is sealed"),
    "leg of no journal": (
        [leg("0").replace("(SELECT posted_on FROM public.ledger_journal WHERE id = 0)", "'2026-06-03'")],
        SEAL,
        "is sealed",
    ),
    "leg of another month": (
        [
            JOURNAL,
            leg().replace(f"(SELECT posted_on FROM public.ledger_journal WHERE id = {OWN})", "'2026-01-31'"),
        ],
        SEAL,
        "is sealed",
    ),
    "reopening by xid": (
        [
            "UPDATE ledger_journal SET xid = pg_current_xact_id()::text::bigint,"
            " recorded_at = transaction_timestamp() WHERE ref_id = 'sealed'",
            leg(SEALED),
        ],
        RIGHT,
        "permission denied",
    ),
    "own stamps": (
        [JOURNAL.replace("occurred_at)", "occurred_at, xid)").replace("now())", "now(), 7)")],
        RIGHT,
        "ledger_journal",
    ),
    "own time of recording": (
        [JOURNAL.replace("occurred_at)", "occurred_at, recorded_at)").replace("now())", "now(), now())")],
        RIGHT,
        "ledger_journal",
    ),
    "own day of the books": (
        [
            JOURNAL.replace("occurred_at)", "occurred_at, posted_on)").replace(
                "now())", "now(), '2026-01-01')"
            )
        ],
        RIGHT,
        "ledger_journal",
    ),
    "own key": (
        [JOURNAL.replace("(kind,", "(id, kind,").replace("('payment'", "(1, 'payment'")],
        RIGHT,
        "ledger_journal",
    ),
    "a snapshot from before": (
        ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", JOURNAL, leg()],
        SEAL,
        "read committed",
    ),
    "serializable": (
        ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", JOURNAL, leg()],
        SEAL,
        "read committed",
    ),
    # L8, L9, L11
    "overdraw": (
        [journal("withdraw", ref_type="withdrawal"), line(OWNER, PAYOUT, 1_301)],
        CHECK,
        "balance_floor",
    ),
    "overdraw and put back within one transaction": (
        [
            journal("withdraw", ref_type="withdrawal"),
            line(OWNER, PAYOUT, 1_301),
            journal("settle", ref="later"),
            line(CONFIRMED, OWNER, 1).replace("'attack'", "'later'"),
        ],
        CHECK,
        "balance_floor",
    ),
    "balance by hand": (["UPDATE ledger_balance SET balance_fen = 100000000"], RIGHT, "ledger_balance"),
    "balance of one's own": (["INSERT INTO ledger_balance VALUES (999, 1)"], RIGHT, "ledger_balance"),
    "balance removed": (["DELETE FROM ledger_balance"], RIGHT, "ledger_balance"),
    "balance locked for ever": (["SELECT 1 FROM ledger_balance FOR UPDATE"], RIGHT, "ledger_balance"),
    # L10
    "month closed by hand": (
        ["INSERT INTO ledger_monthclosing VALUES ('2020-01-01', 'x', now(), 0, 0, 0, '')"],
        RIGHT,
        "ledger_monthclosing",
    ),
    "month closed out of order": (
        ["SELECT ledger_close_month('2019-01-01', 'x', now(), '')"],
        CHECK,
        "next month to close",
    ),
    "month reopened": (["DELETE FROM ledger_monthclosing"], RIGHT, "ledger_monthclosing"),
    "month that is not over": (
        [
            "SELECT ledger_close_month(m::date, 'x', now(), '') FROM generate_series(timestamp '2026-06-01',"
            " date_trunc('month', now()) + interval '1 month', interval '1 month') m"
        ],
        CHECK,
        "is not over",
    ),
    # Seals and shapes
    "digest by hand": (
        ["INSERT INTO ledger_digest VALUES ('2026-01-01', '', '', 0, 0, 0, now())"],
        RIGHT,
        "ledger_digest",
    ),
    "digest rewritten": (["UPDATE ledger_digest SET digest = ''"], RIGHT, "ledger_digest"),
    "digest of a day to come": (
        ["SELECT ledger_write_digest((now() + interval '2 days')::date, now())"],
        CHECK,
        "is not over",
    ),
    "digest of an old snapshot": (
        [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SELECT ledger_write_digest('2026-06-30', now())",
        ],
        SEAL,
        "read committed",
    ),
    "checkpoint by hand": (["UPDATE ledger_checkpoint SET debit_fen = 0"], RIGHT, "ledger_checkpoint"),
    "closing balance by hand": (["UPDATE ledger_closingbalance SET debit_fen = 0"], RIGHT, "closingbalance"),
    "a shape of one's own": (
        ["INSERT INTO ledger_shape VALUES ('settle', 'platform_fee', 'owner_withdrawable', '')"],
        RIGHT,
        "ledger_shape",
    ),
    # Past the table, past the triggers, past the role
    "straight into a partition": (
        [JOURNAL, leg().replace("INTO ledger_transfer", f"INTO {PARTITION}")],
        RIGHT,
        PARTITION,
    ),
    "partition emptied": ([f"TRUNCATE {PARTITION}"], RIGHT, PARTITION),
    "partition rewritten": ([f"UPDATE {PARTITION} SET amount_fen = 1"], RIGHT, PARTITION),
    "partition detached": ([f"ALTER TABLE ledger_transfer DETACH PARTITION {PARTITION}"], RIGHT, "owner"),
    "partition of one's own": (
        ["CREATE TABLE mine PARTITION OF ledger_transfer FOR VALUES FROM ('2019-01-01') TO ('2019-02-01')"],
        RIGHT,
        "permission denied",
    ),
    "guard function called by hand": (
        ["SELECT ledger_guard_partition('ledger_account')"],
        RIGHT,
        "ledger_guard",
    ),
    "COPY past the columns": (["COPY ledger_transfer FROM PROGRAM 'echo'"], RIGHT, "permission denied"),
    "COPY a key": (
        ["COPY ledger_transfer (id, journal_id) FROM '/etc/hostname'"],
        RIGHT,
        "permission denied",
    ),
    "keys burnt": (["SELECT setval('ledger_journal_id_seq', 1)"], RIGHT, "ledger_journal_id_seq"),
    "keys skipped": (["SELECT nextval('ledger_transfer_id_seq')"], RIGHT, "ledger_transfer_id_seq"),
    "the owner's role": (["SET ROLE taoxiaopu_owner"], RIGHT, "set role"),
    "the owner's session": (["SET SESSION AUTHORIZATION taoxiaopu_owner"], RIGHT, "session authorization"),
    "a right of one's own": (
        ["GRANT ALL ON ledger_transfer TO CURRENT_USER", "UPDATE ledger_transfer SET amount_fen = 1"],
        RIGHT,
        "ledger_transfer",
    ),
    "no triggers for this session": (["SET session_replication_role = replica"], RIGHT, "replication_role"),
    "a temporary table in place of the chart": (
        [
            "CREATE TEMP TABLE ledger_shape AS SELECT 'settle' AS kind, 'platform_fee' AS debit,"
            " 'owner_withdrawable' AS credit, '' AS reverses",
            journal("settle"),
            line(FEE, OWNER, 100),
        ],
        CHECK,
        "never moves from platform_fee",
    ),
    "a temporary table in place of the transfers": (
        [
            "CREATE TEMP TABLE ledger_transfer (journal_id bigint, posted_on date)",
            JOURNAL,
            f"INSERT INTO pg_temp.ledger_transfer VALUES ({OWN}, now())",
        ],
        CHECK,
        "has no transfer",
    ),
    "a temporary table in place of the journals": (
        [
            "CREATE TEMP TABLE ledger_journal (id bigint, xid bigint, recorded_at timestamptz, posted_on date)",
            f"INSERT INTO pg_temp.ledger_journal VALUES ({SEALED}, pg_current_xact_id()::text::bigint,"
            " transaction_timestamp(), '2026-06-03')",
            leg(SEALED).replace("INTO ledger_transfer", "INTO public.ledger_transfer"),
        ],
        SEAL,
        "is sealed",
    ),
    "new body for the guard": (
        [
            "CREATE OR REPLACE FUNCTION ledger_take_in() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$"
        ],
        RIGHT,
        "permission denied",
    ),
    "other path for the guard": (["ALTER FUNCTION ledger_take_in() RESET search_path"], RIGHT, "owner"),
    "guard dropped": (["DROP FUNCTION ledger_refuse_change() CASCADE"], RIGHT, "owner"),
    "rule instead of the insert": (
        ["CREATE RULE hide AS ON INSERT TO ledger_transfer DO INSTEAD NOTHING"],
        RIGHT,
        "owner",
    ),
    "trigger of one's own": (
        [
            "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfer FOR EACH ROW"
            " EXECUTE FUNCTION ledger_stamp_journal()"
        ],
        RIGHT,
        "ledger_transfer",
    ),
    "view of one's own": (["CREATE VIEW mine AS SELECT * FROM ledger_transfer"], RIGHT, "permission denied"),
    "schema of one's own": (["CREATE SCHEMA mine"], RIGHT, "permission denied"),
    "table of one's own": (["CREATE TABLE public.mine (id int)"], RIGHT, "permission denied"),
    "changing within a query": (
        ["WITH gone AS (DELETE FROM ledger_transfer RETURNING *) SELECT count(*) FROM gone"],
        RIGHT,
        "ledger_transfer",
    ),
    "a block that swallows the refusal": (
        ["DO $$ BEGIN UPDATE ledger_transfer SET amount_fen = 1; EXCEPTION WHEN OTHERS THEN RAISE; END $$"],
        RIGHT,
        "ledger_transfer",
    ),
    "prepared for later": (
        [JOURNAL, "PREPARE TRANSACTION 'later'"],
        "23514|55000|0A000",
        "",
    ),
    "platform account for a party": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', 'p')"],
        CHECK,
        "account_party_by_kind",
    ),
    "party account for nobody": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('owner_debt', '')"],
        CHECK,
        "account_party_by_kind",
    ),
    "account twice": (
        ["INSERT INTO ledger_account (kind, party) VALUES ('escrow', '')"],
        UNIQUE,
        "account_once",
    ),
    "account renamed to one's own": (
        ["UPDATE ledger_account SET party = 'me' WHERE party = 'own'"],
        SEAL,
        "never changed",
    ),
    "migration history": (["DELETE FROM django_migrations"], RIGHT, "django_migrations"),
}
