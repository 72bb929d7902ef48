"""Before any page: desks stay closed to people who need a second factor and have none, and sessions tell their last use."""

import time
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import network_of
from accounts.models import User
from accounts.selectors import has_second_factor
from accounts.services import note_session_use

ENROL = "mfa_activate_totp"
DESKS = {"supplier", "staff", "admin"}
ALSO = {"accounts:tokens", "accounts:token-revocation"}
OPEN = {"admin:login", "admin:logout"}
SEEN = "seen_at"
SEEN_EVERY_S = 300


class SecondFactorGate:
    """Sends staff and marked people without an authenticator to enrolment, from every page of a desk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in OPEN:
            return None
        if not DESKS & set(match.namespaces) and match.view_name not in ALSO:
            return None
        user = request.user
        if not user.is_authenticated:
            return None
        user = cast(User, user)
        if not user.needs_second_factor or has_second_factor(user):
            return None
        answer = redirect(ENROL)
        return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer


class LastSeen:
    """Notes on a session that it is in use, at most once in SEEN_EVERY_S seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and time.time() - session.get(SEEN, time.time()) > SEEN_EVERY_S:
            session[SEEN] = time.time()
            note_session_use(session=session, network=network_of(request), at=timezone.now())
        return response
