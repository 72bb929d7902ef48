"""Alarm clocks for settlement, tiers, suppliers' payouts and statements."""

from functools import partial

from celery import shared_task

from commissions.services import (
    catch_up_settlement,
    catch_up_supplier_payouts,
    catch_up_supplier_statements,
    catch_up_tiers,
)
from taoxiaopu.kernel import clock, jobs


@shared_task(name="commissions.settle_month")
def settle(job: int | None = None) -> None:
    """The 20th, 02:00: settle every month that is due. ``job``: the one whose retry button was pressed."""
    catch_up_settlement(at=clock.now())


@shared_task(name="commissions.recalculate_tiers")
def recalculate() -> None:
    """The 1st, 03:00: judge every month that has ended."""
    catch_up_tiers(at=clock.now())


@shared_task(name="commissions.catch_up")
def catch_up() -> None:
    """Hourly: whatever a missed alarm left undone."""
    for due in (catch_up_settlement, catch_up_tiers, catch_up_supplier_payouts, catch_up_supplier_statements):
        jobs.by_itself(partial(due, at=clock.now()), what=due.__name__)


@shared_task(name="commissions.pay_suppliers")
def pay_suppliers() -> None:
    """Tuesdays, 03:00: pay suppliers what was finalised before the day."""
    catch_up_supplier_payouts(at=clock.now())


@shared_task(name="commissions.supplier_statements")
def supplier_statements(job: int | None = None) -> None:
    """The 1st, 04:00: tell suppliers every month that has ended. ``job``: as ``settle``."""
    catch_up_supplier_statements(at=clock.now())
