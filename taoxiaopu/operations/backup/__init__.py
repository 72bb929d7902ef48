"""One file that holds the whole platform, proves itself, and can be put back (decision 13)."""

from taoxiaopu.operations.backup.archive import BackupError, Manifest
from taoxiaopu.operations.backup.making import make
from taoxiaopu.operations.backup.restoring import put_back, try_out

__all__ = ["BackupError", "Manifest", "make", "put_back", "try_out"]
