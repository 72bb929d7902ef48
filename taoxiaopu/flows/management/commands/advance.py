"""``advance --days N --hours N``: moves the demo's clock forward and runs what falls due on the way."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taoxiaopu.flows.services import advance
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


class Command(BaseCommand):
    """Time for people: orders confirm and finalise, months settle, tiers are judged. Refused outside the demo."""

    help = "Moves the platform's clock forward (demo and tests only) and runs what falls due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=0)
        parser.add_argument("--hours", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        days, hours = options["days"], options["hours"]
        if days < 0 or hours < 0 or days + hours == 0 or days > 3660 or hours > 24 * 3660:
            raise CommandError("Say how far: --days and --hours, forward, up to ten years.")
        try:
            moment = advance(by=timedelta(days=days, hours=hours))
        except DomainError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{clock.local(moment):%Y-%m-%d %H:%M}")
