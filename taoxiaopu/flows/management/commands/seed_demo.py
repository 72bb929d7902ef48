"""``seed_demo``: demo data, once; ``seed_demo --show``: addresses and sign-ins of each role."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from taoxiaopu.flows import demo
from taoxiaopu.flows.demo.story import REAL_FILE
from taoxiaopu.kernel import clock


class Command(BaseCommand):
    """Tells the demo's story through services when it was not told yet. Refuses production settings."""

    help = "Loads the demo's data once, or shows its addresses and sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="show addresses and sign-ins, load nothing")
        parser.add_argument(
            "--no-real", action="store_true", help="leave out the real catalogue even when it is at hand"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX_PROVIDERS:
            raise CommandError("Demo data has published passwords: not with production settings.")
        if options["show"]:
            self.stdout.write(demo.sign_ins())
            return
        with_real = REAL_FILE.exists() and not options["no_real"]
        demo.tell(now=clock.now(), real_file=REAL_FILE if with_real else None, say=self.stdout.write)
