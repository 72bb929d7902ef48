"""What fell due, in all apps, and the demo's clock that makes it fall due."""

from datetime import datetime, timedelta
from functools import partial

from accounts import services as accounts
from commissions import services as commissions
from disputes import services as disputes
from ledger import services as ledger
from orders import services as orders
from payments import services as payments
from payments.providers import sandbox
from reconciliation.services import catch_up_reconciliation
from rulebook import services as rulebook
from storefronts.services import (
    DRAW_POSTER,
    draw_poster_job,
    restore_shops,
    sweep_conversations,
    tell_of_delisted,
    tell_of_lowered_rates,
    tell_of_old_debts,
)
from suppliers.services import (
    RUN_IMPORT,
    UNDO_IMPORT,
    apply_due_rates,
    close_overdue_bonds,
    close_overdue_deposits,
    remind_of_papers,
    run_import,
    run_undo,
    watch_deposits,
)
from taoxiaopu.flows.services.announcing import announce_rules
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.idempotency import forget_old

STEP = timedelta(hours=6)


def sweep(*, at: datetime) -> int:
    """Everything of ``sweep_often``, and what has a beat of its own. Safe twice and at once; returns how many rows moved."""
    moved = sweep_often(at=at) + watch_deposits(at=at)
    remind(at=at)
    return moved


def remind(*, at: datetime) -> int:
    """Once a day: papers that run out, debts that nobody repaid, points for late orders. Returns how many were told."""
    return tell_of_old_debts(at=at) + remind_of_papers(at=at) + disputes.count_late_shipments(at=at)


def sweep_often(*, at: datetime) -> int:
    """Do everything that fell due by ``at`` and take up work that a lost nudge left behind. Safe twice and at once.

    Returns how many rows moved.
    """
    moved = jobs.work_off(accounts.SEND_MESSAGE, at=at, work=partial(accounts.deliver_message, at=at))
    moved += disputes.sweep(at=at)
    moved += disputes.forget_points(at=at)
    moved += disputes.void_after_appeals(at=at)
    moved += restore_shops(at=at)
    moved += sweep_conversations(at=at)
    moved += orders.sweep(at=at)
    moved += tell_of_lowered_rates(at=at)
    moved += apply_due_rates(at=at)
    moved += close_overdue_deposits(at=at)
    moved += close_overdue_bonds(at=at)
    moved += payments.send_due_refunds(at=at)
    moved += payments.send_due_transfers(at=at)
    moved += sandbox.deliver_due(at=at)
    moved += jobs.work_off(DRAW_POSTER, at=at, work=draw_poster_job)
    moved += jobs.work_off(RUN_IMPORT, at=at, work=run_import)
    moved += jobs.work_off(UNDO_IMPORT, at=at, work=run_undo)
    moved += rulebook.supersede_due(at=at)
    moved += jobs.work_off(rulebook.ANNOUNCE, at=at, work=partial(announce_rules, at=at))
    tell_of_delisted(at=at)
    moved += accounts.queue_mail_copies(at=at)
    moved += jobs.work_off(accounts.MAIL_COPY, at=at, work=accounts.send_mail_copy)
    forget_old(at=at)
    accounts.forget_old_letters(at=at)
    accounts.forget_messages(at=at)
    return moved


def catch_up(*, at: datetime) -> int:
    """Open the months to come, seal the days that are over, compare yesterday; settle and judge what is due; pay suppliers
    for the last Tuesday, and tell them their months.
    """
    ledger.open_months(at=at)
    ledger.write_digest(at=at)
    catch_up_reconciliation(at=at)
    months = commissions.catch_up_settlement(at=at) + commissions.catch_up_tiers(at=at)
    payouts = commissions.catch_up_supplier_payouts(at=at)
    return months + payouts + commissions.catch_up_supplier_statements(at=at)


def advance(*, by: timedelta) -> datetime:
    """Move the platform's clock and run what falls due on the way, in steps of six hours. Raises ClockIsFixed."""
    moment = clock.now()
    end = moment + by
    while moment < end:
        moment = clock.advance(min(STEP, end - moment))
        while sweep(at=moment):
            pass
        catch_up(at=moment)
    return moment
