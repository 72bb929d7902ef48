"""A stand-in for the tax bureau's system: it issues whatever it is asked for, at once."""

import hashlib
from datetime import datetime

from taoxiaopu.kernel import clock
from tax.providers import InvoiceRequest


class SandboxTaxBureau:
    """Its numbers look like real ones, two digits for the year first, and follow from the key."""

    def issue(self, request: InvoiceRequest, *, at: datetime) -> str:
        """As ``TaxBureau.issue``."""
        drawn = int(hashlib.sha256(request.key.encode()).hexdigest(), 16) % 10**18
        return f"{clock.local(at):%y}{drawn:018d}"
