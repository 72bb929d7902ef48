"""``manage.py``: which commands need the servers, and what a new database needs before any of them."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from launcher import addresses
from launcher.errors import LauncherError
from launcher.paths import ROOT, DataDir
from launcher.services import borrowed, lock_file

WITHOUT_SERVERS = frozenset(
    {
        *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages"),
        *("makemigrations", "spectacular", "startapp", "startproject", "version"),
    }
)
_QUESTIONS = frozenset({"-h", "--help", "--version"})


def needs_servers(arguments: Sequence[str]) -> bool:
    """Whether ``manage.py ARGUMENTS`` talks to PostgreSQL or Redis."""
    if not arguments or _QUESTIONS.intersection(arguments):
        return False
    if arguments[0] == "check":
        return any(argument.startswith("--database") for argument in arguments)
    return arguments[0] not in WITHOUT_SERVERS


def run(arguments: Sequence[str], execute: Callable[[list[str]], None]) -> None:
    """Run one management command with the servers it needs, and leave nothing running.

    One's own servers (all three addresses set) and production settings are left alone. ``execute`` is
    Django's ``execute_from_command_line``.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taoxiaopu.settings.development")
    in_production = os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production")
    command = list(arguments[1:])
    try:
        if in_production or not needs_servers(command) or addresses.given():
            execute(list(arguments))
            return
        data_dir = DataDir.from_environment()
        with borrowed(data_dir) as found:
            os.environ.update(found.environment())
            os.environ["DATA_DIR"] = str(data_dir.path)
            if command[0] != "migrate":
                migrate_once(data_dir)
            execute(list(arguments))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except LauncherError as error:
        print(f"manage.py: {error}", file=sys.stderr)
        raise SystemExit(error.code) from None


def migrate_once(data_dir: DataDir) -> None:
    """Migrate an embedded database that never was migrated to the end; of two who come at once, one waits.

    Raises LauncherError when the migration fails.
    """
    if data_dir.migrated.exists():
        return
    lock = lock_file(data_dir.run / "migrate.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if data_dir.migrated.exists():
            return
        print("manage.py: the database is new, migrating it first", file=sys.stderr, flush=True)
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise LauncherError("The new database could not be migrated; see above.")
        data_dir.migrated.touch()
    finally:
        os.close(lock)
