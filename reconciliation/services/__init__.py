"""Writes of reconciliation: the nightly run, what people do about differences, manual journals."""

from reconciliation.services.differences import assign, explain, reopen
from reconciliation.services.manual import Line, approve_manual, propose_manual, reject_manual
from reconciliation.services.nightly import catch_up_reconciliation, reconcile

__all__ = [
    "Line",
    "approve_manual",
    "assign",
    "catch_up_reconciliation",
    "explain",
    "propose_manual",
    "reconcile",
    "reject_manual",
    "reopen",
]
