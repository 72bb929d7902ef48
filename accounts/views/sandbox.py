"""The sandbox's phone and mailbox: every message with its code, and the code of the demo's authenticator."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.models import SandboxMood
from accounts.providers import sandbox
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput, NotFound

SHOWN = 20


def _page() -> dict[str, Any]:
    if not settings.SANDBOX_PROVIDERS:
        raise NotFound
    at = clock.now()
    code, left = sandbox.totp_now()
    return {
        "letters": sandbox.letters(at=at)[:SHOWN],
        "mood": sandbox.mood(),
        "moods": SandboxMood,
        "totp": code,
        "totp_until": at + timedelta(seconds=left),
        "totp_secret": sandbox.TOTP_SECRET,
    }


@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The last messages, newest first, and the present code; the list asks for itself again every few seconds."""
    part = "_messages" if getattr(request, "htmx", False) else "messages"
    return render(request, f"accounts/sandbox/{part}.html", _page())


@require_POST
def mood(request: HttpRequest) -> HttpResponse:
    """Tell the telephone company how to behave."""
    if not settings.SANDBOX_PROVIDERS:
        raise NotFound
    wanted = request.POST.get("mood", "")
    if wanted not in SandboxMood.values:
        raise BadInput(what=_("请选择消息如何送达"))
    services.set_sandbox_mood(mood=SandboxMood(wanted))
    return redirect("sandbox:messages")


urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/mood/", mood, name="mood"),
]
