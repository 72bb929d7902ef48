"""Rows of this app by noun: ``earnings``, ``failures``, ``payouts``, ``supplier_statements``, ``tiers``."""

from commissions.models.earnings import (
    CommissionHold,
    CommissionLine,
    Deduction,
    Reversal,
    Statement,
    StatementItem,
)
from commissions.models.failures import SettlementFailure, SupplierFailure
from commissions.models.payouts import (
    DepositReturn,
    PayoutAccount,
    SupplierAccount,
    SupplierPayout,
    Withdrawal,
)
from commissions.models.supplier_statements import SupplierStatement, SupplierStatementLine
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
    "DepositReturn",
    "LiabilityFact",
    "OrderFact",
    "OwnerTier",
    "PayoutAccount",
    "Reversal",
    "SettlementFailure",
    "Statement",
    "StatementItem",
    "SupplierAccount",
    "SupplierFailure",
    "SupplierPayout",
    "SupplierStatement",
    "SupplierStatementLine",
    "TierChunk",
    "TierMonth",
    "TierOverride",
    "TierRun",
    "Withdrawal",
]
