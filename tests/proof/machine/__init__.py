"""A state machine that drives orders, refunds, disputes, settlements and withdrawals in random order, on services and a
real PostgreSQL, beside the model of ``tests/proof/model``: after every step both must tell the same, to the fen.
"""

from tests.proof.machine.cast import Cast, build
from tests.proof.machine.machine import Machine

__all__ = ["Cast", "Machine", "build"]
