"""What a part is given: a database, a scale, and the few verbs that measure, compare and draw."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.curves import draw
from bench.results import Result, meets
from bench.servers import Database

ROUNDS = 5


@dataclass(frozen=True)
class Taken:
    """What one run took, where the run itself knows better than the harness's stop-watch."""

    seconds: float
    count: int = 1


# A run is timed from call to return. It may answer how many things it did, or what it took by its own watch.
Run = Callable[[], "int | Taken | None"]
# Looks at what a run left behind and names what is wrong; nothing is wrong with [].
Check = Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Part:
    """One registered part: its name, what it does, and the disk it needs at full scale."""

    name: str
    work: "Callable[[Bench], None]"
    needs_gb: float

    @property
    def title(self) -> str:
        return (self.work.__doc__ or self.name).strip().splitlines()[0]


PARTS: dict[str, Part] = {}


def part(name: str, *, needs_gb: float = 1) -> "Callable[[Callable[[Bench], None]], Callable[[Bench], None]]":
    """Register a function as a part. ``needs_gb`` is the disk that it fills at scale 1."""

    def register(work: "Callable[[Bench], None]") -> "Callable[[Bench], None]":
        PARTS[name] = Part(name, work, needs_gb)
        return work

    return register


@dataclass
class Bench:
    """A running part's hand tools.

    ``scale`` shrinks the data: 1 is what the goals speak of. ``database`` is this part's own, migrated and empty. ``rounds``,
    when it is not 0, is how many pairs are run whatever the part says.
    """

    name: str
    scale: float
    database: Database
    out: Path
    results: list[Result]
    tell: Callable[[str], None]
    rounds: int = 0

    def size(self, at_full_scale: int) -> int:
        """A number of rows at this scale, at least 1."""
        return max(1, round(at_full_scale * self.scale))

    def say(self, text: str) -> None:
        """A line of progress."""
        self.tell(f"  {text}")

    def compare(
        self,
        name: str,
        *,
        limit: Run,
        product: Run,
        goal: str,
        unit: str = "s",
        prepare: Callable[[], Any] | None = None,
        check: Check | None = None,
        rounds: int = ROUNDS,
    ) -> Result:
        """Run limit and product in turn and keep the ratio of each pair: its median is the result.

        ``unit`` "s" is the time of a run, "/s" what it did in a second. The ratio is the product's figure by the limit's,
        ``goal`` a bound of it (">= 0.5", "<= 1.1"). ``prepare`` puts the data back before each run, ``check`` looks at
        them after each; both are outside of the time. One problem found makes the result void: it does not meet its goal.
        """
        figures: dict[str, list[float]] = {"limit": [], "product": []}
        problems: list[str] = []
        rounds = self.rounds or rounds
        for number in range(1, rounds + 1):
            for side, run in (("limit", limit), ("product", product)):
                if prepare is not None:
                    prepare()
                figures[side].append(measured(run, unit))
                found = [f"{side}: {problem}" for problem in (check() if check is not None else ())]
                problems += found
                void = f"  VOID {found[0]}" if found else ""
                self.say(f"{name}, round {number} of {rounds}: {side} {figures[side][-1]:,.2f} {unit}{void}")
        ratios = [ours / bare for ours, bare in zip(figures["product"], figures["limit"], strict=True)]
        ratio = statistics.median(ratios)
        return self._keep(
            Result(
                name=f"{self.name}: {name}",
                value=statistics.median(figures["product"]),
                unit=unit,
                limit=statistics.median(figures["limit"]),
                ratio=ratio,
                ratio_min=min(ratios),
                ratio_max=max(ratios),
                goal=goal,
                ok=not problems and meets(ratio, goal),
                rounds=rounds,
                problems=tuple(problems),
            )
        )

    def figure(
        self, name: str, value: float, unit: str, *, goal: str = "", problems: Sequence[str] = ()
    ) -> Result:
        """An absolute figure: with a goal a budget to stay in, else for the record."""
        ok = not problems and (not goal or meets(value, goal))
        return self._keep(
            Result(
                name=f"{self.name}: {name}",
                value=value,
                unit=unit,
                goal=goal,
                ok=ok,
                problems=tuple(problems),
            )
        )

    def curve(
        self, name: str, lines: dict[str, list[tuple[float, float]]], *, x_title: str, y_title: str
    ) -> Path:
        """Draw growth curves into ``bench/out/<part>-<name>.png``: a list of (x, y) for each line's name."""
        path = self.out / f"{self.name}-{name}.png"
        draw(path, f"{self.name}: {name}", lines, x_title=x_title, y_title=y_title)
        self.say(f"drew {path}")
        return path

    def _keep(self, result: Result) -> Result:
        self.results.append(result)
        self.say(result.line())
        return result


def measured(run: Run, unit: str) -> float:
    """The figure of one run: seconds, or things a second when the unit is "/s"."""
    start = time.perf_counter()
    answer = run()
    seconds = time.perf_counter() - start
    count = 1
    if isinstance(answer, Taken):
        seconds, count = answer.seconds, answer.count
    elif answer is not None:
        count = answer
    return count / seconds if unit == "/s" else seconds
