"""A chart as data: what ``<c-chart>`` draws, and the same figures as a table for those who read."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from taoxiaopu.kernel.templatetags.kernel_format import percent_bp, yuan_sign

Unit = Literal["count", "fen", "bp"]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures. ``group`` is the switch's word under which it is shown; ``past`` is the period before."""

    name: Words
    values: list[int]
    unit: Unit = "count"
    kind: Literal["bar", "line"] = "bar"
    group: Words = ""
    past: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures along ``labels``; ``first`` heads the labels' column of the table. ``key`` is unique in a page."""

    key: str
    first: Words
    labels: list[str]
    series: list[Series]
    horizontal: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: no label, or nothing but zeros."""
        return not any(value for series in self.series for value in series.values)

    @property
    def groups(self) -> list[str]:
        """The words of the switch, each once, in order; fewer than two need no switch."""
        return list(dict.fromkeys(str(series.group) for series in self.series if series.group))

    @property
    def payload(self) -> dict[str, Any]:
        """What ``js/chart.js`` reads."""
        return {
            "labels": self.labels,
            "horizontal": self.horizontal,
            "series": [
                {
                    "name": str(s.name),
                    "values": s.values,
                    "unit": s.unit,
                    "kind": s.kind,
                    "group": str(s.group),
                    "past": s.past,
                }
                for s in self.series
            ],
        }

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: a label and its figures in words, the newest day first; bars from the longest on."""
        written = [[_write(value, series.unit) for value in series.values] for series in self.series]
        rows = [(label, [column[i] for column in written]) for i, label in enumerate(self.labels)]
        return rows if self.horizontal else rows[::-1]


def _write(value: int, unit: Unit) -> str:
    if unit == "fen":
        return yuan_sign(value)
    return percent_bp(value) if unit == "bp" else f"{value:,}"
