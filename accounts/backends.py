"""Sign-in by phone or e-mail with a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import user_by_sign_in


class PhoneOrEmailBackend(ModelBackend):
    """Finds the user by phone or e-mail; an unknown one costs a password hash too, so that timing tells nothing."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **extra: Any,
    ) -> User | None:
        identifier = username or extra.get("email")
        if not identifier or password is None:
            return None
        user = user_by_sign_in(identifier)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
