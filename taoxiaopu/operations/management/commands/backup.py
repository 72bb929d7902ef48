"""``backup FOLDER``: the whole platform in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from taoxiaopu.operations import backup


class Command(BaseCommand):
    """Safe while orders come in. The file holds personal data, encrypted, and no keys: keep those elsewhere."""

    help = "Writes database, media files and a manifest into one taoxiaopu-<time>.tar."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, nargs="?", help="where it is written (DATA_DIR/backups)", default=None
        )
        parser.add_argument("--keep", type=int, default=0, help="remove all but the newest N (0 keeps all)")
        parser.add_argument(
            "--compress", type=int, default=6, choices=range(10), metavar="0-9", help="of the dump (6)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or settings.DATA_DIR / "backups"
        if options["keep"] < 0:
            raise CommandError("--keep must be 0 or more.")

        def say(words: str) -> None:
            self.stderr.write(f"backup: {words}", self.style.NOTICE)

        try:
            path = backup.make(folder, keep=options["keep"], compress=options["compress"], say=say)
        except backup.BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(str(path))
