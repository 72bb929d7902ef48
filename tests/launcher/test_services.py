"""The embedded servers: made once, shared, started again when killed, gone when nobody needs them."""

import os
import pwd
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest
import redis

from launcher.addresses import Addresses
from launcher.credentials import Credentials
from launcher.errors import LauncherError
from launcher.paths import DataDir
from launcher.postgres import THROWAWAY, Identity, Postgres
from launcher.processes import alive, is_free
from launcher.services import Loan, Notice, borrowed, keeper_is_there
from tests.launcher.conftest import processes_of, wait_until

Borrower = Callable[[], "subprocess.Popen[str]"]


def ask(url: str, query: str, *values: object) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def answers(addresses: Addresses) -> bool:
    try:
        with redis.Redis.from_url(addresses.redis_url) as valkey:
            return ask(addresses.database_url, "SELECT 1") == [(1,)] and bool(valkey.ping())
    except (psycopg2.OperationalError, redis.ConnectionError):
        return False


def postgres_pid(data_dir: DataDir) -> int:
    return int((data_dir.postgres / "postmaster.pid").read_text().split()[0])


def test_first_start_makes_two_roles_and_the_second_keeps_the_data(data_dir: DataDir) -> None:
    with borrowed(data_dir) as first:
        assert ask(first.database_url, "SELECT current_user::text") == [("taoxiaopu_app",)]
        assert ask(first.database_owner_url, "SELECT current_user::text") == [("taoxiaopu_owner",)]
        rights = "SELECT rolcreatedb, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert ask(first.database_url, rights) == [(False, False, False)]
        assert ask(first.database_owner_url, rights) == [(True, False, False)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(first.database_url, "CREATE TABLE public.mine (id int)")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(first.database_owner_url, "SET session_replication_role = replica")
        with pytest.raises(psycopg2.OperationalError):
            ask(first.database_url.replace("@", "x@"), "SELECT 1")
        assert ask(first.database_owner_url, "SELECT array_length(show_trgm('淘小铺'), 1)") == [(4,)]
        assert ask(first.database_owner_url, "SHOW synchronous_commit") == [("on",)]
        ask(first.database_owner_url, "CREATE TABLE public.kept AS SELECT 7 AS number")
        with redis.Redis.from_url(first.redis_url) as valkey:
            valkey.set("kept", "8")
        ports = Notice.read(data_dir)
        for secret in ("services.json", "credentials.json"):
            assert stat.S_IMODE((data_dir.run / secret).stat().st_mode) == 0o600
        assert stat.S_IMODE(data_dir.run.stat().st_mode) == 0o700
    assert wait_until(lambda: not processes_of(data_dir.path)), processes_of(data_dir.path)
    assert not (data_dir.run / "services.json").exists()
    assert ports is not None
    assert is_free(ports.postgres_port)
    assert is_free(ports.valkey_port)

    with borrowed(data_dir) as second:
        assert ask(second.database_owner_url, "SELECT number FROM public.kept") == [(7,)]
        with redis.Redis.from_url(second.redis_url) as valkey:
            assert valkey.get("kept") == b"8"


def test_two_borrowers_share_and_the_last_one_stops_the_servers(
    data_dir: DataDir, borrower: Borrower
) -> None:
    first, second = borrower(), borrower()
    assert first.stdout is not None
    assert second.stdout is not None
    address = first.stdout.readline()
    assert address.startswith("postgresql://taoxiaopu_app:")
    assert second.stdout.readline() == address
    first.communicate(timeout=20)  # closes its input: it leaves at once, the servers stay
    assert first.returncode == 0
    assert ask(address.strip(), "SELECT 1") == [(1,)]
    second.communicate(timeout=20)
    assert second.returncode == 0
    assert wait_until(lambda: not processes_of(data_dir.path)), processes_of(data_dir.path)


def test_a_killed_borrower_leaves_no_process(data_dir: DataDir, borrower: Borrower) -> None:
    process = borrower()
    assert process.stdout is not None
    process.stdout.readline()
    assert len(processes_of(data_dir.path)) >= 3
    process.kill()
    assert wait_until(lambda: not processes_of(data_dir.path))
    assert wait_until(lambda: not keeper_is_there(data_dir))


def test_a_borrower_killed_in_its_first_moments_breaks_nothing(data_dir: DataDir, borrower: Borrower) -> None:
    process = borrower()
    assert wait_until(lambda: list(data_dir.path.glob("postgres.new-*")))
    process.kill()
    assert wait_until(lambda: not processes_of(data_dir.path))
    with borrowed(data_dir) as addresses:
        assert answers(addresses)
    assert not list(data_dir.path.glob("postgres.new-*"))


def test_killed_servers_come_back_where_they_were(data_dir: DataDir) -> None:
    loan = Loan(data_dir)
    addresses = loan.take()
    try:
        before = Notice.read(data_dir)
        ask(addresses.database_owner_url, "CREATE TABLE public.kept AS SELECT 7 AS number")
        os.kill(postgres_pid(data_dir), signal.SIGKILL)
        assert wait_until(lambda: "PostgreSQL ended by itself" in loan.log.read_text())
        assert ask(addresses.database_owner_url, "SELECT number FROM public.kept") == [(7,)]

        with redis.Redis.from_url(addresses.redis_url) as valkey:
            valkey.set("kept", "8")
            os.kill(int(valkey.info("server")["process_id"]), signal.SIGKILL)
        assert wait_until(lambda: "Valkey ended by itself" in loan.log.read_text())
        with redis.Redis.from_url(addresses.redis_url) as valkey:
            assert valkey.get("kept") == b"8"
        assert Notice.read(data_dir) == before

        assert before is not None
        assert not loan.is_broken()
        os.kill(before.keeper, signal.SIGKILL)
        assert wait_until(loan.is_broken)
        assert answers(loan.renew())
    finally:
        loan.give_back()


def test_a_stale_notice_misleads_nobody(data_dir: DataDir) -> None:
    with borrowed(data_dir):
        pass
    stale = Notice(2**22 + 1, 1, 1, Addresses("postgresql://no", "postgresql://no", "redis://no"))
    stale.write(data_dir)
    (data_dir.postgres / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data_dir.postgres}\n0\n1\n\n127.0.0.1\n"
    )
    assert not alive(stale.keeper)
    with borrowed(data_dir) as addresses:
        assert answers(addresses)
        assert alive(os.getpid())


def test_lost_passwords_are_said_plainly(data_dir: DataDir) -> None:
    data_dir.create()
    data_dir.postgres.mkdir()
    with pytest.raises(LauncherError, match=r"credentials\.json is missing"), borrowed(data_dir):
        pass


def test_identity_of_postgres(data_dir: DataDir, tmp_path: Path) -> None:
    """Root looks like nobody or becomes it; over another user's cluster it becomes that user."""
    data_dir.create()
    chosen = Identity.choose(data_dir.postgres)
    forced = Identity.choose(data_dir.postgres, forced="nobody")
    if os.geteuid() != 0:
        assert chosen == forced == Identity()
        return
    assert chosen.prefix[:2] == ("unshare", "--user") or chosen.user == pwd.getpwnam("nobody")
    assert forced == Identity(user=pwd.getpwnam("nobody"))
    others = tmp_path / "cluster"
    others.mkdir()
    os.chown(others, pwd.getpwnam("daemon").pw_uid, -1)
    assert Identity.choose(others) == Identity(user=pwd.getpwnam("daemon"))


def test_postgres_as_the_account_nobody(data_dir: DataDir) -> None:
    """What root does where user namespaces are forbidden; as an ordinary user it is the usual way."""
    data_dir.create()
    server = Postgres(
        data=data_dir.postgres,
        log=data_dir.logs / "postgres.log",
        credentials=Credentials.load_or_create(data_dir.run / "credentials.json"),
        settings=THROWAWAY,
        forced_identity="nobody",
    )
    assert server.initialise()
    assert not server.initialise()
    server.start()
    try:
        server.prepare()
        server.prepare()
        assert ask(server.address("taoxiaopu_app", server.credentials.app), "SELECT 1") == [(1,)]
        expected = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
        assert Path(f"/proc/{postgres_pid(data_dir)}").stat().st_uid == expected
        assert data_dir.postgres.stat().st_uid == expected
    finally:
        server.stop()
