"""Template context that every page has."""

from django.conf import settings
from django.http import HttpRequest


def brand(request: HttpRequest) -> dict[str, str | bool]:
    """The brand's name and whether the border providers are sandboxes, so that pages can say so."""
    return {"brand_name": settings.BRAND_NAME, "sandbox": settings.SANDBOX_PROVIDERS}
