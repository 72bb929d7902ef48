"""Making a backup: one snapshot for the dump, the counts and the books' digest; then the files; then the name."""

import io
import os
import tarfile
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from taoxiaopu.flows.verify import verify
from taoxiaopu.flows.verify.report import Report
from taoxiaopu.operations.backup.archive import (
    DUMP,
    FORMAT,
    MANIFEST,
    MEDIA,
    BackupError,
    HashingReader,
    Manifest,
    Say,
    canaries,
)
from taoxiaopu.operations.backup.database import (
    Address,
    migrations,
    program,
    room_for_files,
    row_counts,
    run,
    server_major,
)

PREFIX = "taoxiaopu-"
DRAFT = ".part"


def make(folder: Path, *, keep: int, compress: int, say: Say) -> Path:
    """Write a backup into a folder and return its path; afterwards at most ``keep`` are left there (0: all).

    It is written under another name and renamed when it is whole and on the disk. Orders may come in meanwhile.
    Raises BackupError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in (*folder.glob(f".{PREFIX}*{DRAFT}"), *folder.glob(f".{PREFIX}*.dump")):
        leftover.unlink()
    now = datetime.now(UTC)
    final = folder / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}.tar"
    if final.exists():
        raise BackupError(f"{final} is there already.")
    draft = folder / f".{final.name}{DRAFT}"
    dump = folder / f".{final.stem}.dump"
    try:
        manifest = _dump_database(Address.of_owner(), dump, now, compress, say)
        with draft.open("xb") as file:
            os.chmod(file.fileno(), 0o600)  # noqa: PTH101  (by descriptor)
            with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as tar:
                _add_dump(tar, dump, manifest)
                dump.unlink()
                _add_media(tar, room_for_files(), manifest, say)
                _add_bytes(tar, MANIFEST, manifest.as_json())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error.strerror or error}.") from None
    finally:
        draft.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    say(f"{final.name}: {final.stat().st_size / 2**20:.1f} MiB")
    _forget_old(folder, keep, say)
    return final


def _dump_database(owner: Address, dump: Path, now: datetime, compress: int, say: Say) -> Manifest:
    with owner.connected() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()  # type: ignore[misc]
        say("verifying the books of this moment")
        report = _verify_at(snapshot)
        if report.bad_rows:
            say(f"warning: verify finds {report.bad_rows} problems; the backup keeps the books as they are")
        say("dumping the database")
        command = [program("pg_dump", server_major(connection)), "--format=custom", f"--compress={compress}"]
        command += [f"--snapshot={snapshot}", "--no-comments", f"--file={dump}"]
        run(command, owner, "pg_dump")
        ring, blind = canaries()
        return Manifest(
            format=FORMAT,
            made_at=now.isoformat(timespec="seconds"),
            code=_code_version(),
            server=str(connection.server_version),
            database=owner.name,
            migrations=migrations(cursor),
            rows=row_counts(cursor),
            verify=_digest_of(report),
            canaries=ring,
            blind_canary=blind,
        )


def _verify_at(snapshot: str) -> Report:
    """``verify`` on exactly the rows that the dump will hold."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        return verify()


def _digest_of(report: Report) -> dict[str, object]:
    return {"bad_rows": report.bad_rows, "totals": report.totals, "digests": report.digests}


def _code_version() -> str:
    return f"{settings.VERSION} (Django {version_of('django')})"


def _add_dump(tar: tarfile.TarFile, dump: Path, manifest: Manifest) -> None:
    with dump.open("rb") as file:
        manifest.parts[DUMP] = _add(tar, DUMP, file, dump.stat().st_size)


def _add_media(tar: tarfile.TarFile, folder: Path, manifest: Manifest, say: Say) -> None:
    """Every file; names are never reused and content never changes, so that reading after the snapshot is enough."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
    say(f"adding {len(files)} media files")
    for n, path in enumerate(files, start=1):
        name = MEDIA + path.relative_to(folder).as_posix()
        try:
            file = path.open("rb")
        except FileNotFoundError:  # a draft that was renamed or removed since
            continue
        with file:
            manifest.parts[name] = _add(tar, name, file, os.fstat(file.fileno()).st_size)
        if n % 1000 == 0:
            say(f"{n}/{len(files)} media files")


def _add(tar: tarfile.TarFile, name: str, file: io.BufferedReader, size: int) -> str:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, 0
    reader = HashingReader(file)
    tar.addfile(info, reader)  # type: ignore[arg-type]  # only read() is used
    return reader.digest.hexdigest()


def _add_bytes(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(body), 0o600, 0
    tar.addfile(info, io.BytesIO(body))


def _forget_old(folder: Path, keep: int, say: Say) -> None:
    for old in sorted(folder.glob(f"{PREFIX}*Z.tar"), reverse=True)[keep:] if keep else []:
        old.unlink()
        say(f"removed {old.name}")
