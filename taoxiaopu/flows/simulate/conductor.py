"""Conducts a simulation: people first, then day after day in lockstep, a sweep after each, and the proof at the end."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import connections, transaction

from accounts.selectors import user_by_sign_in
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.flows.simulate.kinds import KINDS, LEAST_ORDERS, quotas
from taoxiaopu.flows.simulate.teller import NIGHT, Apart, Here, Plan, Planned, Teller, run_monthly
from taoxiaopu.flows.simulate.world import WORLDS, World, build, staff_email
from taoxiaopu.flows.verify import Report, verify
from taoxiaopu.kernel import clock, ids, jobs
from taoxiaopu.kernel.jobs import Part

__all__ = ["LEAST_ORDERS", "Outcome", "is_told", "simulate"]

FIRST_DAY = date(2026, 1, 1)  # not today: the same seed tells the same on any day
NIGHT_HOUR = 4  # o'clock, when the sweeps run; after settlement at 2 and tiers at 3
MOST_DAYS = 64  # on which stories begin
OPEN_HOURS = (8 * 3600, 23 * 3600)
LONGEST_STORY = timedelta(days=60)  # from placing an order to its end, nearly always

Show = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """How a simulation went: orders by kind of stories that ended, settled orders by the way of their withdrawal, who
    was in it, and what verify says.
    """

    orders: int
    seconds: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    worlds: list[World] = field(default_factory=list)
    report: Report | None = None
    stopped: bool = False


def is_told(seed: int) -> bool:
    """Whether this seed was simulated in this database before."""
    return user_by_sign_in(staff_email(seed, 1)) is not None


def simulate(*, orders: int, seed: int, processes: int, show: Show) -> Outcome:
    """Tell ``orders`` orders' stories, at least LEAST_ORDERS, and prove the books. The same seed gives the same books,
    whatever the number of processes and the day.

    ``show`` gets how many orders are told to the end, and how many there are. Ctrl-C stops after the acts that are
    being told; everything told is committed, and the outcome says so.
    """
    outcome = Outcome(orders)
    began = time.monotonic()
    whole = plan(orders, seed)
    with jobs.quietly():
        ensure_reference()
        with transaction.atomic(), ids.drawn_from(f"{seed} people"):
            outcome.worlds = build(seed=seed, orders=orders, at=whole.begins)
    try:
        with _tellers(whole, outcome.worlds, processes) as tellers:
            for at in _nights(tellers, outcome, show):
                with jobs.quietly(), ids.drawn_from(f"{seed} month {at.isoformat()}"):
                    run_monthly(at, outcome.worlds[0].staff)
    except KeyboardInterrupt:
        outcome.stopped = True
    outcome.report = verify()
    outcome.seconds = time.monotonic() - began
    return outcome


def plan(orders: int, seed: int) -> Plan:
    """Every story with its kind by quota, its world in turn and a beginning in the hours when people shop."""
    chance = Random(f"{seed} plan")  # noqa: S311  (the same plan every time)
    start = clock.local_instant(FIRST_DAY)
    quota = quotas(orders)
    chosen = [(kind, turn) for kind in KINDS for turn in range(quota[kind.code] // kind.orders)]
    chance.shuffle(chosen)
    days = max(10, min(MOST_DAYS, orders // 12))
    stories = []
    for number, (kind, turn) in enumerate(chosen):
        begins = start + timedelta(days=1 + chance.randrange(days), seconds=chance.randrange(*OPEN_HOURS))
        stories.append(Planned(number, kind, turn, number % WORLDS, begins))
    return Plan(seed, start, stories, _paydays(start + timedelta(days=days) + LONGEST_STORY))


def _paydays(last: datetime) -> list[date]:
    """Every month from the second on to the one whose settlement takes what ended by ``last``."""
    months = [clock.next_month(FIRST_DAY)]
    while clock.local_instant(months[-1].replace(day=20)) < last:
        months.append(clock.next_month(months[-1]))
    return months


def _nights(tellers: Sequence[Teller], outcome: Outcome, show: Show) -> Iterator[datetime]:
    """Tell day after day and yield each night after its sweep, until every story is told."""
    night = clock.local_instant(FIRST_DAY, NIGHT_HOUR)
    left = 1
    while left:
        night += timedelta(days=1)
        left = 0
        for teller in tellers:
            teller.tell(night)
        for teller in tellers:
            news = teller.answer()
            outcome.told += news.told
            outcome.withdrawn += news.withdrawn
            left += news.left
        show(outcome.told.total(), outcome.orders)
        for step in NIGHT:
            for teller in tellers:
                teller.night(step, night)
            for teller in tellers:
                teller.answer()
        yield night


@contextmanager
def _tellers(whole: Plan, worlds: Sequence[World], processes: int) -> Iterator[list[Teller]]:
    """One teller a process, each with every n-th world; a single one stays in this process."""
    count = max(1, min(processes, WORLDS))
    heres = [_here(whole, worlds[n::count], n, count) for n in range(count)]
    if count == 1:
        yield list[Teller](heres)
        return
    connections.close_all()  # a connection does not survive a fork
    aparts: list[Apart] = []
    try:
        for here in heres:
            aparts.append(Apart(here, aparts))
        yield list[Teller](aparts)
    finally:
        for apart in aparts:
            apart.dismiss()


def _here(whole: Plan, worlds: Sequence[World], index: int, count: int) -> Here:
    """Who tells these worlds' stories sweeps their orders, too."""
    suppliers = frozenset(company.supplier.pk for world in worlds for company in world.companies)
    return Here(whole, worlds, Part(index, count, suppliers))


def processes_here() -> int:
    """How many processes keep this machine busy: one in two waits for the database, or for the end of the day."""
    return min(WORLDS, 2 * len(os.sched_getaffinity(0)))
