"""Every part, by import: a module here registers what it holds. Add yours to the list."""

from bench import imports, ledger, machine, settlement, simulation, tiers
from bench.part import PARTS

__all__ = ["PARTS", "imports", "ledger", "machine", "settlement", "simulation", "tiers"]
