"""Numbers for Prometheus: django-prometheus counts requests, the rest is read from the rows when asked."""

import os
import time
from collections.abc import Iterator

from django.db import DatabaseError, connection
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from taoxiaopu.operations import timetable

CONTENT_TYPE = CONTENT_TYPE_LATEST
FRESH_S = 10  # a second scrape within this time reads no rows again

# name, what it says, its label, a query that gives (label, number); times are compared in the platform's own clock.
AHEAD = "(statement_timestamp() + coalesce((SELECT ahead FROM kernel_clockoffset WHERE id = 1), '0'))"
GAUGES = (
    ("jobs", "Background jobs by state", "state", "SELECT status, count(*) FROM kernel_job WHERE status <> 'done' GROUP BY 1"),
    (
        "oldest_due_job_seconds",
        "How long the oldest due job has been waiting",
        "",
        f"SELECT '', coalesce(extract(epoch FROM {AHEAD} - min(due_at)), 0) FROM kernel_job"
        f" WHERE status IN ('waiting', 'running') AND due_at <= {AHEAD}",
    ),
    (
        "notices",
        "Notices from payment providers by outcome; an empty outcome was stored and not applied",
        "outcome",
        "SELECT outcome, count(*) FROM payments_notice GROUP BY 1",
    ),
    (
        "refunds_waiting",
        "Refunds that a provider has not confirmed",
        "",
        "SELECT '', count(*) FROM payments_refund WHERE status = 'requested'",
    ),
    (
        "oldest_refund_seconds",
        "How long the oldest unconfirmed refund has been waiting",
        "",
        f"SELECT '', coalesce(extract(epoch FROM {AHEAD} - min(requested_at)), 0) FROM payments_refund"
        " WHERE status = 'requested'",
    ),
    (
        "transfers",
        "Payouts to owners by state",
        "state",
        "SELECT status, count(*) FROM payments_transfer GROUP BY 1",
    ),
    ("orders", "Orders by state", "state", "SELECT status, count(*) FROM orders_order GROUP BY 1"),
    ("settlements_failed", "Owners whose month could not be settled yet", "", "SELECT '', count(*) FROM commissions_settlementfailure WHERE settled_at IS NULL"),
    (
        "supplier_runs_failed",
        "What could not be done for a supplier yet, by kind",
        "run",
        "SELECT run, count(*) FROM commissions_supplierfailure WHERE settled_at IS NULL GROUP BY 1",
    ),
    (
        "differences",
        "What the nightly comparison found and nobody explained, by kind",
        "kind",
        "SELECT kind, count(*) FROM reconciliation_difference WHERE status IN ('open', 'assigned') GROUP BY 1",
    ),
    (
        "oldest_difference_seconds",
        "How long the oldest unexplained difference has been standing",
        "",
        f"SELECT '', coalesce(extract(epoch FROM {AHEAD} - min(first_seen_at)), 0) FROM reconciliation_difference"
        " WHERE status IN ('open', 'assigned')",
    ),
    ("charges_in_review", "Payments whose notice did not agree with the order", "", "SELECT '', count(*) FROM payments_charge WHERE status = 'review'"),
)  # fmt: skip


class RowsCollector:
    """Reads the rows once for every scrape."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._families: list[GaugeMetricFamily] = []

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is read when the collector is registered."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if time.monotonic() - self._read_at > FRESH_S:
            self._families = list(self._read())
            self._read_at = time.monotonic()
        yield from self._families

    def _read(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("taoxiaopu_database_up", "Whether the rows could be read")
        try:
            with connection.cursor() as cursor:
                families = [_family(cursor, *gauge) for gauge in GAUGES]
            families += _timetable()
        except DatabaseError:
            families = []
        up.add_metric([], 1.0 if families else 0.0)
        yield up
        yield from families


def _family(cursor, name: str, says: str, label: str, sql: str) -> GaugeMetricFamily:  # type: ignore[no-untyped-def]
    family = GaugeMetricFamily(f"taoxiaopu_{name}", says, labels=[label] if label else None)
    cursor.execute(sql)
    for value, number in cursor.fetchall():
        family.add_metric([str(value)] if label else [], float(number))
    return family


def _timetable() -> list[GaugeMetricFamily]:
    last = GaugeMetricFamily(
        "taoxiaopu_timetable_last_success_seconds", "When an entry last succeeded", labels=["task"]
    )
    late = GaugeMetricFamily("taoxiaopu_timetable_late", "1 when an entry is overdue", labels=["task"])
    failures = GaugeMetricFamily("taoxiaopu_timetable_failures", "Failures in a row", labels=["task"])
    for entry in timetable.entries():
        last.add_metric([entry.task], entry.run.finished_at.timestamp() if entry.run.finished_at else 0.0)
        late.add_metric([entry.task], float(entry.late))
        failures.add_metric([entry.task], float(entry.run.failures))
    return [last, late, failures]


rows = RowsCollector()


def page() -> bytes:
    """Everything, in Prometheus's text format. With several web processes theirs are added up (PROMETHEUS_MULTIPROC_DIR)."""
    own = CollectorRegistry()
    own.register(rows)
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    else:
        counted = REGISTRY
    return bytes(generate_latest(own) + generate_latest(counted))
