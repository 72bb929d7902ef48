"""Every write of commissions, by noun: ``lines``, ``settlement``, ``tiers``, ``withdrawals``."""

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
from commissions.services.tiers import catch_up_tiers, override_tier, recalculate_tiers
from commissions.services.withdrawals import (
    approve_withdrawal,
    lock_withdrawal,
    needs_two,
    reject_withdrawal,
    request_withdrawal,
    set_payout_account,
    withdrawal_paid,
    withdrawal_returned,
)

__all__ = [
    "ClawBack",
    "FinalLine",
    "NewLine",
    "approve_withdrawal",
    "catch_up_settlement",
    "catch_up_tiers",
    "claw_back",
    "close_facts",
    "complete",
    "estimate",
    "finalise",
    "hold",
    "lock_withdrawal",
    "needs_two",
    "note_liability",
    "override_tier",
    "recalculate_tiers",
    "reject_withdrawal",
    "release",
    "request_withdrawal",
    "set_payout_account",
    "settle_month",
    "shrink",
    "withdrawal_paid",
    "withdrawal_returned",
]
