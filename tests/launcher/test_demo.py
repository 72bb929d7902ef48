"""The supervisor: everything up, anything killed comes back, all of it goes."""

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.paths import DataDir
from launcher.processes import free_port, is_free, is_interrupted
from tests.launcher.conftest import processes_of, python, wait_until

DEMO = str(Path(__file__).with_name("stand_in_demo.py"))


class Running:
    """A demo and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, said: Path) -> None:
        self.process, self.port, self._said = process, port, said

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def web(self) -> int:
        """The stand-in web server's master."""
        needle = f"stand_in_web.py {self.port}"
        commands = {int(p.name): p / "cmdline" for p in Path("/proc").iterdir() if p.name.isdigit()}
        found = []
        for pid, file in commands.items():
            try:
                command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if needle in command:
                found.append(pid)
        return min(found)

    def page(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
            return str(answer.read().decode())


@pytest.fixture
def demo(data_dir: DataDir, tmp_path: Path) -> Iterator[Callable[[], Running]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> Running:
        port, said = free_port(), tmp_path / f"demo-{len(started)}.log"
        with said.open("w") as file:
            process = python(DEMO, str(port), stdout=file, env=os.environ | {"PYTHONPATH": "."})
        started.append(process)
        running = Running(process, port, said)
        assert wait_until(lambda: "ready: " in running.said or process.poll() is not None, 60)
        return running

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_ready_is_the_last_word_and_ctrl_c_stops_all(demo: Callable[[], Running], data_dir: DataDir) -> None:
    running = demo()
    assert running.said.endswith(f"the table\nready: http://127.0.0.1:{running.port}/\n")
    assert running.page() == "app", "the web server must not know the owner's password"
    assert data_dir.migrated.exists()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0
    assert running.said.endswith("all stopped\n")
    assert wait_until(lambda: not processes_of(data_dir.path)), processes_of(data_dir.path)
    assert is_free(running.port)


def test_a_killed_web_server_comes_back_and_a_killed_demo_leaves_nothing(
    demo: Callable[[], Running], data_dir: DataDir
) -> None:
    running = demo()
    os.kill(running.web, signal.SIGKILL)
    assert wait_until(lambda: "web answers again" in running.said), running.said
    assert "web ended by itself (SIGKILL), starting it again" in running.said
    assert running.page() == "app"
    assert running.process.poll() is None
    running.process.kill()
    assert wait_until(lambda: not processes_of(data_dir.path) and is_free(running.port))


def test_a_second_demo_is_refused(demo: Callable[[], Running], data_dir: DataDir) -> None:
    first = demo()
    second = demo()
    assert second.process.wait(30) == 1
    assert second.said == f"demo: The demo is already running on {data_dir.path}.\n"
    assert first.page() == "app"
    first.process.terminate()
    assert first.process.wait(30) == 0


def test_a_taken_port_is_said_before_anything_starts(data_dir: DataDir) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        process = python("-m", "launcher.demo", env=os.environ | {"PORT": str(port)})
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output.startswith(f"demo: Port {port} is taken by another program.")
    assert not data_dir.postgres.exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_an_impossible_port_is_refused(port: str, data_dir: DataDir) -> None:
    process = python("-m", "launcher.demo", env=os.environ | {"PORT": port})
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert output == f"demo: PORT must be a number between 1 and 65535, not {port!r}.\n"


def test_an_interrupted_parent_is_noticed() -> None:
    """make, when it alone gets the Ctrl-C, waits inside its handler for a child that never heard of it."""
    masks = "import signal, sys; signal.pthread_sigmask(signal.{}, [signal.SIGINT]); print(flush=True); sys.stdin.read()"
    for mask, expected in (("SIG_BLOCK", True), ("SIG_UNBLOCK", False)):
        process = python("-c", masks.format(mask))
        assert process.stdout is not None
        process.stdout.readline()
        assert is_interrupted(process.pid) is expected
        process.communicate(timeout=10)
        assert is_interrupted(process.pid) is False
