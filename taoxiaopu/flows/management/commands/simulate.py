"""``simulate --orders N --seed S``: a crowd tells whole stories through the services; ends with a table and verify."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from taoxiaopu.flows.simulate import LEAST_ORDERS, closing_table, is_told, simulate
from taoxiaopu.flows.simulate.conductor import processes_here

BAR = 40
MOST_ORDERS = 1_000_000


class Command(BaseCommand):
    """Only where the clock may move and providers are sandboxes: its stories lie in the past and pay with no money."""

    help = "Simulates shoppers, suppliers, owners and arbitrators; the same seed gives the same books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=1000, help="how many orders (1000)")
        parser.add_argument("--seed", type=int, default=1, help="what chance follows from (1)")
        parser.add_argument(
            "--processes", type=int, default=0, help="how many processes tell (two a core, at most 4)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        orders, seed = options["orders"], options["seed"]
        if not (settings.CLOCK_MAY_ADVANCE and settings.SANDBOX_PROVIDERS):
            raise CommandError(_("模拟只能在演示与测试环境中运行"))
        if not LEAST_ORDERS <= orders <= MOST_ORDERS or not 0 <= seed < 10**6:
            raise CommandError(
                _("--orders 须在 {least} 到 {most} 之间，--seed 须在 0 到 999999 之间").format(
                    least=LEAST_ORDERS, most=MOST_ORDERS
                )
            )
        if is_told(seed):
            raise CommandError(_("种子 {seed} 已在此数据库中模拟过，请换一个种子").format(seed=seed))
        self._shown = -1
        outcome = simulate(
            orders=orders, seed=seed, processes=options["processes"] or processes_here(), show=self._show
        )
        if self.stdout.isatty():
            self.stdout.write("")
        self.stdout.write(closing_table(outcome))
        for problem in outcome.report.problems if outcome.report else ():
            self.stdout.write(problem.sentence)
        if outcome.stopped:
            self.stdout.write(_("已中断：已发生的都已入账"))
            sys.exit(130)
        if outcome.report is None or outcome.report.bad_rows:
            sys.exit(1)

    def _show(self, done: int, total: int) -> None:
        """A bar on a terminal, a line for every tenth elsewhere."""
        if self.stdout.isatty():
            full = BAR * done // total
            self.stdout.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {done}/{total}", ending="")
            self.stdout.flush()
        elif 10 * done // total > self._shown:
            self._shown = 10 * done // total
            self.stdout.write(f"{done}/{total}")
