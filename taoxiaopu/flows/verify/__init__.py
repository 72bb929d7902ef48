"""Proof that ledger, stock, orders, commissions and disputes agree, by set-based queries that name every bad row."""

from taoxiaopu.flows.verify.report import Problem, Report, verify

__all__ = ["Problem", "Report", "verify"]
