"""``python -m launcher.demo``: the whole platform on one machine, started, watched and stopped as one.

Order: PostgreSQL and Valkey, migrations and demo data, then web, worker and beat; stopped the other way
round. ``PORT`` and ``DATA_DIR`` choose where; with ``DATABASE_URL``, ``DATABASE_OWNER_URL`` and ``REDIS_URL``
set, nothing is embedded. A child that dies is started again. Ctrl-C, SIGTERM and SIGHUP stop everything;
after a kill -9 of this process the watchdog and the keeper do.
"""

import contextlib
import fcntl
import http.client
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from launcher import addresses
from launcher.addresses import Addresses
from launcher.errors import LauncherError
from launcher.paths import ROOT, DataDir
from launcher.processes import RestartLimit, is_free, is_interrupted, kill_group, see_off, spawn
from launcher.services import Loan, lock_file, try_lock

_PAUSE_S = 0.05
_READY_LIMIT_S = 120
_LOOKS_AT_PARENT = 4
_OWNER_ONLY = "DATABASE_OWNER_URL"


class StopRequested(BaseException):
    """Someone pressed Ctrl-C or sent a signal."""


class Watchdog:
    """The process that kills our children's groups should we be killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._groups: set[int] = set()

    def ensure(self) -> None:
        """Start it, or start it again when someone killed it."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "launcher.watchdog"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
            bufsize=1,
        )
        for group in self._groups:
            self._tell(f"+{group}")

    def descriptor(self) -> int:
        """Where a child writes its own group between fork and exec, so that no moment is uncovered."""
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin.fileno()

    def guard(self, group: int) -> None:
        self._groups.add(group)

    def release(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}")

    def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait(10)

    def _tell(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")


def web_command(port: int) -> list[str]:
    """The command of the web server, also for a bench that measures its pages."""
    return [
        *(sys.executable, "-m", "granian", "taoxiaopu.wsgi:application", "--interface", "wsgi"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "4"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--log-level", "warning"),
    ]


@dataclass
class Child:
    """One of the demo's programs. ``grace`` is how many seconds it gets to finish what it is doing."""

    name: str
    command: list[str]
    grace: float
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    ready: bool = True
    told: bool = False
    restarts: RestartLimit = field(default_factory=RestartLimit)


class Demo:
    """The supervisor."""

    def __init__(self, port: int, data_dir: DataDir, parent: int | None) -> None:
        self.port = port
        self.data_dir = data_dir
        self.parent = parent
        self.started = time.monotonic()
        self.signals = 0
        self.looks = 0  # how often in a row make was seen interrupted
        self.watchdog = Watchdog()
        self.loan: Loan | None = None
        self.keeper_log_read = 0
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "taoxiaopu", "--quiet"]
        self.preparation = Child("demo data", [python, "-m", "launcher.prepare", str(self._table)], grace=10)
        self.web = Child(
            "web",
            web_command(port),
            grace=5,
            ready=False,
        )
        self.worker = Child(
            "worker",
            [*celery, "worker", "-c", "2", "--without-gossip", "--without-mingle", "-l", "warning"],
            grace=20,
            # Here root is a guest in a container; Celery's page of advice would hide the addresses.
            environment={"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"},
        )
        # A beat of its own, not the worker's -B: when that one is killed nobody notices.
        self.beat = Child(
            "beat", [*celery, "beat", "-s", str(self._schedule), "--pidfile=", "-l", "warning"], grace=5
        )

    @property
    def children(self) -> tuple[Child, ...]:
        return self.web, self.worker, self.beat

    @property
    def _table(self) -> Path:
        return self.data_dir.run / "sign-ins.txt"

    @property
    def _schedule(self) -> Path:
        return self.data_dir.path / "beat" / "schedule"

    def say(self, sentence: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            print(f"[{time.monotonic() - self.started:5.1f} s] {sentence}", flush=True)

    def run(self) -> None:
        """Start everything, watch until told to stop, stop everything. Raises LauncherError on failure."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup is respected
                signal.signal(number, self._take_signal)
        lock = self._only_demo_here()
        try:
            self._start()
            while True:
                self._watch()
                self._pause()
        except StopRequested:
            self.say("stopping ...")
        finally:
            self._stop()
            os.close(lock)

    def _only_demo_here(self) -> int:
        """Two demos on one DATA_DIR would run two beats. Returns the lock to hold."""
        self.data_dir.create()
        lock = lock_file(self.data_dir.run / "demo.lock")
        if not try_lock(lock, fcntl.LOCK_EX):
            os.close(lock)
            raise LauncherError(f"The demo is already running on {self.data_dir.path}.")
        if not is_free(self.port):
            raise LauncherError(
                f"Port {self.port} is taken by another program. "
                f"Stop that one, or choose another port: make demo PORT={self.port + 1}"
            )
        self._schedule.parent.mkdir(exist_ok=True)
        return lock

    def _take_signal(self, number: int, frame: FrameType | None) -> None:
        """The first asks for an orderly end; with the second, what has not ended yet is killed."""
        self.signals += 1
        for child in (self.preparation, *self.children) if self.signals > 1 else ():
            if child.process is not None:
                kill_group(child.process.pid)

    def _check(self) -> None:
        if self.signals or self._parent_is_leaving():
            raise StopRequested

    def _parent_is_leaving(self) -> bool:
        """make is gone, or it alone got the Ctrl-C and waits for us without passing it on."""
        if self.parent is None:
            return False
        if os.getppid() != self.parent:
            return True
        self.looks = self.looks + 1 if is_interrupted(self.parent) else 0
        return self.looks >= _LOOKS_AT_PARENT

    def _pause(self) -> None:
        self._check()
        time.sleep(_PAUSE_S)

    def _start(self) -> None:
        self.watchdog.ensure()
        found = addresses.given()
        if found:
            self.say("using the PostgreSQL and Redis that the environment names")
        else:
            self.loan = Loan(self.data_dir, pause=self._check)
            log = self.loan.log
            self.keeper_log_read = log.stat().st_size if log.exists() else 0
            found = self.loan.take()
            self.say("PostgreSQL and Valkey are running")
        self._hand_out(found)
        self._prepare()
        for child in self.children:
            self._spawn(child)
        self.say("web, worker and beat are starting")
        self._await_web()
        print(self._table.read_text(encoding="utf-8").rstrip(), flush=True)
        print(f"ready: http://127.0.0.1:{self.port}/", flush=True)

    def _hand_out(self, found: Addresses) -> None:
        """The owner's role is for the migration alone; what serves strangers never learns its password."""
        common = found.environment() | {
            "DATA_DIR": str(self.data_dir.path),
            "PORT": str(self.port),
            "BASE_URL": os.environ.get("BASE_URL") or f"http://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE")
            or "taoxiaopu.settings.development",
            "PYTHONUNBUFFERED": "1",
        }
        self.preparation.environment.update(common)
        for child in self.children:
            child.environment.update({name: value for name, value in common.items() if name != _OWNER_ONLY})

    def _prepare(self) -> None:
        self._spawn(self.preparation)
        process = self.preparation.process
        assert process is not None
        while process.poll() is None:
            self._pause()
        self._end(self.preparation)
        if process.returncode:
            raise LauncherError("The migration or the demo data failed; see above.")
        if self.loan is not None:
            self.data_dir.migrated.touch()
        self.say("the database is migrated, the demo data is there")

    def _spawn(self, child: Child) -> None:
        self.watchdog.ensure()
        environment = {name: value for name, value in os.environ.items() if name != _OWNER_ONLY}
        descriptor = self.watchdog.descriptor()

        def report() -> None:
            with contextlib.suppress(OSError):  # a watchdog just killed: its successor is told by ensure()
                os.write(descriptor, b"+%d\n" % os.getpid())

        child.told = False
        child.process = spawn(
            child.command,
            signal.SIGKILL,
            cwd=ROOT,
            env=environment | child.environment,
            before_exec=report,
        )
        self.watchdog.guard(child.process.pid)

    def _await_web(self) -> None:
        deadline = time.monotonic() + _READY_LIMIT_S
        while not self._web_answers():
            process = self.web.process
            assert process is not None
            if process.poll() is not None:
                raise LauncherError("The web server ended before it answered; see above.")
            if time.monotonic() > deadline:
                raise LauncherError(f"The web server gave no page within {_READY_LIMIT_S} s; see above.")
            self._pause()
        self.web.ready = True

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self) -> None:
        """One look around: servers, children, watchdog."""
        self.watchdog.ensure()
        self._watch_servers()
        for child in self.children:
            process = child.process
            if process is None or process.poll() is None:
                continue
            kill_group(process.pid)  # a killed master leaves workers behind, and they hold the port
            self.watchdog.release(process.pid)
            if not child.restarts.allows_another():
                raise LauncherError(f"{child.name} ended five times within a minute; giving up.")
            self.say(f"{child.name} ended by itself ({_how(process.returncode)}), starting it again")
            if child is self.web:
                self._await_free_port()
            child.ready = child is not self.web
            self._spawn(child)
        if not self.web.ready:
            self.web.ready = self._web_answers()
            if self.web.ready:
                self.say("web answers again")

    def _watch_servers(self) -> None:
        if self.loan is None:
            return
        self._repeat_keeper()
        if not self.loan.is_broken():
            return
        self.say("the keeper of PostgreSQL and Valkey was killed, starting them again")
        before = self.loan.addresses
        found = self.loan.renew()
        self.say("PostgreSQL and Valkey are running again")
        if found != before:
            self._hand_out(found)
            for child in self.children:
                self._end(child)
                child.ready = child is not self.web
                self._spawn(child)

    def _repeat_keeper(self) -> None:
        """Say what the keeper has written since the last look."""
        assert self.loan is not None
        log = self.loan.log
        if log.exists() and log.stat().st_size > self.keeper_log_read:
            with log.open("rb") as file:
                file.seek(self.keeper_log_read)
                news = file.read()
            self.keeper_log_read += len(news)
            for line in news.decode(errors="replace").splitlines():
                self.say(line)

    def _await_free_port(self) -> None:
        deadline = time.monotonic() + 5
        while not is_free(self.port) and time.monotonic() < deadline:
            self._pause()

    def _tell(self, child: Child) -> None:
        """Ask a child to stop, once.

        granian loses a SIGTERM that comes while it starts, so a web server that never answered is killed
        outright: nobody is being served.
        """
        if child.process is None or child.process.poll() is not None or child.told:
            return
        child.told = True
        if child.ready:
            child.process.send_signal(signal.SIGTERM)
        else:
            kill_group(child.process.pid)

    def _end(self, child: Child) -> None:
        """Stop one child and all of its group."""
        self._tell(child)
        if child.process is not None:
            see_off(child.process, child.grace)
            self.watchdog.release(child.process.pid)
            child.process = None

    def _stop(self) -> None:
        """Stop in order: what serves, then what it needs."""
        programs = (self.preparation, *self.children)
        for child in programs:
            self._tell(child)
        for child in programs:
            self._end(child)
        if self.loan is not None:
            self.loan.give_back()
        self.watchdog.close()
        self.say("all stopped")


def _how(returncode: int) -> str:
    if returncode < 0:
        return signal.Signals(-returncode).name
    return f"exit code {returncode}"


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LauncherError(f"PORT must be a number between 1 and 65535, not {text!r}.", code=2)
    return int(text)


def main(arguments: list[str]) -> int:
    """``--with-parent``: stop when the process that started us (make) is gone."""
    try:
        parent = os.getppid() if "--with-parent" in arguments else None
        Demo(_port(), DataDir.from_environment(), parent).run()
    except LauncherError as error:
        print(f"demo: {error}", file=sys.stderr, flush=True)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
