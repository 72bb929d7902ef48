"""The demo and a developer's machine: sandbox providers, a movable clock, fixed keys that guard nothing real."""

from taoxiaopu.settings.base import *  # noqa: F403  (settings modules are layered by star import)
from taoxiaopu.settings.base import env

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", "development-only-" + "k" * 40)
ALLOWED_HOSTS = [*env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")]
PERSONAL_DATA_KEYS = env.words("PERSONAL_DATA_KEYS", "ZGV2ZWxvcG1lbnQta2V5LW5vdC1hLXNlY3JldC0tLS0=")
BLIND_INDEX_KEY = env.text("BLIND_INDEX_KEY", "development-blind-index")
SANDBOX_NOTICE_KEY = env.text("SANDBOX_NOTICE_KEY", "development-sandbox-notices")
CLOCK_MAY_ADVANCE = True
RULES_IN_FORCE_SINCE = "2025-01-01"  # the demo tells of past months
SANDBOX_PROVIDERS = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "accounts.providers.mail.SandboxMailbox"
