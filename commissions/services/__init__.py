"""Every write of commissions, by noun: ``lines``, ``settlement``, ``tiers``."""

from commissions.services.lines import (
    ClawBack,
    FinalLine,
    NewLine,
    claw_back,
    close_facts,
    complete,
    estimate,
    finalise,
    hold,
    note_liability,
    release,
    shrink,
)
from commissions.services.settlement import catch_up_settlement, settle_month
from commissions.services.tiers import catch_up_tiers, recalculate_tiers

__all__ = [
    "ClawBack",
    "FinalLine",
    "NewLine",
    "catch_up_settlement",
    "catch_up_tiers",
    "claw_back",
    "close_facts",
    "complete",
    "estimate",
    "finalise",
    "hold",
    "note_liability",
    "recalculate_tiers",
    "release",
    "settle_month",
    "shrink",
]
