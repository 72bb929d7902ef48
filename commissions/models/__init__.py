"""Rows of this app by noun: ``earnings``, ``payouts``, ``tiers``."""

from commissions.models.earnings import (
    CommissionHold,
    CommissionLine,
    Deduction,
    Reversal,
    SettlementFailure,
    Statement,
    StatementItem,
)
from commissions.models.payouts import PayoutAccount, SupplierAccount, SupplierPayout, Withdrawal
from commissions.models.tiers import (
    LiabilityFact,
    OrderFact,
    OwnerTier,
    TierChunk,
    TierMonth,
    TierOverride,
    TierRun,
)

__all__ = [
    "CommissionHold",
    "CommissionLine",
    "Deduction",
    "LiabilityFact",
    "OrderFact",
    "OwnerTier",
    "PayoutAccount",
    "Reversal",
    "SettlementFailure",
    "Statement",
    "StatementItem",
    "SupplierAccount",
    "SupplierPayout",
    "TierChunk",
    "TierMonth",
    "TierOverride",
    "TierRun",
    "Withdrawal",
]
