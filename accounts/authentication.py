"""Bearer tokens for the API: ``Authorization: Bearer <token>``."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.services import user_of_token
from taoxiaopu.kernel import clock


class TokenAuthentication(BaseAuthentication):
    """Reads the bearer token; a wrong one is 401, none leaves the request anonymous."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed("Bearer <token>")
        try:
            text = header[1].decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed("bad token") from None
        user = user_of_token(text=text, at=clock.now())
        if user is None:
            raise AuthenticationFailed("unknown or revoked token")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped base
    """How the schema tells of bearer tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token from the page of API tokens."}
