"""Backup → wipe → restore gives back the same books, and whatever could go wrong is refused before anything changed."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from launcher.processes import spawn
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.operations.backup import archive, database, making
from taoxiaopu.operations.backup.archive import DUMP, MANIFEST
from taoxiaopu.operations.backup.database import Address
from taoxiaopu.operations.roles import RESTORE_MARK
from tests.factories import story

TARGET = "taoxiaopu_restore_test"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Address:
    """The owner's address of the test's own database, as DATABASE_OWNER_URL gives it on a server."""
    monkeypatch.setitem(settings.DATABASES, "owner", dict(connection.settings_dict))
    monkeypatch.setenv(
        "DJANGO_SETTINGS_MODULE", "taoxiaopu.settings.development"
    )  # of the commands it starts
    return Address.of_owner()


@pytest.fixture
def target(owner: Address, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """Another, empty database of that server, to which restores go."""
    elsewhere = owner.named(TARGET)
    with owner.connected() as session, session.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {TARGET} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {TARGET} TEMPLATE template0")
        yield elsewhere
        cursor.execute(f"DROP DATABASE {TARGET} WITH (FORCE)")


def aim(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    """From now on commands work on this database."""
    monkeypatch.setitem(settings.DATABASES["owner"], "NAME", address.name)


def tell_a_story() -> Path:
    """Some orders, and a media file."""
    at = clock.now()
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    story.paid_order(good, at, through=shop)
    story.place(good, at)
    file = Path(settings.MEDIA_ROOT) / "goods" / "ab" / "picture.webp"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF" + bytes(range(256)) * 40)
    return file


def back_up(folder: Path, **options: Any) -> Path:
    out = io.StringIO()
    call_command("backup", folder, stdout=out, stderr=io.StringIO(), **options)
    return Path(out.getvalue().strip())


def restore(file: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("restore", file, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().strip()


def refusal(file: Path, **options: Any) -> str:
    with pytest.raises(CommandError) as raised:
        restore(file, **options)
    return str(raised.value)


def rows(address: Address) -> dict[str, int]:
    with address.connected() as session, session.cursor() as cursor:
        return database.row_counts(cursor)


def app_url(address: Address) -> str:
    """How the app's role reaches that database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{address.name}"))


def verify_of(address: Address) -> dict[str, Any]:
    """``verify --json`` as the app's role sees that database."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify", "--json"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": app_url(address),
            "DATABASE_OWNER_URL": address.url,
            "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def rewrite(file: Path, change: dict[str, bytes], folder: Path) -> Path:
    """The same backup with some parts replaced."""
    copy = folder / "changed.tar"
    with tarfile.open(file) as old, tarfile.open(copy, "w") as new:
        for member in old:
            body = change.get(member.name, old.extractfile(member).read())  # type: ignore[union-attr]
            member.size = len(body)
            new.addfile(member, io.BytesIO(body))
    return copy


def test_backup_wipe_restore_gives_the_same_books(
    owner: Address, target: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tell_a_story()
    content = picture.read_bytes()
    before = json.loads(verify().as_json())
    counted = rows(owner)
    file = back_up(tmp_path / "backups")
    assert file.stat().st_mode & 0o777 == 0o600
    manifest = archive.read_manifest(file)
    assert (manifest.rows, manifest.verify["digests"]) == (counted, before["digests"])
    assert set(manifest.parts) == {DUMP, "media/goods/ab/picture.webp"}
    # Tried out beside the running platform: nothing of it changes, and the scratch database is gone.
    assert restore(file, verify=True).endswith("rows, totals and digests are the same.")
    assert rows(owner) == counted
    with owner.connected() as session, session.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", ["%drill%"])
        assert cursor.fetchall() == []
    # Put back into an empty database, with the media gone.
    picture.unlink()
    aim(monkeypatch, target)
    restore(file)
    assert picture.read_bytes() == content
    assert rows(target) == counted
    assert verify_of(target) == before
    # The guards are back: the app's role may add to the books and not change them.
    with target.connected() as session, session.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('taoxiaopu_app', 'ledger_transfer', 'UPDATE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_any_column_privilege('taoxiaopu_app', 'ledger_transfer', 'INSERT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('taoxiaopu_readonly', 'accounts_user', 'SELECT')")
        assert cursor.fetchone() == (False,)
        with pytest.raises(psycopg2.Error):
            cursor.execute("UPDATE ledger_transfer SET amount_fen = amount_fen + 1")
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')) > max(id) FROM orders_order"
        )
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT to_regclass(%s)", [RESTORE_MARK])
        assert cursor.fetchone() == (None,)
    # Not empty now: refused until the name is said.
    sentence = refusal(file)
    assert (
        sentence
        == f"The database {TARGET} holds {sum(counted.values())} rows. To throw them away, say its name: --wipe {TARGET}"
    )
    assert refusal(file, wipe="yes") == sentence
    with target.connected() as session, session.cursor() as cursor:
        cursor.execute("CREATE TABLE intruder (id int)")
    restore(file, wipe=TARGET)
    assert rows(target) == counted
    assert verify_of(target) == before


def test_a_database_in_use_is_not_touched(
    owner: Address, target: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app's sessions, of which the owner sees no more than that they are there."""
    file = back_up(tmp_path)
    aim(monkeypatch, target)
    sentence = f"1 other sessions use the database {TARGET}: stop web, worker and beat first."
    for url in (app_url(target), target.url):
        session = psycopg2.connect(url)
        try:
            assert refusal(file) == sentence
        finally:
            session.close()
        assert rows(target) == {}


def test_damage_newer_versions_and_other_keys_are_refused(
    owner: Address, target: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_a_story()
    file = back_up(tmp_path / "backups")
    aim(monkeypatch, target)
    with tarfile.open(file) as tar:
        dump = tar.extractfile(DUMP).read()  # type: ignore[union-attr]
        manifest = json.loads(tar.extractfile(MANIFEST).read())  # type: ignore[union-attr]
    flipped = dump[:500] + bytes([dump[500] ^ 1]) + dump[501:]
    assert "is damaged: database.dump is not what the manifest says" in refusal(
        rewrite(file, {DUMP: flipped}, tmp_path)
    )
    half = tmp_path / "half.tar"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "is no backup of ours, or only a piece of one" in refusal(half)
    assert "There is no file" in refusal(tmp_path / "nowhere.tar")
    newer = manifest | {"migrations": [*manifest["migrations"], "orders.0999_from_the_future"]}
    sentence = refusal(rewrite(file, {MANIFEST: json.dumps(newer).encode()}, tmp_path))
    assert "was made by a newer version: it holds 1 migrations" in sentence
    other = manifest | {"format": 2}
    assert "has format 2" in refusal(rewrite(file, {MANIFEST: json.dumps(other).encode()}, tmp_path))
    monkeypatch.setattr(settings, "PERSONAL_DATA_KEYS", ["ZKUuSJDBgn_MUa_3Dm9wLSmfN8ulYVHv0vCVnv3aTVA="])
    assert refusal(file).startswith("PERSONAL_DATA_KEYS lacks a key")
    monkeypatch.undo()
    monkeypatch.setitem(settings.DATABASES, "owner", dict(connection.settings_dict) | {"NAME": TARGET})
    monkeypatch.setattr(settings, "BLIND_INDEX_KEY", "another")
    assert refusal(file).startswith("BLIND_INDEX_KEY is another one")
    assert rows(target) == {}


def test_a_rotated_ring_still_opens_it(
    owner: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = back_up(tmp_path)
    fresh = "ZKUuSJDBgn_MUa_3Dm9wLSmfN8ulYVHv0vCVnv3aTVA="
    monkeypatch.setattr(settings, "PERSONAL_DATA_KEYS", [fresh, *settings.PERSONAL_DATA_KEYS])
    archive.refuse_wrong_keys(archive.read_manifest(file))


def test_only_the_newest_are_kept(owner: Address, tmp_path: Path) -> None:
    for stamp in ("20250101T000000Z", "20260101T000000Z"):
        (tmp_path / f"taoxiaopu-{stamp}.tar").touch()
    (tmp_path / "taoxiaopu-notes.txt").touch()
    file = back_up(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "taoxiaopu-20260101T000000Z.tar",
        file.name,
        "taoxiaopu-notes.txt",
    ]


def test_a_kill_in_the_middle_leaves_no_half_file(owner: Address, tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": app_url(owner), "DATABASE_OWNER_URL": owner.url}
    command = [sys.executable, "manage.py", "backup", str(tmp_path / "b")]
    child = spawn(command, signal.SIGKILL, cwd=settings.BASE_DIR, env=environment, log=tmp_path / "log")
    deadline = time.monotonic() + 60
    while (
        not list((tmp_path / "b").glob(".taoxiaopu-*"))
        and time.monotonic() < deadline
        and child.poll() is None
    ):
        time.sleep(0.002)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert list((tmp_path / "b").glob("taoxiaopu-*.tar")) == []
    assert list((tmp_path / "b").glob(".taoxiaopu-*")) != [], (tmp_path / "log").read_text()
    file = back_up(tmp_path / "b")
    assert [path.name for path in (tmp_path / "b").iterdir()] == [file.name]


def test_a_restore_cut_short_says_so_and_can_be_repeated(
    owner: Address, target: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_a_story()
    counted = rows(owner)
    file = back_up(tmp_path)
    aim(monkeypatch, target)
    from taoxiaopu.operations.backup import restoring  # noqa: PLC0415

    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring, "_replace_media", die)  # the rows are in, the files are not
        with pytest.raises(Killed):
            restore(file)
    with target.connected() as session, session.cursor() as cursor:
        cursor.execute(f"SELECT file FROM {RESTORE_MARK}")
        assert cursor.fetchall() == [(file.name,)]
    restore(file)  # no --wipe: what is there is only half
    assert rows(target) == counted
    with target.connected() as session, session.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [RESTORE_MARK])
        assert cursor.fetchone() == (None,)


def test_without_the_owner_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL is not set"):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_our_programs_are_found_and_too_old_ones_are_not() -> None:
    assert Path(database.program("pg_dump", 18)).name == "pg_dump"
    with pytest.raises(archive.BackupError, match=r"No pg_dump of PostgreSQL 99 or later"):
        database.program("pg_dump", 99)
    assert making.PREFIX == "taoxiaopu-"
