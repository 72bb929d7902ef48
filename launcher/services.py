"""The embedded servers of one DATA_DIR, shared by everyone who needs them at the moment.

Whoever needs the servers *borrows* them: holds a shared lock on ``run/users.lock`` for as long as it uses
them. The first borrower starts a keeper (``launcher.keeper``), a process that owns both servers. When no
shared lock is left, and be it because the last borrower was killed, the keeper stops the servers and ends. So
the demo and any number of ``manage.py`` use the same servers, in any order, and the last one out turns off
the light.

``run/services.json`` tells the addresses. It counts only while the keeper it names is alive and holds
``run/keeper.lock``, so one left behind by a crash misleads nobody.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from launcher.addresses import Addresses
from launcher.credentials import write_private
from launcher.errors import LauncherError
from launcher.paths import ROOT, DataDir
from launcher.processes import alive, last_lines

_START_LIMIT_S = 120
_STOP_LIMIT_S = 60
_PAUSE_S = 0.02


def lock_file(path: Path) -> int:
    """Open a lock file; whoever closes the descriptor, or dies, lets the lock go."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(descriptor: int, kind: int) -> bool:
    """Take ``fcntl.LOCK_SH`` or ``LOCK_EX`` if that is possible at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Notice:
    """What the keeper tells: who it is, where its servers listen, how to sign in."""

    keeper: int
    postgres_port: int
    valkey_port: int
    addresses: Addresses

    @classmethod
    def read(cls, data_dir: DataDir) -> "Notice | None":
        """The notice of ``data_dir`` whether or not it is stale; None when there is none."""
        try:
            values = json.loads((data_dir.run / "services.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return cls(**(values | {"addresses": Addresses(**values["addresses"])}))

    def write(self, data_dir: DataDir) -> None:
        write_private(data_dir.run / "services.json", json.dumps(asdict(self)))


def keeper_is_there(data_dir: DataDir) -> bool:
    """Whether someone holds the keeper's lock."""
    try:
        descriptor = lock_file(data_dir.run / "keeper.lock")
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


@dataclass
class Loan:
    """The servers, ours to use until ``give_back``.

    ``throwaway`` asks for servers without durability, whose keeper removes the whole DATA_DIR at the end.
    """

    data_dir: DataDir
    throwaway: bool = False
    pause: Callable[[], None] = field(default=lambda: None)
    addresses: Addresses = field(init=False)
    _lock: int = field(init=False, default=-1)
    _keeper: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    def take(self) -> Addresses:
        """Use the running servers, or have them started; returns where they are.

        ``pause`` is called again and again while waiting and may raise to give up. Raises LauncherError with
        the keeper's last words when the servers do not start.
        """
        self.data_dir.create()
        self._lock = lock_file(self.data_dir.run / "users.lock")
        while not try_lock(self._lock, fcntl.LOCK_SH):  # a keeper that saw nobody is stopping its servers
            self._wait()
        return self.renew()

    def renew(self) -> Addresses:
        """Make sure that the servers are there, and start them again when their keeper was killed."""
        deadline = time.monotonic() + _START_LIMIT_S
        if self._keeper is not None:
            self._keeper.wait(_STOP_LIMIT_S)
            self._keeper = None
        while True:
            if keeper_is_there(self.data_dir):
                notice = Notice.read(self.data_dir)
                if notice and alive(notice.keeper):
                    self.addresses = notice.addresses
                    return self.addresses
            elif self._keeper is None or self._keeper.poll() is not None:
                if self._keeper is not None and self._keeper.returncode:
                    raise LauncherError(f"The embedded servers did not start.{last_lines(self.log)}")
                self._keeper = self._start_keeper()
            if time.monotonic() > deadline:
                raise LauncherError(
                    f"The embedded servers did not answer in {_START_LIMIT_S} s.{last_lines(self.log)}"
                )
            self._wait()

    def is_broken(self) -> bool:
        """Whether the keeper has gone while we still need it."""
        return not keeper_is_there(self.data_dir)

    def give_back(self) -> None:
        """Let go. The last borrower waits until the servers have stopped."""
        if self._lock < 0:
            return
        last = try_lock(self._lock, fcntl.LOCK_EX)
        os.close(self._lock)
        self._lock = -1
        deadline = time.monotonic() + _STOP_LIMIT_S
        while last and keeper_is_there(self.data_dir) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            last = not self._someone_came()
        if last and self._keeper is not None:
            self._keeper.wait(_STOP_LIMIT_S)

    def _someone_came(self) -> bool:
        """Whether a newcomer borrowed the servers before the keeper saw that we had gone."""
        try:
            descriptor = lock_file(self.data_dir.run / "users.lock")
        except FileNotFoundError:  # a throwaway DATA_DIR has gone with its keeper
            return False
        try:
            # A lock that may be shared but not had alone is a borrower's; the keeper's own cannot be shared.
            return not try_lock(descriptor, fcntl.LOCK_EX) and try_lock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def _wait(self) -> None:
        self.pause()
        time.sleep(_PAUSE_S)

    @property
    def log(self) -> Path:
        """What the keeper says: a line for each server that it had to start again, and why it gave up."""
        return self.data_dir.logs / "keeper.log"

    def _start_keeper(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "launcher.keeper", str(self.data_dir.path)),
                    *(["--throwaway"] if self.throwaway else []),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextlib.contextmanager
def borrowed(data_dir: DataDir) -> Iterator[Addresses]:
    """The servers of ``data_dir`` for the length of a ``with`` block."""
    loan = Loan(data_dir)
    try:
        yield loan.take()
    finally:
        loan.give_back()
