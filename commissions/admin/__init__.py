"""Staff's pages, by noun: ``earnings`` (commissions, statements), ``failures``, ``payouts``, ``supplier_statements``, ``tiers``."""

from commissions.admin import earnings, failures, payouts, supplier_statements, tiers

__all__ = ["earnings", "failures", "payouts", "supplier_statements", "tiers"]
