"""Stories that cross apps upward: notices from providers, sweeps, the demo's clock."""

from taoxiaopu.flows.services.notices import receive_notice
from taoxiaopu.flows.services.sweeping import advance, remind, sweep, sweep_often

__all__ = ["advance", "receive_notice", "remind", "sweep", "sweep_often"]
