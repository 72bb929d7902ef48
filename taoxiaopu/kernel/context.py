"""Template context that every page has."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.templatetags.kernel_format import reads_chinese


def brand_name() -> str:
    """The brand as the language that is active writes it."""
    return str(settings.BRAND_NAME if reads_chinese() else settings.BRAND_NAME_EN)


def brand(request: HttpRequest) -> dict[str, Any]:
    """The brand's name, whether the border providers are sandboxes, and the platform's clock, read when it is used."""
    return {
        "brand_name": brand_name(),
        "sandbox": settings.SANDBOX_PROVIDERS,
        "server_now": SimpleLazyObject(clock.now),
    }
