"""The real demo, each of its processes killed in turn: everything comes back and the books are the same bytes."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from launcher.addresses import NAMES
from launcher.processes import free_port, kill_group

ROOT = Path(settings.BASE_DIR)
pytestmark = pytest.mark.slow

# What stands in the command line of each kind of process of the demo.
VICTIMS = (
    "granian",
    "taoxiaopu --quiet worker",
    "taoxiaopu --quiet beat",
    "valkey-server",
    "bin/postgres -D",
    "launcher.keeper",
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return kept | {
        "DATA_DIR": str(tmp_path / "var"),
        "PORT": str(free_port()),
        "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
    }


class Demo:
    """``python -m launcher.demo`` in its own folder."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.url = f"http://127.0.0.1:{environment['PORT']}/"
        self.log = Path(environment["DATA_DIR"]).with_suffix(".log")

    def start(self) -> float:
        """Start it; returns the seconds until it said that it is ready."""
        began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "launcher.demo"], cwd=ROOT, env=self.environment,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        while b"\nready: http://" not in b"\n" + self.log.read_bytes():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < 180, self.log.read_text()
            time.sleep(0.1)
        return time.monotonic() - began

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def books(self) -> bytes:
        """What ``verify --json`` prints; it must be clean."""
        done = subprocess.run(
            [sys.executable, "manage.py", "verify", "--json"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-4000:]
        return done.stdout

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this demo, by its folder in command line, environment or working folder."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                around = (entry / "environ").read_bytes().decode(errors="replace") + str(
                    (entry / "cwd").readlink()
                )
            except OSError:
                continue
            if self.environment["DATA_DIR"] in command + around:
                found[int(entry.name)] = command
        return found

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)


@pytest.fixture
def demo(environment: dict[str, str]) -> Iterator[Demo]:
    running = Demo(environment)
    yield running
    if running.process.poll() is None:
        kill_group(running.process.pid)
        running.process.wait()


def test_any_process_may_be_killed_and_nothing_is_lost(demo: Demo) -> None:
    demo.start()
    before = demo.books()
    for victim in VICTIMS:
        found = [pid for pid, command in demo.processes().items() if victim in command]
        assert found, f"no {victim} among {sorted(demo.processes().values())}"
        os.kill(min(found), signal.SIGKILL)
        deadline = time.monotonic() + 60
        time.sleep(1)
        while not (demo.answers() and any(victim in c for c in demo.processes().values())):
            assert time.monotonic() < deadline, f"{victim} did not come back: {demo.log.read_text()[-3000:]}"
            time.sleep(0.2)
    assert demo.books() == before
    os.kill(demo.process.pid, signal.SIGKILL)
    demo.process.wait()
    deadline = time.monotonic() + 30
    while demo.processes():
        assert time.monotonic() < deadline, demo.processes()
        time.sleep(0.1)
    assert demo.start() < 10
    assert demo.books() == before
    demo.stop()
    assert demo.processes() == {}
