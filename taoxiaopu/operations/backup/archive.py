"""The file: a tar with the database's dump, every media file, and last the manifest that says what the others must be."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from taoxiaopu.kernel.personal import blind_index

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
MEDIA = "media/"
CANARY = "taoxiaopu"
PIECE = 1 << 20

Say = Callable[[str], None]


class BackupError(Exception):
    """What went wrong, in a sentence for the person at the keyboard."""


@dataclass
class Manifest:
    """What the backup holds and what it must be like once it is put back."""

    format: int
    made_at: str
    code: str
    server: str
    database: str
    migrations: list[str]
    rows: dict[str, int]
    verify: dict[str, Any]
    canaries: list[str]
    blind_canary: str
    parts: dict[str, str] = field(default_factory=dict)  # name in the archive -> sha256

    def as_json(self) -> bytes:
        """Readable, and the same bytes for the same content."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()


def canaries() -> tuple[list[str], str]:
    """A known word under each key of the ring and under the blind index's key."""
    ring = [Fernet(key).encrypt(CANARY.encode()).decode() for key in settings.PERSONAL_DATA_KEYS]
    return ring, blind_index(CANARY)


def refuse_wrong_keys(manifest: Manifest) -> None:
    """The personal data in the backup can be read with the keys at hand. Raises BackupError."""
    ring = [Fernet(key) for key in settings.PERSONAL_DATA_KEYS]
    for token in manifest.canaries:
        if not any(_opens(key, token) for key in ring):
            raise BackupError(
                "PERSONAL_DATA_KEYS lacks a key that the backup's personal data was encrypted with: phone numbers,"
                " names and addresses could not be read. Put the old keys behind the new one, separated by commas."
            )
    if manifest.blind_canary != blind_index(CANARY):
        raise BackupError(
            "BLIND_INDEX_KEY is another one than when the backup was made: nobody could sign in by phone."
        )


def _opens(key: Fernet, token: str) -> bool:
    try:
        return key.decrypt(token.encode()) == CANARY.encode()
    except InvalidToken:
        return False


class HashingReader:
    """Passes a file on and remembers the digest of what went by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def sha256_of(file: IO[bytes]) -> str:
    """Hex digest of the rest of a file."""
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def read_manifest(path: Path) -> Manifest:
    """What the archive says of itself. Raises BackupError when it is no whole backup or one of another format."""
    try:
        with tarfile.open(path, "r:") as tar:
            file = tar.extractfile(MANIFEST)
            assert file is not None
            body = json.loads(file.read())
            if body.get("format") != FORMAT:
                raise BackupError(
                    f"{path} has format {body.get('format')}; this version reads format {FORMAT}."
                )
            return Manifest(**body)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except (tarfile.TarError, KeyError, ValueError, TypeError, AssertionError, OSError, EOFError):
        raise BackupError(
            f"{path} is no backup of ours, or only a piece of one: its manifest cannot be read."
        ) from None


def refuse_damage(path: Path, manifest: Manifest, say: Say) -> None:
    """Every part has the digest that the manifest tells, and there is no other part. Raises BackupError."""
    say(f"checking {len(manifest.parts)} parts of {path.name}")
    found: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                if member.name == MANIFEST:
                    continue
                if not member.isreg() or not is_ours(member.name):
                    raise BackupError(f"{path} holds {member.name!r}, which no backup of ours does.")
                file = tar.extractfile(member)
                assert file is not None
                found[member.name] = sha256_of(file)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupError(f"{path} is damaged: {error}.") from None
    for name in sorted(manifest.parts.keys() | found.keys()):
        if manifest.parts.get(name) != found.get(name):
            raise BackupError(f"{path} is damaged: {name} is not what the manifest says.")


def is_ours(name: str) -> bool:
    """The dump, or a media file below its folder."""
    parts = PurePosixPath(name).parts
    return name == DUMP or (name.startswith(MEDIA) and ".." not in parts and len(parts) > 1)


def unpack_media(path: Path, folder: Path) -> int:
    """Write the media files into an empty folder. Returns how many there are."""
    count = 0
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if not member.name.startswith(MEDIA):
                continue
            target = folder / member.name.removeprefix(MEDIA)
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with target.open("wb") as file:
                while piece := source.read(PIECE):
                    file.write(piece)
            count += 1
    return count


def unpack_dump(path: Path, target: Path) -> None:
    """Write the database's dump to a file of its own: pg_restore wants to move about in it."""
    with tarfile.open(path, "r:") as tar, target.open("wb") as file:
        source = tar.extractfile(DUMP)
        assert source is not None
        while piece := source.read(PIECE):
            file.write(piece)
