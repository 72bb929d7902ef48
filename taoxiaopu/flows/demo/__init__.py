"""The demo's data: a story of some months told through the same services that the pages call."""

from taoxiaopu.flows.demo.story import is_told, tell
from taoxiaopu.flows.demo.table import sign_ins

__all__ = ["is_told", "sign_ins", "tell"]
