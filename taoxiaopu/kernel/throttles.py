"""How often one person's tokens may call the API, by ``REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]``.

Counted in the cache: losing it forgives what was called before.
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import SimpleRateThrottle


class CallsOfAPerson(SimpleRateThrottle):
    """All calls with a person's tokens; who calls without one is left to the proxy."""

    scope = "calls"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return f"api-{self.scope}-{request.user.public_id}" if request.user else None


class WritesOfAPerson(CallsOfAPerson):
    """Those that change something."""

    scope = "writes"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return None if request.method in SAFE_METHODS else super().get_cache_key(request, view)
