"""Tests on real PostgreSQL and Redis: the test process owns its database, real subprocesses use the app's role."""

import os

from taoxiaopu.settings.base import DATABASES, env
from taoxiaopu.settings.development import *  # noqa: F403  (settings modules are layered by star import)

DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["default"] = env.database("DATABASE_OWNER_URL")
    DATABASES.pop("owner", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
RAISE_JOB_ERRORS = True
