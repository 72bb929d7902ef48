"""``recalculate_tiers [--month 2026-06] [--connections 2]``: the month end of owner tiers, with progress on the terminal."""

import resource
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from commissions.services import catch_up_tiers, recalculate_tiers
from commissions.services.tiers import CHUNK, Progress
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


class Command(BaseCommand):
    """Judges a month, or every month that is due. Run again after a kill it goes on where it stopped."""

    help = (
        "Judges owner tiers for a month, or for every month that is due; safe to run again and side by side."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", help="such as 2026-06; without it every month that is due")
        parser.add_argument(
            "--connections", type=int, default=1, help="judge with so many connections at once"
        )
        parser.add_argument("--chunk", type=int, default=CHUNK, help="owners in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        at, start = clock.now(), time.monotonic()
        try:
            if options["month"] is None:
                judged = catch_up_tiers(at=at, told=self._tell)
            else:
                judged = self._judge(_month(options["month"]), options["connections"], options["chunk"], at)
        except DomainError as error:
            raise CommandError(error.sentence) from None
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.stdout.write(f"judged {judged} in {time.monotonic() - start:.2f} s, Python {memory} MB")

    def _judge(self, month: date, count: int, chunk: int, at: datetime) -> int:
        if at < clock.month_bounds(month)[1]:
            raise CommandError(f"{month:%Y-%m} has not ended.")

        def work(_n: int) -> int:
            try:
                return recalculate_tiers(month, at=at, told=self._tell, chunk=chunk)
            finally:
                if count > 1:
                    connections.close_all()

        if count == 1:
            return work(0)
        with ThreadPoolExecutor(count) as pool:
            return sum(pool.map(work, range(count)))

    def _tell(self, progress: Progress) -> None:
        self.stdout.write(f"{progress.done:,} of {progress.all:,}")
        self.stdout.flush()


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandError(f"{text!r} is not a month such as 2026-06.") from None
