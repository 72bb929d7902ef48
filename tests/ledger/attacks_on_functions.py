"""Attacks through functions of the owner, objects of one's own, files, roles and other sessions (trust §1).

An insider with the app's role may make temporary tables, and hang a trigger on them whose function he may run: none of
those that run with the owner's rights.
"""

from tests.ledger.statements import (
    CHANNEL,
    CHECK,
    ESCROW,
    JOURNAL,
    NO_VALUE,
    OWN,
    PARTITION,
    RIGHT,
    SEAL,
    SUPPLIER,
    UNIQUE,
    journal,
    leg,
    line,
)

DEPOSIT = SUPPLIER.replace("supplier_payable", "supplier_deposit")
TRANSFERS_OF_MY_OWN = (
    "CREATE TEMP TABLE mine (id bigint, journal_id bigint, posted_on date, debit_id bigint, credit_id bigint,"
    " amount_fen bigint, line_ref text)"
)
VERSIONS_OF_MY_OWN = (
    "CREATE TEMP TABLE rulebook_version (id bigint, number text, status text, text_hash text, published_at timestamptz,"
    " effective_at timestamptz, changes jsonb, withdrawn_at timestamptz)"
)
FORGED = (
    "INSERT INTO pg_temp.rulebook_version"
    " VALUES (1, 'forged', 'published', 'x', '2020-01-01', now(), '{\"PLATFORM_FEE_BP\": 0}', NULL)"
)
CLOCK_OF_MY_OWN = "CREATE TEMP TABLE kernel_clockoffset AS SELECT 1 AS id, interval '900 days' AS ahead"
OF_THE_OWNER = "(SELECT min(pid) FROM pg_stat_activity WHERE usename = 'taoxiaopu_owner')"

# Name: what is tried, what PostgreSQL answers, and words of it.
ATTACKS: dict[str, tuple[list[str], str, str]] = {
    # The guards' own functions, hung on a table where nothing else guards
    "money taken in by a table of one's own": (
        [
            TRANSFERS_OF_MY_OWN,
            "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_take_in()",
            journal("deposit", ref_type="charge"),
            line(CHANNEL, DEPOSIT, 1),
            f"INSERT INTO mine SELECT 1, {OWN}, (SELECT posted_on FROM ledger_journal WHERE id = {OWN}),"
            f" {CHANNEL}, {DEPOSIT}, 1000000, ''",
        ],
        RIGHT,
        "ledger_take_in",
    ),
    "a balance opened by a table of one's own": (
        [
            "CREATE TEMP TABLE mine (id bigint, party text)",
            "CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION ledger_open_balance()",
            f"INSERT INTO mine VALUES ({ESCROW}, 'me')",
        ],
        RIGHT,
        "ledger_open_balance",
    ),
    "taking in called by hand": (["SELECT ledger_take_in()"], "0A000|42501", "ledger_take_in"),
    # Other arguments
    "no month closed": (["SELECT ledger_close_month(NULL, 'x', now(), '')"], CHECK, "next month to close"),
    "the end of time closed": (
        ["SELECT ledger_close_month('infinity', 'x', now(), '')"],
        CHECK,
        "next month to close",
    ),
    "a month closed by nobody": (
        ["SELECT ledger_close_month('2020-06-01', NULL, now(), '')"],
        f"{CHECK}|{NO_VALUE}",
        "",
    ),
    "the end of time opened": (["SELECT ledger_open_month('infinity')"], CHECK, "no month of these books"),
    "the beginning of time opened": (["SELECT ledger_open_month('-infinity')"], CHECK, "no month"),
    "no day sealed": (["SELECT ledger_write_digest(NULL, now())"], NO_VALUE, "day"),
    "a day sealed at no time": (
        ["SELECT ledger_write_digest((now() - interval '2 days')::date, NULL)"],
        NO_VALUE,
        "written_at",
    ),
    # Temporary tables that shadow what functions and guards read
    "a clock of one's own": (
        [CLOCK_OF_MY_OWN, "SELECT ledger_write_digest((now() + interval '2 days')::date, now())"],
        CHECK,
        "is not over",
    ),
    "a clock of one's own, first in the path": (
        [
            "SET search_path = pg_temp, public",
            CLOCK_OF_MY_OWN,
            "SELECT public.ledger_write_digest((now() + interval '2 days')::date, now())",
        ],
        CHECK,
        "is not over",
    ),
    "numbers by rules of one's own": (
        [
            VERSIONS_OF_MY_OWN,
            FORGED,
            "INSERT INTO public.kernel_rulesversion (source, effective_at, changes, note)"
            " SELECT number, effective_at, changes, '' FROM pg_temp.rulebook_version",
        ],
        SEAL,
        "by a published version",
    ),
    "an acceptance of rules of one's own": (
        [
            VERSIONS_OF_MY_OWN,
            FORGED,
            "INSERT INTO public.rulebook_acceptance (version_id, party_kind, party_ref, person, text_hash, at)"
            " VALUES (1, 'owner', 'own', 'p', 'x', now())",
        ],
        SEAL,
        "what was announced",
    ),
    # More rows for the books without their tables
    "a child of the journals": (["CREATE TEMP TABLE mine () INHERITS (ledger_journal)"], RIGHT, "owner"),
    "a child of the balances": (["CREATE TEMP TABLE mine () INHERITS (ledger_balance)"], RIGHT, "owner"),
    "a child of the audit trail": (
        ["CREATE TEMP TABLE mine () INHERITS (kernel_auditentry)"],
        RIGHT,
        "owner",
    ),
    "a temporary table as a partition": (
        [
            TRANSFERS_OF_MY_OWN,
            "ALTER TABLE ledger_transfer ATTACH PARTITION mine FOR VALUES FROM ('2019-01-01') TO ('2019-02-01')",
        ],
        RIGHT,
        "owner",
    ),
    "the default partition written": (
        [JOURNAL, leg().replace("INTO ledger_transfer", "INTO ledger_transfer_default")],
        RIGHT,
        "ledger_transfer_default",
    ),
    "the default partition rewritten": (
        ["UPDATE ledger_transfer_default SET amount_fen = 1"],
        RIGHT,
        "ledger_transfer_default",
    ),
    "a partition dropped": ([f"DROP TABLE {PARTITION}"], RIGHT, "owner"),
    "a partition moved": ([f"ALTER TABLE {PARTITION} SET SCHEMA pg_temp"], RIGHT, "owner"),
    "COPY with a day of one's own": (
        ["COPY ledger_journal (kind, posted_on) FROM STDIN"],
        RIGHT,
        "ledger_journal",
    ),
    "COPY into the balances": (["COPY ledger_balance FROM STDIN"], RIGHT, "ledger_balance"),
    "COPY into the digests": (["COPY ledger_digest FROM STDIN"], RIGHT, "ledger_digest"),
    "another day for a transfer": (
        [JOURNAL, leg(), f"UPDATE ledger_transfer SET posted_on = '2020-01-01' WHERE journal_id = {OWN}"],
        RIGHT,
        "ledger_transfer",
    ),
    "another time for a journal": (
        ["UPDATE ledger_journal SET recorded_at = now(), xid = 0, posted_on = '2020-01-01'"],
        RIGHT,
        "ledger_journal",
    ),
    # Definitions
    "rows hidden by a policy": (["CREATE POLICY mine ON ledger_transfer USING (false)"], RIGHT, "owner"),
    "row security switched on": (["ALTER TABLE ledger_balance ENABLE ROW LEVEL SECURITY"], RIGHT, "owner"),
    "a constraint dropped": (["ALTER TABLE ledger_balance DROP CONSTRAINT balance_floor"], RIGHT, "owner"),
    "an index dropped": (["DROP INDEX withdrawal_one_open"], RIGHT, "owner"),
    "an index of one's own": (["CREATE INDEX mine ON ledger_transfer (id)"], RIGHT, "owner"),
    "the keys begun anew": (["ALTER SEQUENCE ledger_journal_id_seq RESTART"], RIGHT, "owner"),
    "a function of one's own": (
        ["CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
        RIGHT,
        "permission denied",
    ),
    "an event trigger": (
        [
            "CREATE FUNCTION pg_temp.mine() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION pg_temp.mine()",
        ],
        RIGHT,
        "event trigger",
    ),
    "an extension that speaks to others": (["CREATE EXTENSION dblink"], f"{RIGHT}|0A000|58P01", "dblink"),
    "a publication of the books": (
        ["CREATE PUBLICATION mine FOR TABLE ledger_transfer"],
        RIGHT,
        "permission denied",
    ),
    "the owner's rights for a function": (
        ["GRANT EXECUTE ON FUNCTION ledger_guard_partition(text) TO CURRENT_USER"],
        RIGHT,
        "ledger_guard_partition",
    ),
    "rights for what comes": (
        ["ALTER DEFAULT PRIVILEGES FOR ROLE taoxiaopu_owner GRANT ALL ON TABLES TO PUBLIC"],
        RIGHT,
        "permission denied",
    ),
    # Roles, files, other sessions
    "oneself a superuser": (["ALTER ROLE CURRENT_USER SUPERUSER"], RIGHT, "permission denied"),
    "oneself past row security": (["ALTER ROLE CURRENT_USER BYPASSRLS"], RIGHT, "permission denied"),
    "no triggers from the next session on": (
        ["ALTER ROLE CURRENT_USER SET session_replication_role = replica"],
        RIGHT,
        "replication_role",
    ),
    "the owner's membership": (["GRANT taoxiaopu_owner TO CURRENT_USER"], RIGHT, "permission denied"),
    "a role of one's own": (["CREATE ROLE mine"], RIGHT, "permission denied"),
    "the superuser's role": (["SET ROLE postgres"], RIGHT, "set role"),
    "all of the owner's dropped": (["DROP OWNED BY taoxiaopu_owner"], RIGHT, "permission denied"),
    "all of the owner's taken over": (
        ["REASSIGN OWNED BY taoxiaopu_owner TO CURRENT_USER"],
        RIGHT,
        "permission denied",
    ),
    "a file read": (["SELECT pg_read_file('/etc/passwd')"], RIGHT, "pg_read_file"),
    "a file read as a large object": (["SELECT lo_import('/etc/passwd')"], RIGHT, "lo_import"),
    "a large object written to a file": (
        ["SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/mine')"],
        RIGHT,
        "lo_export",
    ),
    "a file written": (["COPY ledger_journal TO '/tmp/mine'"], RIGHT, "permission denied"),
    "a program run": (["COPY ledger_journal TO PROGRAM 'cat'"], RIGHT, "permission denied"),
    "the owner's session ended": ([f"SELECT pg_terminate_backend({OF_THE_OWNER})"], RIGHT, "terminate"),
    # What has a story behind it (L11-L13)
    "a status against the graph": (
        ["UPDATE orders_order SET status = 'paid' WHERE status = 'finalised'"],
        CHECK,
        "cannot move from finalised to paid",
    ),
    "a second open withdrawal": (
        [
            "INSERT INTO commissions_withdrawal (number, owner_id, account_id, amount_fen, invoice_number, day, status,"
            " endorsed_by, decision_note, requested_at) SELECT 'mine', owner_id, account_id, 1, '', '2020-01-01',"
            " 'requested', '', '', now() FROM commissions_withdrawal"
        ],
        UNIQUE,
        "withdrawal_one_open",
    ),
    "a second judgement of a month": (
        [
            "INSERT INTO commissions_tiermonth (owner_id, month, sales_fen, orders, buyers, refunded, ended, disputes,"
            " points, target, level_before, level_after, misses_before, misses_after, judged_at)"
            " SELECT owner_id, month, 10000000, 600, 300, 0, 600, 0, 0, 4, 1, 4, 0, 0, now() FROM commissions_tiermonth"
        ],
        UNIQUE,
        "tier_month_once",
    ),
    "a second statement of a month": (
        [
            "INSERT INTO commissions_statement (owner_id, month, lines, commission_fen, bonus_fen, taken_back_fen,"
            " net_fen, settled_at) SELECT owner_id, month, 0, 0, 0, 0, 0, now() FROM commissions_statement"
        ],
        UNIQUE,
        "statement_once",
    ),
    "a listed reversal on another statement": (
        ["UPDATE commissions_reversal SET statement_id = NULL WHERE statement_id IS NOT NULL"],
        SEAL,
        "never changed",
    ),
    "another amount for a reversal": (
        ["UPDATE commissions_reversal SET owner_fen = 0"],
        RIGHT,
        "commissions_reversal",
    ),
    "a published rule rewritten": (
        ["UPDATE rulebook_version SET text_zh = 'x' WHERE published_at IS NOT NULL"],
        SEAL,
        "never changes",
    ),
    "a published rule removed": (["DELETE FROM rulebook_version"], SEAL, "never removed"),
    "numbers without a rule": (
        [
            "INSERT INTO kernel_rulesversion (source, effective_at, changes, note)"
            " VALUES ('mine', now(), '{\"PLATFORM_FEE_BP\": 0}', '')"
        ],
        SEAL,
        "by a published version",
    ),
}
