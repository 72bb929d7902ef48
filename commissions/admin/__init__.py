"""Staff's pages, by noun: ``earnings`` (commissions, statements), ``payouts``, ``tiers``."""

from commissions.admin import earnings, payouts, tiers

__all__ = ["earnings", "payouts", "tiers"]
