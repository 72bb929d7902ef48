"""``-p launcher.pytest_plugin``: tests run on a real PostgreSQL and a real Valkey, made for them.

It acts while it is imported, because pytest-django reads the settings before any hook of ours could run. The
process that the user started borrows the servers; the workers of pytest-xdist inherit the addresses, and each
gets a folder and a Redis database of its own (pytest-django gives each its own PostgreSQL database).

Own servers: with ``DATABASE_URL``, ``DATABASE_OWNER_URL`` and ``REDIS_URL`` set, those are used.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from launcher import addresses, fonts, postgres
from launcher.credentials import Credentials
from launcher.errors import LauncherError
from launcher.paths import DataDir
from launcher.services import Loan, Notice

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_ROOM_NEEDED = 2 * 2**30
_MEMORY = Path("/dev/shm")  # noqa: S108  (shared memory: tests run from it two times faster)


def _folder() -> Path:
    """A new folder, in memory where there is room; root's PostgreSQL, being nobody, may pass through."""
    roomy = (
        _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_NEEDED
    )
    folder = Path(tempfile.mkdtemp(prefix="taoxiaopu-tests-", dir=_MEMORY if roomy else None)).resolve()
    folder.chmod(0o711)
    return folder


def _borrow(data_dir: DataDir) -> dict[str, str]:
    """Start throwaway servers, to be stopped and removed at exit or when we are killed."""
    loan = Loan(data_dir, throwaway=True)
    atexit.register(loan.give_back)
    found = loan.take()
    _let_owner_skip_triggers(data_dir)
    return found.environment()


def _let_owner_skip_triggers(data_dir: DataDir) -> None:
    """Ledger rows refuse deletion by trigger; between tests the owner must empty the tables."""
    credentials = Credentials.load_or_create(data_dir.run / "credentials.json")
    notice = Notice.read(data_dir)
    assert notice is not None
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=notice.postgres_port,
        user="postgres",
        password=credentials.superuser,
        dbname="postgres",
    )
    try:
        connection.autocommit = True
        connection.cursor().execute(f"GRANT SET ON PARAMETER session_replication_role TO {postgres.OWNER}")
    finally:
        connection.close()


def _set_up() -> None:
    given = addresses.given()
    data_dir = DataDir(_folder())
    atexit.register(shutil.rmtree, data_dir.path, ignore_errors=True)
    if given is None:
        os.environ.update(_borrow(data_dir))
    os.environ["DATA_DIR"] = str(data_dir.path)
    os.environ["FONTCONFIG_FILE"] = str(fonts.write_configuration(data_dir.path))
    os.environ["DJANGO_SETTINGS_MODULE"] = "taoxiaopu.settings.test"
    # Playwright's synchronous API runs an event loop in the test's thread, where Django would refuse all
    # queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def _set_up_worker() -> None:
    folder = Path(os.environ["DATA_DIR"]) / _WORKER
    folder.mkdir(exist_ok=True)
    os.environ["DATA_DIR"] = str(folder)
    os.environ["REDIS_URL"] = redis_database(os.environ["REDIS_URL"], 1 + int(_WORKER.removeprefix("gw")))


def redis_database(url: str, offset: int) -> str:
    """The address of the database ``offset`` places after the one that ``url`` names."""
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + offset
    return urlunsplit(parts._replace(path=f"/{number}"))


if _WORKER:
    _set_up_worker()
else:
    try:
        _set_up()
    except LauncherError as error:
        print(f"tests: {error}", file=sys.stderr)
        sys.exit(error.code)
