"""The random passwords of one DATA_DIR, kept in a file that only its owner may read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Credentials:
    """Passwords safe to write into an address: letters, digits, - and _."""

    superuser: str
    owner: str
    app: str
    readonly: str
    valkey: str

    @classmethod
    def load_or_create(cls, path: Path) -> "Credentials":
        """Read the file; draw the passwords that it lacks and write it (0600, whole or not at all)."""
        known = json.loads(path.read_text()) if path.exists() else {}
        drawn = cls(**({field.name: secrets.token_urlsafe(24) for field in fields(cls)} | known))
        if asdict(drawn) != known:
            write_private(path, json.dumps(asdict(drawn)))
        return drawn


def write_private(path: Path, text: str) -> None:
    """Write a 0600 file by renaming a finished one into place."""
    draft = path.with_name(path.name + f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
