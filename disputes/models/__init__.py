"""Rows of this app by noun: ``quarrels`` (cases, disputes, rulings), ``penalties``."""

from disputes.models.penalties import Penalty
from disputes.models.quarrels import Case, Dispute, Message, Ruling

__all__ = ["Case", "Dispute", "Message", "Penalty", "Ruling"]
