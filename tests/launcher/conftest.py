"""Every test here starts servers of its own, in a folder of its own, and knows none of the suite's."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.addresses import NAMES
from launcher.paths import ROOT, DataDir


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataDir]:
    """An empty DATA_DIR that nobody may pass through too, checked at the end for processes left behind."""
    folder = Path(tempfile.mkdtemp(prefix="taoxiaopu-launcher-")).resolve()
    folder.chmod(0o711)
    monkeypatch.setenv("DATA_DIR", str(folder))
    yield DataDir(folder)
    try:
        assert wait_until(lambda: not processes_of(folder)), processes_of(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def processes_of(folder: Path) -> dict[int, str]:
    """Every process, except this one, whose command line or working folder lies in ``folder``."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = (entry / "cwd").readlink()
        except OSError:
            continue
        if command and str(folder) in f"{command} {place}":
            found[int(entry.name)] = command
    return found


def wait_until(condition: Callable[[], object], seconds: float = 15) -> bool:
    """Whether ``condition`` comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def python(*arguments: str, **options: object) -> "subprocess.Popen[str]":
    """A Python of the project with pipes for input and output."""
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *arguments],
        cwd=ROOT,
        text=True,
        **({"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | options),
    )


_BORROWER = """
import sys
from launcher.paths import DataDir
from launcher.services import borrowed
with borrowed(DataDir.from_environment()) as addresses:
    print(addresses.database_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def borrower() -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Starts another process that borrows the servers until its input is closed."""
    started = []

    def start() -> "subprocess.Popen[str]":
        started.append(python("-c", _BORROWER))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
