"""The bench's own durable servers and, for each part, a database of its own."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.extensions

from launcher import postgres
from launcher.addresses import Addresses
from launcher.credentials import Credentials
from launcher.paths import ROOT, DataDir
from launcher.services import Loan, Notice


@dataclass(frozen=True)
class Database:
    """One part's database: bare connections as each role, and the environment in which Django uses it."""

    name: str
    addresses: Addresses
    superuser_url: str
    data_dir: Path

    def as_app(self) -> psycopg2.extensions.connection:
        """A bare connection as the role that the platform uses: limits are measured with the product's rights."""
        return self._connect(self.addresses.database_url)

    def as_superuser(self) -> psycopg2.extensions.connection:
        """A bare connection past all guards, to load data and to put them back. Commits each statement."""
        connection = self._connect(self.superuser_url)
        connection.autocommit = True
        return connection

    def load(self, *statements: str, values: dict[str, Any] | None = None) -> None:
        """Run statements as superuser with triggers and foreign keys off: for generated data only."""
        connection = self.as_superuser()
        try:
            cursor = connection.cursor()
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
            cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
            for statement in statements:
                cursor.execute(statement, values)
        finally:
            connection.close()

    def settle(self, *tables: str) -> None:
        """VACUUM ANALYZE (all tables without a name) and a checkpoint, so that a run pays for its own work only."""
        connection = self.as_superuser()
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM (ANALYZE) " + ", ".join(tables))
            cursor.execute("CHECKPOINT")
        finally:
            connection.close()

    def environment(self) -> dict[str, str]:
        """For a process that runs the product against this database."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
            "DATA_DIR": str(self.data_dir),
        }
        return os.environ | self.addresses.environment() | settings

    def python(self, *arguments: str) -> str:
        """A Python process of its own against this database (``-m bench.posting 500``, ``manage.py ...``); returns what it
        printed. Raises CalledProcessError.
        """
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    @contextlib.contextmanager
    def copied(self, name: str) -> "Iterator[Database]":
        """Another database with what is in this one, which nobody may be connected to; dropped at the end."""
        at = self.addresses
        addresses = Addresses(
            _with_database(at.database_url, name), _with_database(at.database_owner_url, name), at.redis_url
        )
        with _created(self.superuser_url, name, template=self.name):
            yield Database(name, addresses, _with_database(self.superuser_url, name), self.data_dir)

    @staticmethod
    def _connect(url: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(url, connect_timeout=10)


@dataclass
class Servers:
    """Running servers; ``database`` makes copies of ``template``, a migrated database without sessions."""

    data_dir: DataDir
    addresses: Addresses
    superuser_url: str
    template: str = postgres.DATABASE

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """A new database with the platform's tables, empty; dropped at the end."""
        template = Database(self.template, self.addresses, self.superuser_url, self.data_dir.path)
        with template.copied(name) as database:
            yield database


@contextlib.contextmanager
def _created(superuser_url: str, name: str, *, template: str) -> Iterator[None]:
    def run(statement: str) -> None:
        connection = psycopg2.connect(_with_database(superuser_url, "postgres"))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {postgres.OWNER}")
    run(f"GRANT CONNECT ON DATABASE {name} TO {postgres.APP}")
    try:
        yield
    finally:
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def started() -> Iterator[Servers]:
    """Durable servers in a new folder (under ``BENCH_DIR``, else the system's temporary folder), migrated; all of it
    goes at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="taoxiaopu-bench-", dir=_place())).resolve()
    folder.chmod(0o711)
    data_dir = DataDir(folder)
    loan = Loan(data_dir)
    try:
        addresses = loan.take()
        environment = os.environ | addresses.environment() | {"DATA_DIR": str(folder)}
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"],
            env=environment,
            cwd=ROOT,
            check=True,
        )
        yield Servers(data_dir, addresses, superuser_url(data_dir))
    finally:
        loan.give_back()
        shutil.rmtree(folder, ignore_errors=True)


def free_gb() -> float:
    """Free disk where the servers' folder will be."""
    return shutil.disk_usage(_place()).free / 10**9


def _place() -> Path:
    place = Path(os.environ.get("BENCH_DIR") or tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    return place


def superuser_url(data_dir: DataDir) -> str:
    """The address of the superuser of an embedded cluster."""
    password = Credentials.load_or_create(data_dir.run / "credentials.json").superuser
    notice = Notice.read(data_dir)
    assert notice is not None
    return f"postgresql://postgres:{password}@127.0.0.1:{notice.postgres_port}/{postgres.DATABASE}"


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
