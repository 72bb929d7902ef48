"""Whoever tells the stories of some worlds and sweeps a part of the rows, in this process or in one of its own."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Protocol

from django.db import connection, connections

from commissions import services as commissions
from commissions.selectors.suppliers import payouts_in_review
from disputes import services as disputes
from orders import services as orders
from payments import services as payments
from taoxiaopu.flows.simulate import wallets
from taoxiaopu.flows.simulate.kinds import Kind
from taoxiaopu.flows.simulate.plot import Plot, Story
from taoxiaopu.flows.simulate.wallets import Wallet
from taoxiaopu.flows.simulate.world import Shopkeeper, World
from taoxiaopu.flows.stage import Stage, deliver
from taoxiaopu.kernel import clock, ids, jobs
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.jobs import Part


@dataclass(frozen=True, slots=True)
class Planned:
    """One story to tell: its number, its kind and turn within it, the world it plays in and when it begins."""

    number: int
    kind: Kind
    turn: int
    world: int
    begins: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """All that will be told: the stories, and the months in which owners ask for their money."""

    seed: int
    begins: datetime
    stories: Sequence[Planned]
    paydays: Sequence[date]


@dataclass(slots=True)
class News:
    """What ended since the last news: orders by kind of story, settled orders that were withdrawn by way; and how many
    stories go on.
    """

    told: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    left: int = 0


class Teller(Protocol):
    """Tells one day, and later sweeps; each is asked for and its answer waited for apart, so that several tell at once."""

    def tell(self, until: datetime) -> None:
        """Begin to tell everything up to and including ``until``."""

    def night(self, step: str, at: datetime) -> None:
        """Begin one step of the night at ``at``, one of NIGHT: this teller's part of it."""

    def answer(self) -> News:
        """Wait until it is done."""

    def dismiss(self) -> None:
        """Stop after the act that is being told. What was told is committed."""


class Here:
    """Tells in this process."""

    def __init__(self, plan: Plan, worlds: Sequence[World], part: Part) -> None:
        self._seed = plan.seed
        self._part = part
        self._stage = Stage()
        self._news = News()
        by_number = {world.number: world for world in worlds}
        for one in plan.stories:
            if one.world in by_number:
                self._begin_story(one, by_number[one.world])
        for world in worlds:
            for n, keeper in enumerate(world.shopkeepers):
                self._begin_wallet(plan, world, n, keeper)

    def _begin_story(self, one: Planned, world: World) -> None:
        plot = Plot(one.number, one.turn, world, self._chance(f"story {one.number}"), one.begins)

        def over() -> None:
            self._news.told[one.kind.code] += len(plot.orders)

        self._begin(plot, one.kind.tell(plot), f"story {one.number}", one.begins, over)

    def _begin_wallet(self, plan: Plan, world: World, n: int, keeper: Shopkeeper) -> None:
        name = f"wallet {world.number} {n}"
        way = wallets.WAYS[(world.number + n) % len(wallets.WAYS)]
        wallet = Wallet(keeper, way, world.staff, plan.paydays, self._chance(name), plan.begins)

        def over() -> None:
            self._news.withdrawn.update(wallet.covered)

        self._begin(wallet, wallet.story(), name, plan.begins, over)

    def _chance(self, what: str) -> Random:
        return Random(f"{self._seed} {what}")  # noqa: S311  (the same story every time)

    def _begin(
        self, scene: Plot | Wallet, story: Story, name: str, at: datetime, over: Callable[[], None]
    ) -> None:
        self._news.left += 1
        steps = count()

        def go_on(now: datetime) -> None:
            scene.at = now
            with ids.drawn_from(f"{self._seed} {name} step {next(steps)}"):
                wait = next(story, None)
            if wait is None:
                self._news.left -= 1
                over()
            else:
                self._stage.at(now + wait, go_on)

        self._stage.at(at, go_on)

    def tell(self, until: datetime) -> None:
        with jobs.quietly():
            self._stage.play(until)

    def night(self, step: str, at: datetime) -> None:
        with jobs.quietly(), ids.drawn_from(f"{self._seed} {step} {at.isoformat()}"):
            NIGHT[step](at, self._part)

    def answer(self) -> News:
        news, self._news = self._news, News(left=self._news.left)
        return news

    def dismiss(self) -> None:
        """Nothing runs between two calls."""


class Apart:
    """Tells in a process of its own, forked before it connects to anything."""

    def __init__(self, here: Here, others: Sequence["Apart"]) -> None:
        self._pipe, theirs = get_context("fork").Pipe()
        foreign = [self._pipe, *(other._pipe for other in others)]
        self._process = get_context("fork").Process(target=_serve, args=(here, theirs, foreign), daemon=True)
        self._process.start()
        theirs.close()

    def tell(self, until: datetime) -> None:
        self._pipe.send(("tell", until))

    def night(self, step: str, at: datetime) -> None:
        self._pipe.send(("night", step, at))

    def answer(self) -> News:
        answer = self._pipe.recv()
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, News)
        return answer

    def dismiss(self) -> None:
        self._pipe.close()
        self._process.join()


def _serve(here: Here, pipe: "Connection[Any, Any]", foreign: Sequence["Connection[Any, Any]"]) -> None:
    """Serve until the other end is closed, be it because its process was killed. Ctrl-C is the other end's affair.

    Commits do not wait for the disk: a crash of the machine loses the last moments of a story and nothing else.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in foreign:
        other.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        while True:
            what, *given = pipe.recv()
            try:
                getattr(here, what)(*given)
                pipe.send(here.answer())
            except Exception as error:
                pipe.send(RuntimeError(f"{os.getpid()}: {type(error).__name__}: {error}"))
                raise
    except (EOFError, BrokenPipeError):
        pass
    finally:
        connections.close_all()


def _sweep(at: datetime, part: Part) -> None:
    disputes.sweep(at=at, part=part)
    orders.sweep(at=at, part=part)


def _send(at: datetime, part: Part) -> None:
    payments.send_due_refunds(at=at, part=part)
    payments.send_due_transfers(at=at, part=part)


# What beat and worker would have done by then. Each step sees all that the others left of the step before, so that
# what goes out tonight does not depend on who was faster.
NIGHT: dict[str, Callable[[datetime, Part], None]] = {
    "sweep": _sweep,
    "send": _send,
    "deliver": lambda at, part: deliver(at, part=part),
}


def run_monthly(at: datetime, staff: Sequence[Actor]) -> None:
    """Tiers and suppliers' statements on the 1st, settlement on the 20th, of the month that ended; on Tuesdays suppliers
    are paid.
    """
    month = clock.previous_month(clock.month_of(at))
    day = clock.local(at).day
    if day == 1:
        commissions.recalculate_tiers(month, at=at)
        commissions.make_supplier_statements(month, at=at)
    elif day == 20:
        commissions.settle_month(month, at=at)
    if commissions.payday_of(at) == clock.local(at).date():
        commissions.catch_up_supplier_payouts(at=at)
        _approve_payouts(at, staff)


def _approve_payouts(at: datetime, staff: Sequence[Actor]) -> None:
    """Two people of the staff let the large ones go; the next night sends them."""
    for row in payouts_in_review():
        for person in staff[:2]:
            commissions.approve_supplier_payout(number=row.number, actor=person, at=at)
