"""Putting a backup back, and trying one out beside the running platform."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from taoxiaopu.operations.backup.archive import (
    BackupError,
    Manifest,
    Say,
    read_manifest,
    refuse_damage,
    refuse_wrong_keys,
    unpack_dump,
    unpack_media,
)
from taoxiaopu.operations.backup.database import (
    Address,
    free_bytes,
    program,
    room_for_files,
    row_counts,
    run,
    server_major,
)
from taoxiaopu.operations.roles import RESTORE_MARK


def put_back(path: Path, *, wipe: str, say: Say) -> Manifest:
    """Make the database and the media files what they were. Raises BackupError; until the first step that changes
    something every reason to refuse has been looked at.

    ``wipe`` must be the name of the database when there is something in it. A kill in the middle leaves a database
    that says so (``/readyz``: unavailable) and takes the same command again.
    """
    manifest = _readable(path, say)
    owner = Address.of_owner()
    with owner.connected() as connection:
        _refuse_company(connection, owner.name)
        _refuse_content(connection, owner.name, wipe)
        major = server_major(connection)
        with _unpacked_dump(path) as dump:
            _mark(connection, path, say)
            _load(owner, dump, major, say)
    say("putting the media files back")
    _replace_media(path)
    _migrate(owner, say)
    with owner.connected() as connection:
        _compare_rows(connection, manifest, say)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(RESTORE_MARK)))
    return manifest


def try_out(path: Path, *, say: Say) -> list[str]:
    """Restore into a database made for it, verify, compare, remove it. Returns what differs: nothing when all is well.

    The running platform is not touched. Raises BackupError.
    """
    manifest = _readable(path, say)
    owner = Address.of_owner()
    scratch = owner.named(f"{owner.name}_drill_{secrets.token_hex(4)}")
    with owner.connected() as connection, connection.cursor() as cursor:
        major = server_major(connection)
        try:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(scratch.name))
            )
        except psycopg2.Error as error:
            raise BackupError(f"No scratch database could be made: {str(error).strip()}") from None
        try:
            with _unpacked_dump(path) as dump:
                _load(scratch, dump, major, say)
            differences = []
            with scratch.connected() as inside:
                differences += _row_differences(inside, manifest)
            _migrate(scratch, say)
            differences += _compare_books(scratch, manifest, say)
        finally:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(scratch.name))
            )
    return differences


def _readable(path: Path, say: Say) -> Manifest:
    """Whole, undamaged, not newer than we are, and encrypted with keys that we have."""
    manifest = read_manifest(path)
    say(f"{path.name}: made {manifest.made_at} by {manifest.code}, {sum(manifest.rows.values())} rows")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := [name for name in manifest.migrations if name not in known]:
        raise BackupError(
            f"{path.name} was made by a newer version: it holds {len(unknown)} migrations that this one does not know"
            f" ({', '.join(unknown[:3])}). Install that version, restore, then go on from there."
        )
    refuse_wrong_keys(manifest)
    refuse_damage(path, manifest, say)
    return manifest


@contextmanager
def _unpacked_dump(path: Path) -> Iterator[Path]:
    folder = Path(
        tempfile.mkdtemp(prefix=".restore-", dir=path.parent if os.access(path.parent, os.W_OK) else None)
    )
    try:
        if free_bytes(folder) < path.stat().st_size:
            raise BackupError(f"There is no room to unpack {path.name} in {folder.parent}.")
        dump = folder / "database.dump"
        unpack_dump(path, dump)
        yield dump
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_company(connection: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            # Of other roles' sessions we see little more than that they are there; autovacuum has no role.
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND usesysid IS NOT NULL",
            [name],
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupError(
            f"{others} other sessions use the database {name}: stop web, worker and beat first."
        )


def _refuse_content(connection: Any, name: str, wipe: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"public.{RESTORE_MARK}"])
        (unfinished,) = cursor.fetchone()
        rows = 0 if unfinished else sum(row_counts(cursor).values())
    if rows and wipe != name:
        raise BackupError(
            f"The database {name} holds {rows} rows. To throw them away, say its name: --wipe {name}"
        )


def _mark(connection: Any, path: Path, say: Say) -> None:
    """Empty the schema and leave the mark, in one transaction."""
    say("emptying the database")
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"CREATE TABLE {RESTORE_MARK} (file text, since timestamptz DEFAULT now())")
        cursor.execute(f"INSERT INTO {RESTORE_MARK} (file) VALUES (%s)", [path.name])  # noqa: S608  (a constant)
        cursor.execute(f"GRANT SELECT ON {RESTORE_MARK} TO PUBLIC")
        cursor.execute("COMMIT")


def _load(address: Address, dump: Path, major: int, say: Say) -> None:
    """All or nothing: schema, rows, then constraints and the guards' triggers."""
    say("loading the database")
    command = [program("pg_restore", major), "--single-transaction", "--exit-on-error", "--no-owner"]
    command += ["--no-privileges", "--no-comments", "--schema=public", f"--dbname={address.name}", str(dump)]
    for extension in _extensions(dump, major):
        with address.connected() as connection, connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension))
            )
    run(command, address, "pg_restore")


def _extensions(dump: Path, major: int) -> list[str]:
    """Extensions belong to no schema, so that pg_restore leaves them out."""
    listing = subprocess.run(
        [program("pg_restore", major), "--list", str(dump)], capture_output=True, text=True, check=True
    ).stdout
    return [
        line.split()[5] for line in listing.splitlines() if " EXTENSION - " in line and "COMMENT" not in line
    ]


def _replace_media(path: Path) -> None:
    folder = room_for_files()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in folder.parent.glob(f"{folder.name}.restored-*"):
        shutil.rmtree(leftover)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.restored-", dir=folder.parent))
    fresh.chmod(0o755)
    unpack_media(path, fresh)
    old = folder.with_name(folder.name + ".before-restore")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _migrate(address: Address, say: Say) -> None:
    """Forward to this version; also gives the app's role its rights."""
    say("migrating and granting")
    _manage(address, "migrate", "--verbosity=0")


def _manage(address: Address, *words: str) -> str:
    environment = os.environ | {
        "DATABASE_URL": _app_url(address),
        "DATABASE_OWNER_URL": address.url,
        "REDIS_URL": settings.REDIS_URL,
    }
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode and words[0] != "verify":
        raise BackupError(f"{words[0]} failed: {done.stderr.strip()[-800:]}")
    return done.stdout


def _app_url(address: Address) -> str:
    """The app's role on that database: ``migrate`` grants to whom DATABASE_URL names."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{quote(address.name)}"))


def _row_differences(connection: Any, manifest: Manifest) -> list[str]:
    with connection.cursor() as cursor:
        found = row_counts(cursor)
    return [
        f"{name}: {found.get(name, 0)} rows, the backup had {manifest.rows.get(name, 0)}"
        for name in sorted(found.keys() | manifest.rows.keys())
        if found.get(name, 0) != manifest.rows.get(name, 0)
    ]


def _compare_rows(connection: Any, manifest: Manifest, say: Say) -> None:
    """After migrating: a table of ours may have grown by reference data, none may have shrunk."""
    with connection.cursor() as cursor:
        found = row_counts(cursor)
    lost = [name for name, count in manifest.rows.items() if name in found and found[name] < count]
    if lost:
        raise BackupError(f"Rows are missing after the restore in {', '.join(lost)}.")
    say(f"{sum(found.values())} rows are there")


def _compare_books(address: Address, manifest: Manifest, say: Say) -> list[str]:
    say("verifying the books")
    body = json.loads(_manage(address, "verify", "--json"))
    differences = []
    for what in ("totals", "digests"):
        before, after = manifest.verify[what], body[what]
        differences += [
            f"{name}: {after.get(name)}, the backup had {before.get(name)}"
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
    if body["bad_rows"] != manifest.verify["bad_rows"]:
        differences.append(
            f"verify finds {body['bad_rows']} problems, at the backup {manifest.verify['bad_rows']}"
        )
    return differences
