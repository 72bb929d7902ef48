"""Sessions that a person can see and end."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User


def note_session_use(*, session: SessionBase, network: str, at: datetime) -> None:
    """Write down that a session was used just now, and from where."""
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=at, ip=network)


def end_session(*, session: UserSession) -> None:
    """Sign that browser out."""
    session.end()


def end_other_sessions(*, user: User, keep: str) -> int:
    """Sign the person out everywhere but in the session with the key ``keep``. Returns how many were ended."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in others:
        session.end()
    return len(others)


def forget_password(*, user: User) -> None:
    """Take away a password that was set before the phone or e-mail was proved: it may be somebody else's."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
