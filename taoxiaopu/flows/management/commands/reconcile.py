"""``reconcile``: compare books, orders, payments, bills and stock up to the end of yesterday, now."""

from typing import Any

from django.core.management import BaseCommand

from reconciliation.services import reconcile
from taoxiaopu.kernel import clock


class Command(BaseCommand):
    help = "Compare books, orders, payments, providers' bills and stock up to the end of yesterday."

    def handle(self, *args: Any, **options: Any) -> None:
        run = reconcile(at=clock.now())
        print(f"reconcile {run.day}: {run.found} differences, {run.fresh} new, {run.closed} closed")
