"""Every part, by import: a module here registers what it holds. Add yours to the list."""

from bench import desk, imports, ledger, machine, pool, posters, settlement, simulation, tiers
from bench.part import PARTS

__all__ = [
    "PARTS",
    "desk",
    "imports",
    "ledger",
    "machine",
    "pool",
    "posters",
    "settlement",
    "simulation",
    "tiers",
]
