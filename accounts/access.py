"""Who tries to sign in, from where, and whether the account is paused; whose session may be ended.

Wrong passwords and wrong second factors are counted by django-axes in the database, each for its account.
"""

from typing import Any

from allauth.usersessions.models import UserSession
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest

from accounts.models import Address, User
from accounts.selectors import user_by_sign_in
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.personal import BadPhone, blind_index, normalise_phone

NOWHERE = "0.0.0.0"  # noqa: S104  (an address that nobody has, not one to listen on)
FACTOR = "second_factor"


def address_for(user: User, public_id: str) -> Address:
    """One of a member's own addresses. Raises NotFound."""
    row = Address.objects.filter(user=user, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def network_of(request: HttpRequest) -> str:
    """The address that a request came from; proxies were asked before (taoxiaopu.operations.proxy)."""
    return request.META.get("REMOTE_ADDR") or NOWHERE


def account_of_try(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes counts by: the blind index of the account, however it was spelled, or of what nobody is called."""
    given = credentials or {}
    if given.get(FACTOR):
        return blind_index(f"{FACTOR} {given[FACTOR]}")
    name = given.get("phone") or given.get("email") or given.get("username") or ""
    user = user_by_sign_in(str(name)) if name else getattr(request, "user", None)
    if isinstance(user, User) or getattr(user, "is_authenticated", False):
        return blind_index(f"account {user.public_id}")  # type: ignore[union-attr]
    try:
        return blind_index(f"nobody {normalise_phone(str(name))}")
    except BadPhone:
        return blind_index(f"nobody {str(name).strip().lower()}")


def second_factor_is_paused(request: HttpRequest, user: User) -> bool:
    """Whether too many wrong codes were tried for this person; the answer to this request will then say so."""
    if not AxesProxyHandler.is_locked(request, {FACTOR: user.public_id}):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]  # the middleware answers with the page of the pause
    return True


def note_wrong_factor(request: HttpRequest, user: User) -> None:
    """Count one wrong code."""
    AxesProxyHandler.user_login_failed(sender=None, credentials={FACTOR: user.public_id}, request=request)


def forget_wrong_factors(request: HttpRequest, user: User) -> None:
    """A right code: begin to count anew."""
    AxesProxyHandler.reset_attempts(username=account_of_try(request, {FACTOR: user.public_id}))


def limit_session(request: HttpRequest, user: User) -> None:
    """A session of staff ends after eight hours, used or not."""
    if user.is_staff:
        request.session.set_expiry(settings.STAFF_SESSION_S)


def session_for(user: User, session_id: int) -> UserSession:
    """One of this person's own sessions. Raises NotFound."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise NotFound
    return session
