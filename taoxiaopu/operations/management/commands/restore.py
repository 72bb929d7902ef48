"""``restore FILE`` puts a backup back; ``restore --verify FILE`` tries it out in a database of its own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taoxiaopu.operations import backup


class Command(BaseCommand):
    """Refuses damaged files, newer versions, other keys, a database in use and one that is not empty."""

    help = "Restores a backup, or proves that it could be restored."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--verify", action="store_true", help="restore into a scratch database, verify, compare, drop it"
        )
        parser.add_argument(
            "--wipe", default="", metavar="DATABASE", help="throw away what this database holds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        def say(words: str) -> None:
            self.stderr.write(f"restore: {words}", self.style.NOTICE)

        path: Path = options["file"].resolve()
        try:
            if options["verify"]:
                differences = backup.try_out(path, say=say)
                for difference in differences:
                    self.stdout.write(difference)
                if differences:
                    raise CommandError(
                        f"{path.name} does not give back the same books: {len(differences)} differences."
                    )
                self.stdout.write(f"{path.name} can be restored: rows, totals and digests are the same.")
                return
            backup.put_back(path, wipe=options["wipe"], say=say)
        except backup.BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{path.name} is restored.")
