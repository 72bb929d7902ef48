"""The nightly run: fetch the providers' bills, compare everything with everything, keep the rows of what differs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from ledger.models import AccountKind
from ledger.selectors import balance_on
from payments.models import Charge, Transfer
from payments.providers import Provider
from payments.services.wiring import PROVIDERS
from reconciliation.comparisons import BILL_BALANCE, COMPARISONS, CORRECTED, TRANSIT
from reconciliation.models import BillLine, Difference, Run
from reconciliation.selectors import ages, waiting
from reconciliation.states import (
    DIFFERENCES,
    NOTICE_GRACE,
    STANDING,
    DifferenceKind,
    DifferenceStatus,
)
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_name, lock_rows

log = logging.getLogger(__name__)
SYSTEM = Actor.system("reconciliation")
STUCK = {
    AccountKind.REFUND_CLEARING: DifferenceKind.REFUND_STUCK,
    AccountKind.PAYOUT_CLEARING: DifferenceKind.TRANSFER_STUCK,
    AccountKind.COMPENSATION: DifferenceKind.COMPENSATION_STUCK,
}
OF_CHANNEL = (
    DifferenceKind.CHARGE_UNBOOKED,
    DifferenceKind.JOURNAL_UNCHARGED,
    DifferenceKind.PAYMENT_UNKNOWN,
    DifferenceKind.CHARGE_NOT_IN_BILL,
    DifferenceKind.REFUND_UNKNOWN,
    DifferenceKind.REFUND_NOT_IN_BILL,
    DifferenceKind.TRANSFER_UNKNOWN,
    DifferenceKind.TRANSFER_NOT_IN_BILL,
    DifferenceKind.RETURN_UNKNOWN,
    DifferenceKind.RETURN_NOT_IN_BILL,
    DifferenceKind.AMOUNT,
)
Found = dict[tuple[str, str], int]


def reconcile(*, at: datetime) -> Run:
    """Compare everything up to the end of yesterday (Asia/Shanghai), and keep one row for what differs.

    Found again, a difference is the same row; gone, it is closed with a trace. Safe to run again and at once: the same
    day is one run, and what did not change is not written anew.
    """
    day = clock.local(at).date() - timedelta(days=1)
    days = list(_days_to_fetch(day))
    run, _made = Run.objects.update_or_create(
        day=day,
        defaults={"started_at": at, "finished_at": None, "done_steps": 0, "all_steps": len(days) + 2},
    )
    for fetched in days:
        with transaction.atomic():
            lock_name("reconciliation")
            fetch_bills(fetched)
        _step(run)
    with _one_snapshot():
        found, figures = compare(day, at=at)
    _step(run)
    with transaction.atomic():
        lock_name("reconciliation")
        fresh, closed = _keep(found, at)
        for name, value in figures.items():
            setattr(run, name, value)
        run.found, run.fresh, run.closed = len(found), run.fresh + fresh, run.closed + closed
        run.bill_lines = BillLine.objects.filter(day=day).count()
        run.finished_at, run.done_steps = at, run.all_steps
        run.save()
    log.info("reconciled %s: %s differences, %s new, %s closed", day, len(found), fresh, closed)
    return run


def catch_up_reconciliation(*, at: datetime) -> int:
    """Run yesterday's comparison unless it was finished. Returns how many ran."""
    day = clock.local(at).date() - timedelta(days=1)
    if Run.objects.filter(day=day, finished_at__isnull=False).exists():
        return 0
    reconcile(at=at)
    return 1


def _days_to_fetch(last: date) -> Iterator[date]:
    """From the day before the last one fetched, which may have been restated; from the first payment at the beginning."""
    began = [
        Charge.objects.aggregate(n=Min("created_at"))["n"],
        Transfer.objects.aggregate(n=Min("requested_at"))["n"],
    ]
    first = min((clock.local(moment).date() for moment in began if moment), default=last)
    known = BillLine.objects.aggregate(n=Max("day"))["n"]
    if known is not None:
        first = max(first, known - timedelta(days=1))
    while first <= last:
        yield first
        first += timedelta(days=1)


def fetch_bills(day: date) -> int:
    """Every provider's bill of one day, in place of what it said before. Returns how many lines."""
    return sum(_fetch_bill(provider, day) for provider in PROVIDERS.values())


def _fetch_bill(provider: Provider, day: date) -> int:
    """A line that the provider restated, or took out, leaves nothing behind."""
    lines = [
        BillLine(
            provider=provider.name,
            day=day,
            kind=line.kind,
            provider_number=line.provider_number,
            reference=line.reference,
            amount_fen=line.amount_fen,
            at=line.at,
        )
        for line in provider.fetch_bill(day)
    ]
    kept = {(line.kind, line.provider_number) for line in lines}
    before = BillLine.objects.filter(provider=provider.name, day=day)
    gone = [
        pk
        for pk, *key in before.values_list("pk", "kind", "provider_number").iterator()
        if tuple(key) not in kept
    ]
    BillLine.objects.filter(pk__in=gone).delete()
    BillLine.objects.bulk_create(
        lines,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["provider", "kind", "provider_number"],
        update_fields=["day", "reference", "amount_fen", "at"],
    )
    return len(lines)


def compare(day: date, *, at: datetime) -> tuple[Found, dict[str, int]]:
    """Everything that differs by (kind, reference), and the channel's figures. Reads only."""
    cutoff = clock.local_instant(day + timedelta(days=1))
    moments = {"cutoff": cutoff, "late": cutoff - NOTICE_GRACE}
    found: Found = {}
    transit_fen = 0
    for comparison in COMPARISONS:
        for kind, reference, fen in _rows(comparison.sql, moments):
            if kind == TRANSIT:
                transit_fen -= int(fen)
            else:
                found[kind, reference] = found.get((kind, reference), 0) + int(fen)
    for item in waiting():
        if item.is_stuck(at):
            found[STUCK[item.account], item.reference] = item.fen
    for row in ages(at=at):
        if not row.adds_up:
            found[DifferenceKind.BALANCE, row.account] = row.balance_fen - sum(row.steps)
    channel = {
        "ledger_fen": balance_on(AccountKind.CHANNEL_CLEARING, "", day),
        "bill_fen": int(_rows(BILL_BALANCE, moments)[0][0]),
        "transit_fen": transit_fen,
        "named_fen": _named(found, day),
    }
    unexplained = Run(day=day, **channel).unexplained_fen
    if unexplained:
        found[DifferenceKind.BALANCE, AccountKind.CHANNEL_CLEARING] = unexplained
    return found, channel


def _named(found: Found, day: date) -> int:
    """What the differences of the channel come to, open and explained ones alike, less what was corrected for them."""
    corrected = {(kind, reference): int(fen) for kind, reference, fen in _rows(CORRECTED, {"day": day})}
    return sum(
        fen + corrected.get((kind, reference[:120]), 0)
        for (kind, reference), fen in found.items()
        if kind in OF_CHANNEL
    )


def _keep(found: Found, at: datetime) -> tuple[int, int]:
    """Bring the rows in line with what was found. Returns how many are new and how many are gone."""
    standing = {
        (row.kind, row.reference): row for row in lock_rows(Difference.objects.filter(status__in=STANDING))
    }
    for key, row in standing.items():
        if key not in found:
            DIFFERENCES.apply(row, "gone", actor=SYSTEM, at=at, closed_at=at)
            continue
        if found[key] != row.amount_fen and row.status == DifferenceStatus.EXPLAINED:
            DIFFERENCES.apply(row, "changed", actor=SYSTEM, at=at)
        row.amount_fen, row.last_seen_at = found[key], at
        row.save(update_fields=["amount_fen", "last_seen_at"])
    fresh = sorted(found.keys() - standing.keys())
    for kind, reference in fresh:
        row = Difference.objects.create(
            number=order_number(),
            kind=kind,
            reference=reference[:120],
            amount_fen=found[kind, reference],
            first_seen_at=at,
            last_seen_at=at,
        )
        audit.record(
            actor=SYSTEM,
            subject_type=DIFFERENCES.subject,
            subject_ref=row.number,
            event="found",
            at=at,
            to_state=row.status,
            reason=f"{kind} {reference}",
        )
    return len(fresh), len(standing.keys() - found.keys())


def _step(run: Run) -> None:
    run.done_steps += 1
    run.save(update_fields=["done_steps"])


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All comparisons see one moment, as verify's do; inside another transaction they see what it sees."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(sql: str, moments: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, moments)
        found: list[Any] = cursor.fetchall()
        return found
