"""A crowd: seeded shoppers, suppliers, owners and arbitrators tell whole stories through the services of the pages."""

from taoxiaopu.flows.simulate.conductor import LEAST_ORDERS, Outcome, is_told, simulate
from taoxiaopu.flows.simulate.table import closing_table

__all__ = ["LEAST_ORDERS", "Outcome", "closing_table", "is_told", "simulate"]
