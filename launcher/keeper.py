"""``python -m launcher.keeper DATA_DIR``: owns the embedded servers while someone borrows them.

Started by ``launcher.services``, in a session of its own, so that a terminal's Ctrl-C does not reach it. It
holds ``run/keeper.lock`` for its whole life, starts a server again that was killed (on the same port), and
ends when the last borrower's lock has gone. Were it killed itself, the kernel stops its servers.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from launcher import postgres, valkey
from launcher.addresses import Addresses
from launcher.credentials import Credentials
from launcher.errors import LauncherError
from launcher.paths import DataDir
from launcher.postgres import Postgres
from launcher.processes import RESTARTS_A_MINUTE, RestartLimit, is_free
from launcher.services import Notice, lock_file, try_lock
from launcher.valkey import Valkey

_PAUSE_S = 0.05
_RIVAL_LIMIT_S = 2
_PORT_TRIES = 3
_OLD_PORT_LIMIT_S = 3


@dataclass
class Keeper:
    """Both servers of one DATA_DIR and the watch over them."""

    data_dir: DataDir
    throwaway: bool = False
    told_to_stop: bool = False
    restarts: dict[str, RestartLimit] = field(
        default_factory=lambda: {"PostgreSQL": RestartLimit(), "Valkey": RestartLimit()}
    )

    def __post_init__(self) -> None:
        stale = Notice.read(self.data_dir)
        self._notice_file.unlink(missing_ok=True)
        self.old_ports = (stale.postgres_port, stale.valkey_port) if stale else (0, 0)
        self.credentials = self._credentials()
        self.postgres = Postgres(
            data=self.data_dir.postgres,
            log=self.data_dir.logs / "postgres.log",
            credentials=self.credentials,
            settings=postgres.THROWAWAY if self.throwaway else postgres.DURABLE,
        )
        self.valkey = Valkey(
            data=self.data_dir.valkey,
            log=self.data_dir.logs / "valkey.log",
            password=self.credentials.valkey,
            durable=not self.throwaway,
        )
        self.users = lock_file(self.data_dir.run / "users.lock")

    @property
    def _notice_file(self) -> Path:
        return self.data_dir.run / "services.json"

    def _credentials(self) -> Credentials:
        path = self.data_dir.run / "credentials.json"
        if not path.exists() and self.data_dir.postgres.exists():
            raise LauncherError(
                f"{path} is missing, and without it nobody can sign in to {self.data_dir.postgres}. "
                f"Restore the file from a backup, or remove {self.data_dir.path} to begin anew."
            )
        return Credentials.load_or_create(path)

    def serve(self) -> None:
        """Start, watch until nobody needs the servers, stop."""
        try:
            if self.postgres.initialise():
                self.data_dir.migrated.unlink(missing_ok=True)
            if not self._is_over():
                self._start()
                self._announce()
            while not self._is_over():
                self._revive()
                time.sleep(_PAUSE_S)
        finally:
            self._notice_file.unlink(missing_ok=True)
            self.valkey.stop()
            self.postgres.stop()
            if self.throwaway:
                shutil.rmtree(self.data_dir.path, ignore_errors=True)

    def _start(self) -> None:
        preferred = (0, 0) if self.throwaway else (postgres.USUAL_PORT, valkey.USUAL_PORT)
        self._start_server(self.valkey, self.old_ports[1], preferred[1])
        self._start_server(self.postgres, self.old_ports[0], preferred[0])
        self.postgres.prepare()

    def _start_server(self, server: Postgres | Valkey, old_port: int, usual_port: int) -> None:
        """Start where a killed keeper had it, else on the usual port, else on any.

        The old server is on its way out and gets a moment for it; when a neighbour takes a port between our
        look and our start, there is another try.
        """
        deadline = time.monotonic() + _OLD_PORT_LIMIT_S
        while old_port and not is_free(old_port) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
        ports = [port for port in (old_port, usual_port) if port]
        for left in range(_PORT_TRIES - 1, -1, -1):
            try:
                server.start(*ports)
                return
            except LauncherError:
                if not left or is_free(server.port):
                    raise

    def _announce(self) -> None:
        Notice(
            keeper=os.getpid(),
            postgres_port=self.postgres.port,
            valkey_port=self.valkey.port,
            addresses=Addresses(
                database_url=self.postgres.address(postgres.APP, self.credentials.app),
                database_owner_url=self.postgres.address(postgres.OWNER, self.credentials.owner),
                redis_url=self.valkey.address(),
            ),
        ).write(self.data_dir)

    def _is_over(self) -> bool:
        """Nobody borrows. The lock taken here is kept to the end: a newcomer waits until all has stopped."""
        return self.told_to_stop or try_lock(self.users, fcntl.LOCK_EX)

    def _revive(self) -> None:
        """Start again a server that ended without being told to."""
        servers: list[tuple[str, Postgres | Valkey]] = [
            ("PostgreSQL", self.postgres),
            ("Valkey", self.valkey),
        ]
        for name, server in servers:
            if not server.is_down():
                continue
            if not self.restarts[name].allows_another():
                raise LauncherError(f"{name} ended {RESTARTS_A_MINUTE} times within a minute; giving up.")
            port = server.port
            self._start_again(server, port)
            print(f"{name} ended by itself and was started again", flush=True)
            if server.port != port:
                self._announce()

    def _start_again(self, server: Postgres | Valkey, port: int) -> None:
        """On the same port: what a killed server left behind (its backends) needs a moment to go."""
        deadline = time.monotonic() + 15
        while not is_free(port) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
        while True:
            try:
                return server.start(port)
            except LauncherError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_S)


def main(arguments: list[str]) -> int:
    """Serve one DATA_DIR; 0 at once when another keeper already does."""
    data_dir = DataDir(Path(arguments[0]))
    lock = lock_file(data_dir.run / "keeper.lock")
    deadline = time.monotonic() + _RIVAL_LIMIT_S
    while not try_lock(lock, fcntl.LOCK_EX):  # perhaps only someone who looks whether a keeper is there
        if time.monotonic() > deadline:
            return 0
        time.sleep(_PAUSE_S)
    try:
        keeper = Keeper(data_dir, throwaway="--throwaway" in arguments[1:])

        def stop(number: int, frame: FrameType | None) -> None:
            keeper.told_to_stop = True

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        keeper.serve()
    except LauncherError as error:
        print(error, file=sys.stderr, flush=True)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
