"""What ``manage.py check`` says about a server's settings, its database and its Redis."""

from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from taoxiaopu.operations.roles import trouble_with_role


@register(Tags.security, deploy=True)
def deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Settings that are wrong together."""
    found: list[CheckMessage] = []
    if settings.TIME_ZONE != "Asia/Shanghai" or not settings.USE_TZ:
        found.append(Error("The business lives in Asia/Shanghai.", id="operations.E001"))
    if settings.CLOCK_MAY_ADVANCE:
        found.append(Error("The clock can be moved: that is for the demo and tests.", id="operations.E002"))
    owner = settings.DATABASES.get("owner")
    if owner and owner["USER"] == settings.DATABASES["default"]["USER"]:
        found.append(Error("DATABASE_URL and DATABASE_OWNER_URL name the same role.", id="operations.E003"))
    if settings.SANDBOX_PROVIDERS:
        found.append(
            Warning(
                "SANDBOX_PROVIDERS is on: anyone can press 'paid' at the sandbox cashier.",
                id="operations.W004",
            )
        )
    return found


@register(Tags.database)
def database_role(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Signed in as the app's role: it may not own the tables. Runs with ``check --database default``."""
    if "default" not in (databases or []):
        return []
    try:
        trouble = trouble_with_role()
    except DatabaseError as error:
        return [Error(f"The database does not answer: {type(error).__name__}.", id="operations.E005")]
    return [Error(f"{trouble}.", id="operations.E006")] if trouble else []


@register(Tags.database)
def redis_policy(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The queue and the cache share a server: one that evicts would throw messages away."""
    if "default" not in (databases or []):
        return []
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.RedisError as error:
        return [
            Warning(
                f"Redis did not tell its maxmemory-policy ({type(error).__name__}).", id="operations.W007"
            )
        ]
    finally:
        client.close()
    if policy != "noeviction":
        return [
            Error(
                f"Redis may evict the queue: maxmemory-policy is {policy!r}, not 'noeviction'.",
                id="operations.E008",
            )
        ]
    return []
