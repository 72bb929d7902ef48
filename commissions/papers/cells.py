"""Cells that all tables for spreadsheets share."""

from datetime import datetime
from decimal import Decimal

from taoxiaopu.kernel import clock


def plain_yuan(fen: int) -> Decimal:
    """Yuan as a spreadsheet's number, to the fen."""
    return Decimal(fen).scaleb(-2)


def stamp(at: datetime) -> str:
    """An instant on the business clock, to the second."""
    return f"{clock.local(at):%Y-%m-%d %H:%M:%S}"
