"""A kind of damage: what it does, and which checks name which rows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from tests.flows.planting.world import World

Keys = str | list[str]
Found = tuple[Keys, ...]
Plant = Callable[[World], Keys | Found]


@dataclass(frozen=True, slots=True)
class Damage:
    """``plant`` does it and returns the keys of the bad rows, for each of ``checks`` in their order."""

    checks: tuple[str, ...]
    plant: Plant

    def expected(self, world: World) -> dict[str, list[str]]:
        """Plant it; what each check must name, and no other check anything."""
        found = self.plant(world)
        keys = found if isinstance(found, tuple) else (found,)
        pairs = zip(self.checks, keys, strict=True)
        return {check: [key] if isinstance(key, str) else sorted(key) for check, key in pairs}


DAMAGES: dict[str, Damage] = {}


def damage(*checks: str) -> Callable[[Plant], Plant]:
    """Register a function that plants a kind of damage which exactly these checks name."""

    def keep(plant: Plant) -> Plant:
        assert plant.__name__ not in DAMAGES
        DAMAGES[plant.__name__] = Damage(checks, plant)
        return plant

    return keep


def run(*statements: str) -> None:
    """As the tables' owner, with all guards standing: definitions and rights."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
