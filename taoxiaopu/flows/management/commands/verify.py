"""``verify``: proves that the books agree; exits with 1 and names the bad rows when they do not."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ledger.selectors import chain_head
from taoxiaopu.flows.demo.table import aligned
from taoxiaopu.flows.verify import verify


class Command(BaseCommand):
    """Reads one snapshot and changes nothing; safe while orders come in."""

    help = "Proves ledger, stock, order, commission and dispute invariants; prints totals and digests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the same bytes for the same books")
        parser.add_argument(
            "--head", action="store_true", help="print the last seal of the books only, to be kept outside"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"]:
            self.stdout.write(str(chain_head() or "-"))
            return
        report = verify(self._show if self.stderr.isatty() else None)
        if options["json"]:
            self.stdout.write(report.as_json())
        else:
            totals = [("total", "value"), *((name, str(n)) for name, n in report.totals.items())]
            digests = [("digest", "sha256"), *report.digests.items()]
            self.stdout.write(f"{aligned(totals)}\n\n{aligned(digests)}\n")
            for problem in report.problems:
                self.stdout.write(problem.sentence)
            self.stdout.write(f"verify: {report.bad_rows} problems")
        if report.bad_rows:
            sys.exit(1)

    def _show(self, name: str, done: int, total: int) -> None:
        """One line that is written over."""
        self.stderr.write(f"\r{done}/{total} {name:40.40}", ending="\n" if done == total else "")
        self.stderr.flush()
