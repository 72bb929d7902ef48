"""``settle [--month 2026-06]``: the monthly settlement by hand, with a bar; safe to interrupt and to repeat."""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.services import catch_up_settlement, last_due_month, run_settlement
from taoxiaopu.kernel import clock

BAR = 40


class Command(BaseCommand):
    """Settles one month, or every month that is due. What was settled stays; the rest goes on from there."""

    help = "Settles a month (2026-06), or every month that is due: one statement an owner and month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", default="", help="2026-06; without it every month that is due")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        self._shown = -1
        if not options["month"]:
            written = catch_up_settlement(at=at, show=self._show)
            self.stdout.write(ngettext("写入 {n} 张月结单", "写入 {n} 张月结单", written).format(n=written))
            return
        month = _month(options["month"])
        if month > last_due_month(at):
            raise CommandError(
                _("{month} 尚未到结算时间，最近可结算的月份是 {due}").format(
                    month=f"{month:%Y-%m}", due=f"{last_due_month(at):%Y-%m}"
                )
            )
        run = run_settlement(month, at=at, show=self._show)
        if run is None:
            raise CommandError(_("另一个进程正在结算 {month}").format(month=f"{month:%Y-%m}"))
        words = ngettext("写入 {n} 张月结单", "写入 {n} 张月结单", run.statements)
        self.stdout.write(words.format(n=run.statements))
        if run.failed:
            left = ngettext("{n} 位掌柜尚未结算", "{n} 位掌柜尚未结算", run.failed)
            self.stderr.write(left.format(n=run.failed))
            sys.exit(1)

    def _show(self, done: int, total: int) -> None:
        """A bar on a terminal, a line for every tenth elsewhere."""
        if self.stdout.isatty():
            full = BAR * done // total
            ending = "\n" if done == total else ""
            self.stdout.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {done}/{total}", ending=ending)
            self.stdout.flush()
        elif 10 * done // total != self._shown:
            self._shown = 10 * done // total
            self.stdout.write(f"{done}/{total}")


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandError(_("月份的写法是 2026-06")) from None
