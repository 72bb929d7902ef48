"""Staff's pages, by noun: ``deposit_returns``, ``earnings`` (commissions, statements), ``failures``, ``payouts``,
``supplier_statements``, ``tiers``.
"""

from commissions.admin import deposit_returns, earnings, failures, payouts, supplier_statements, tiers

__all__ = ["deposit_returns", "earnings", "failures", "payouts", "supplier_statements", "tiers"]
