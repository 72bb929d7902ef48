"""Where things lie: the checkout, and the rooms of a DATA_DIR."""

import os
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class DataDir:
    """One place that holds a cluster, a Valkey, media files and the notes about who runs them."""

    path: Path

    @classmethod
    def from_environment(cls) -> "DataDir":
        """``DATA_DIR``, else ``var/`` of the checkout."""
        return cls(Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve())

    def create(self) -> None:
        """Make the folders. Raises LauncherError when they belong to someone else."""
        try:
            for folder in (self.path, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
            self.run.mkdir(mode=0o700, exist_ok=True)
            writable = os.access(self.run, os.W_OK) and os.access(self.logs, os.W_OK)
        except OSError:
            writable = False
        if not writable:
            raise LauncherError(
                f"{self.path} cannot be written to by this user. Choose another place: DATA_DIR=/some/folder"
            )

    @property
    def run(self) -> Path:
        """Locks, ports and passwords: for this user's eyes only."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def migrated(self) -> Path:
        """Exists once the embedded database has been migrated to the end at least once."""
        return self.path / "run" / "migrated"
