"""Results: whether one meets its goal, the table, and ``results.json``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("name", "value", "unit", "limit", "ratio", "ratio_min", "ratio_max", "goal", "ok")


@dataclass(frozen=True)
class Result:
    """One line of the table. Without a limit it is an absolute figure, and ``goal``, if any, is about ``value``."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    ratio_min: float | None = None
    ratio_max: float | None = None
    goal: str = ""
    ok: bool = True
    rounds: int = 1
    problems: tuple[str, ...] = ()

    def line(self) -> str:
        """In one sentence, for the progress."""
        against = "" if self.ratio is None else f", {self.ratio:.2f}x of {self.limit:,.2f}"
        verdict = f" ({self.goal}: {'yes' if self.ok else 'NO'})" if self.goal else ""
        return f"{self.name}: {self.value:,.2f} {self.unit}{against}{verdict}"


def meets(value: float, goal: str) -> bool:
    """Whether a value keeps a bound like "<= 1.1" or ">= 0.5"; no goal is always met."""
    if not goal:
        return True
    sign, bound = goal.split()
    if sign not in {"<=", ">="}:
        raise ValueError(f"a goal is a bound like '<= 1.1', not {goal!r}")
    return value <= float(bound) if sign == "<=" else value >= float(bound)


def write(path: Path, results: Sequence[Result]) -> None:
    """``results.json``: a list of objects with exactly COLUMNS."""
    rows = [{name: getattr(result, name) for name in COLUMNS} for result in results]
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(results: Sequence[Result]) -> str:
    """All results, aligned, for the terminal."""
    heads = ("what", "product", "limit", "unit", "ratio", "min-max", "rounds", "goal", "")
    rows = [heads, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in {0, 3, 8} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(len(line) for line in lines))
    lines += [f"VOID {result.name}: {problem}" for result in results for problem in result.problems[:3]]
    return "\n".join(lines)


def _cells(result: Result) -> tuple[str, ...]:
    spread = (
        "" if result.ratio_min is None or result.ratio_max is None
        else f"{result.ratio_min:.2f}-{result.ratio_max:.2f}"
    )  # fmt: skip
    verdict = "VOID" if result.problems else "" if not result.goal else "ok" if result.ok else "MISSED"
    return (
        result.name,
        f"{result.value:,.2f}",
        "" if result.limit is None else f"{result.limit:,.2f}",
        result.unit,
        "" if result.ratio is None else f"{result.ratio:.2f}x",
        spread,
        str(result.rounds),
        result.goal,
        verdict,
    )
