"""The rules of the platform in plain Python: integers, dataclasses and dictionaries, written from docs/rules.md.

Nothing here comes from the product, so that the state machine of ``tests/proof/machine`` can hold the product to it. What
a rule forbids raises ``Refused`` before anything is changed.
"""

from tests.proof.model.platform import Platform
from tests.proof.model.refused import Refused

__all__ = ["Platform", "Refused"]
