"""Staff's pages, by noun: ``earnings`` (commissions, statements), ``failures``, ``payouts``, ``tiers``."""

from commissions.admin import earnings, failures, payouts, tiers

__all__ = ["earnings", "failures", "payouts", "tiers"]
