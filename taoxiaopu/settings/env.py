"""Reads the environment: addresses of servers, secrets, switches. Nothing else reads os.environ."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]


def text(name: str, default: str | None = None) -> str:
    """A variable's text. Raises ImproperlyConfigured when it is missing and has no default."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"Environment variable {name} must be set.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """``1 true yes on`` mean yes."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def brand_names() -> tuple[str, str]:
    """The brand as Chinese and as other pages write it; a brand of one's own is the same on both unless both are set."""
    chinese = text("BRAND_NAME", "淘小铺")
    return chinese, text("BRAND_NAME_EN", "Taoxiaopu" if chinese == "淘小铺" else chinese)


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """A Django database dict from a ``postgresql://user:password@host:port/name`` address."""
    parts = urlsplit(text(name, default))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"connect_timeout": 5},
    }
