"""Signing up, in and out, and API tokens."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, services
from accounts.forms import SignInForm, SignUpForm, TokenForm
from accounts.models import User
from accounts.selectors import tokens_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import refuse

ALIASES = {"phone": "identifier", "email": "identifier"}


def next_path(request: HttpRequest) -> str:
    """Where to go after signing in: a path of this site, or an empty string."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own else ""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by phone or e-mail."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(next_path(request) or "accounts:home")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with access.sign_in_try(form.cleaned_data["identifier"]) as attempt:
                user = authenticate(
                    request,
                    username=form.cleaned_data["identifier"],
                    password=form.cleaned_data["password"],
                )
                attempt.succeeded = user is not None
            if user is not None:
                login(request, user)
                return redirect(next_path(request) or "accounts:home")
            form.add_error(None, _("手机号、邮箱或密码不正确"))
        except DomainError as error:
            refuse(form, error, ALIASES)
    return render(
        request,
        "accounts/sign_in.html",
        {"form": form, "next": next_path(request)},
        status=422 if form.errors else 200,
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Create an account and sign in."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(next_path(request) or "accounts:home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        by = "email" if "@" in words["identifier"] else "phone"
        try:
            user = services.sign_up(
                nickname=words["nickname"], password=words["password"], **{by: words["identifier"].strip()}
            )
            login(request, user, backend="accounts.backends.PhoneOrEmailBackend")
            messages.success(request, _("欢迎，{name}").format(name=user.nickname))
            return redirect(next_path(request) or "accounts:home")
        except DomainError as error:
            refuse(form, error, ALIASES)
    return render(
        request,
        "accounts/sign_up.html",
        {"form": form, "next": next_path(request)},
        status=422 if form.errors else 200,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("home")


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
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-up/", sign_up, name="sign-up"),
    path("sign-out/", sign_out, name="sign-out"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<int:token_id>/revocation/", revoke, name="token-revocation"),
]
