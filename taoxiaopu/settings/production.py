"""A server on the internet. Refuses to start on a secret that is missing, weak, an example's or development's."""

from taoxiaopu.settings import secrets
from taoxiaopu.settings.base import *  # noqa: F403  (settings modules are layered by star import)
from taoxiaopu.settings.base import LOGGING, env
from taoxiaopu.settings.storages import COMPRESSED

DEBUG = False
SECRET_KEY = secrets.strong("SECRET_KEY", 50)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = secrets.hosts("ALLOWED_HOSTS")
TLS = env.text("TLS", "on").lower() != "off"
BASE_URL = secrets.base_url("BASE_URL", tls=TLS)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
PERSONAL_DATA_KEYS = secrets.fernet_keys("PERSONAL_DATA_KEYS")
BLIND_INDEX_KEY = secrets.strong("BLIND_INDEX_KEY", 32)
SANDBOX_PROVIDERS = env.flag("SANDBOX_PROVIDERS")
SANDBOX_NOTICE_KEY = secrets.strong("SANDBOX_NOTICE_KEY", 32) if SANDBOX_PROVIDERS else ""
METRICS_TOKEN = secrets.strong("METRICS_TOKEN", 32) if env.text("METRICS_TOKEN", "") else ""
# Codes of sign-in leave by mail; on a trial server they arrive on the sandbox's page instead.
EMAIL_BACKEND = (
    "accounts.providers.mail.SandboxMailbox"
    if SANDBOX_PROVIDERS
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.text("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
secrets.database("DATABASE_URL")
secrets.redis("REDIS_URL")

SECURE_SSL_REDIRECT = TLS
# Set by taoxiaopu.operations.proxy and by nobody else: what a stranger sends under this name is dropped before.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_SECURE = TLS
if not TLS:
    # TLS=off was said: a trial in a network where nobody listens. These four would only say so again.
    SILENCED_SYSTEM_CHECKS = [
        *SILENCED_SYSTEM_CHECKS,  # noqa: F405
        "security.W004",
        "security.W008",
        "security.W012",
        "security.W016",
    ]

STORAGES = COMPRESSED
STATIC_ROOT = env.Path(env.text("STATIC_ROOT", str(STATIC_ROOT)))  # noqa: F405
LOGGING["formatters"]["line"] = {"()": "taoxiaopu.operations.logs.json_formatter"}
LOGGING["root"]["level"] = env.text("LOG_LEVEL", "INFO")
