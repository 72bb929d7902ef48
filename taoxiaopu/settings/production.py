"""A server on the internet: refuses to start on a missing secret."""

from taoxiaopu.settings.base import *  # noqa: F403  (settings modules are layered by star import)
from taoxiaopu.settings.base import env

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
BASE_URL = env.text("BASE_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
PERSONAL_DATA_KEYS = env.text("PERSONAL_DATA_KEYS").split(",")
BLIND_INDEX_KEY = env.text("BLIND_INDEX_KEY")
SANDBOX_PROVIDERS = env.flag("SANDBOX_PROVIDERS")
SANDBOX_NOTICE_KEY = env.text("SANDBOX_NOTICE_KEY") if SANDBOX_PROVIDERS else ""

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
