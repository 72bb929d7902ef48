"""Every write of disputes, by noun: ``cases``, ``rooms`` (evidence and claims), ``rulings``, ``penalties`` (and their ``consequences``), ``sweeps``,
``telling`` (letters), ``exits`` (of suppliers).
"""

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
from disputes.services.consequences import AUTOMATIC, count_late_shipments, void_after_appeals
from disputes.services.exits import settle_exit, why_not
from disputes.services.penalties import (
    PenaltyDraft,
    appeal_penalty,
    forget_points,
    give_penalty,
    review_penalty,
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
    "AUTOMATIC",
    "CaseDraft",
    "PenaltyDraft",
    "Preview",
    "RulingDraft",
    "agree_case",
    "appeal",
    "appeal_penalty",
    "approve_ruling",
    "claim_dispute",
    "count_late_shipments",
    "decide",
    "decide_appeal",
    "escalate_case",
    "forget_points",
    "give_evidence",
    "give_penalty",
    "mark_done",
    "modify_case",
    "open_case",
    "open_claim",
    "preview_ruling",
    "refund_arrived",
    "reject_case",
    "review_penalty",
    "say_in_case",
    "send_back",
    "settle_exit",
    "sweep",
    "void_after_appeals",
    "why_not",
    "withdraw_case",
    "withdraw_dispute",
]
