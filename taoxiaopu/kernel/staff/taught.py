"""What an upper app adds to a lower app's staff page: its own acts and blocks, for rows that it has something to say about.

The kernel knows no app, and a lower app no upper one; so the upper one teaches, as with names and subjects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from taoxiaopu.kernel.staff.acts import Act


@dataclass(frozen=True, slots=True)
class Addition:
    """``acts`` are offered, and ``blocks`` shown above the page's own, where ``concerns(row)``."""

    concerns: Callable[[Any], bool]
    acts: tuple[Act, ...] = ()
    blocks: Callable[[Any], Sequence[Any]] = lambda row: ()


_additions: dict[type[Model], list[Addition]] = {}


def teach_page(model: type[Model], addition: Addition) -> None:
    """Add to the staff page of a model's rows."""
    _additions.setdefault(model, []).append(addition)


def additions_to(model: type[Model]) -> Sequence[Addition]:
    """What upper apps add to this model's page."""
    return _additions.get(model, ())
