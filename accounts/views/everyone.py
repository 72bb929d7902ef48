"""The account's own pages: what can be changed, where one is signed in, API tokens."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, services
from accounts.forms import TokenForm
from accounts.models import User
from accounts.selectors import has_second_factor, tokens_of, visits_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind


@never_cache
@login_required
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Everything about an account that its person can change."""
    user = cast(User, request.user)
    return render(request, "accounts/settings.html", {"has_second_factor": has_second_factor(user)})


@never_cache
@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    visits = visits_of(cast(User, request.user), here=request.session.session_key)
    context = {"visits": visits, "has_others": any(not visit.is_here for visit in visits)}
    return render(request, "accounts/sessions.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one browser out."""
    services.end_session(session=access.session_for(cast(User, request.user), session_id))
    messages.success(request, _("该登录已退出"))
    return redirect("accounts:sessions")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    services.end_other_sessions(user=cast(User, request.user), keep=cast(str, request.session.session_key))
    messages.success(request, _("其他登录已全部退出"))
    return redirect("accounts:sessions")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's API tokens; a new one's text is in the answer to its POST, and nowhere else."""
    user = cast(User, request.user)
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _token, text = services.issue_token(user=user, name=form.cleaned_data["name"], at=clock.now())
        form = TokenForm()
    return render(
        request,
        "accounts/tokens.html",
        {"form": form, "text": text, "tokens": tokens_of(user)},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Stop one token."""
    user = cast(User, request.user)
    actor = Actor(ActorKind.BUYER, user.public_id, user.public_id)
    services.revoke_token(user=user, token_id=token_id, actor=actor, at=clock.now())
    messages.success(request, _("令牌已停用"))
    return redirect("accounts:tokens")


urlpatterns = [
    path("settings/", settings, name="settings"),
    path("sessions/", sessions, name="sessions"),
    path("sessions/others/end/", end_other_sessions, name="sessions-end"),
    path("sessions/<int:session_id>/end/", end_session, name="session-end"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<int:token_id>/revocation/", revoke, name="token-revocation"),
]
