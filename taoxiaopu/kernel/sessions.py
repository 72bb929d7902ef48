"""Sessions in the database, encrypted: while somebody signs in they hold a phone number, a code, a new secret."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from taoxiaopu.kernel.personal import decrypt, encrypt


class SessionStore(DatabaseStore):
    """Django's store; what a row holds is encrypted with the keys of personal data. An unreadable row is empty."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt(super().encode(session_dict))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            return super().decode(decrypt(str(session_data)))
        except InvalidToken:
            return {}
