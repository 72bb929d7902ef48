"""Every write of disputes, by noun: ``cases``, ``rooms`` (evidence and claims), ``rulings``, ``sweeps``, ``telling`` (letters)."""

from disputes.services.cases import (
    CaseDraft,
    agree_case,
    escalate_case,
    modify_case,
    open_case,
    refund_arrived,
    reject_case,
    say_in_case,
    withdraw_case,
)
from disputes.services.rooms import claim_dispute, give_evidence, mark_done, open_claim, withdraw_dispute
from disputes.services.rulings import (
    Preview,
    RulingDraft,
    appeal,
    approve_ruling,
    decide,
    decide_appeal,
    preview_ruling,
    send_back,
)
from disputes.services.sweeps import sweep

__all__ = [
    "CaseDraft",
    "Preview",
    "RulingDraft",
    "agree_case",
    "appeal",
    "approve_ruling",
    "claim_dispute",
    "decide",
    "decide_appeal",
    "escalate_case",
    "give_evidence",
    "mark_done",
    "modify_case",
    "open_case",
    "open_claim",
    "preview_ruling",
    "refund_arrived",
    "reject_case",
    "say_in_case",
    "send_back",
    "sweep",
    "withdraw_case",
    "withdraw_dispute",
]
