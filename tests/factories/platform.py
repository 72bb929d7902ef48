"""The whole platform as real processes over the test's own database: web server and Celery worker, run by the app's role."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from launcher.processes import free_port, kill_group, spawn

ROOT = Path(settings.BASE_DIR)


class Platform:
    """Running web and worker processes, by the app's role; ``url`` is the web server's address."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        parts = urlsplit(os.environ["DATABASE_URL"])
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
            "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
            "DATA_DIR": str(data_dir),
            "BASE_URL": self.url,
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        owner = urlsplit(
            self.environment.pop("DATABASE_OWNER_URL")
        )  # what serves people never owns the tables
        self.owner_url = urlunsplit(owner._replace(path=f"/{connection.settings_dict['NAME']}"))
        self.log = data_dir / "platform.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *, with_worker: bool = True) -> None:
        """Start web and worker and wait until the home page answers."""
        web = ["granian", "taoxiaopu.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1"]
        web += [
            "--port",
            str(self.port),
            "--workers",
            "2",
            "--blocking-threads",
            "4",
            "--log-level",
            "warning",
        ]
        worker = [
            "celery",
            "-A",
            "taoxiaopu",
            "worker",
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
            "-l",
            "warning",
        ]
        for command in (web, worker) if with_worker else (web,):
            self.processes.append(
                spawn(
                    [sys.executable, "-m", *command],
                    signal.SIGTERM,
                    log=self.log,
                    cwd=ROOT,
                    env=self.environment,
                )
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.url, timeout=2) as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the platform did not start: {self.log.read_text()[-3000:]}")

    def manage(self, *words: str) -> str:
        """Run a management command as a person would, with the app's role."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment | {"DATABASE_OWNER_URL": self.owner_url},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-6000:]
        return done.stdout.decode()

    def stop(self) -> None:
        """Kill every process of the platform with its group."""
        for process in self.processes:
            kill_group(process.pid)
            process.wait()
