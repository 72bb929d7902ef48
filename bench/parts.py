"""Every part, by import: a module here registers what it holds. Add yours to the list."""

from bench import machine, settlement, tiers
from bench.part import PARTS

__all__ = ["PARTS", "machine", "settlement", "tiers"]
