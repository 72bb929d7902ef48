"""What is done to the books besides posting: months are opened ahead and closed for good, days are sealed."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from ledger import errors
from ledger.models import MonthClosing
from ledger.selectors import closed_through, first_month, waiting_in_clearing
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.templatetags.kernel_format import listed

AHEAD = 3  # months that have their partition before anything is booked in them


def open_months(*, at: datetime) -> int:
    """Give this month and the next ones their partitions. Returns how many were new; safe to run again."""
    month, opened = clock.month_of(at), 0
    with connection.cursor() as cursor:
        for _n in range(AHEAD + 1):
            cursor.execute("SELECT ledger_open_month(%s)", [month])
            opened += cursor.fetchone()[0]
            month = clock.next_month(month)
    return opened


def write_digest(*, at: datetime) -> bool:
    """Seal the day before ``at`` (Shanghai) and everything that was booked until now. False when it is sealed already."""
    yesterday = clock.local(at).date() - timedelta(days=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_write_digest(%s, %s)", [yesterday, at])
        return bool(cursor.fetchone()[0])


def close_month(*, month: date, actor: Actor, at: datetime, note: str = "") -> MonthClosing:
    """Close a month: nothing is booked into it any more, what comes late goes to the next day that is open (L10).

    Months are closed in order, once they are over, and when everything that was waiting in a clearing account at their
    end has left it. Never undone. Raises NotTheNextMonth, MonthNotOver, ClearingOpen.
    """
    with transaction.atomic():
        _require_next(month)
        _start, end = clock.month_bounds(month)
        if at < end:
            raise errors.MonthNotOver(month=f"{month:%Y-%m}")
        if waiting := waiting_in_clearing(month):
            raise errors.ClearingOpen(accounts=listed(kind.label for kind in waiting))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_close_month(%s, %s, %s, %s)", [month, actor.ref[:64], at, note.strip()[:200]]
            )
        audit.record(
            actor=actor,
            subject_type="month",
            subject_ref=f"{month:%Y-%m}",
            event="close",
            at=at,
            reason=note,
        )
        return MonthClosing.objects.get(month=month)


def _require_next(month: date) -> None:
    closed = closed_through()
    due = clock.next_month(closed) if closed else first_month()
    if month != due:
        raise errors.NotTheNextMonth(month=f"{month:%Y-%m}", due=f"{due:%Y-%m}" if due else "–")
