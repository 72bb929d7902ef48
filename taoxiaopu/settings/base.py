"""What all environments share."""

import logging
import os

from django.utils.translation import gettext_lazy as _

from taoxiaopu.settings import env
from taoxiaopu.settings.headers import POLICY
from taoxiaopu.settings.unfold import UNFOLD  # noqa: F401  (a setting)

BASE_DIR = env.ROOT
DATA_DIR = env.Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
BASE_URL = env.text("BASE_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}").rstrip("/")

VERSION = "0.1.0"
BRAND_NAME, BRAND_NAME_EN = env.brand_names()

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "taoxiaopu.kernel",
    "taoxiaopu.flows",
    "taoxiaopu.desks",
    "taoxiaopu.operations",
    "rulebook",
    "accounts",
    "ledger",
    "payments",
    "suppliers",
    "storefronts",
    "tax",
    "commissions",
    "orders",
    "disputes",
    "reconciliation",
]

MIDDLEWARE = [
    "taoxiaopu.operations.proxy.ProxyMiddleware",
    "taoxiaopu.operations.probes.ProbesMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "taoxiaopu.operations.logs.RequestLog",
    "taoxiaopu.operations.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ReaderLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.gates.SecondFactorGate",
    "accounts.gates.LastSeen",
    "taoxiaopu.kernel.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "taoxiaopu.urls"
WSGI_APPLICATION = "taoxiaopu.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taoxiaopu.kernel.context.brand",
                "taoxiaopu.desks.context.supplier_desk",
                "taoxiaopu.desks.context.inboxes",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "taoxiaopu.kernel.templatetags.kernel_format"],
        },
    }
]
COTTON_DIR = "components"

# With no address in the environment (check, makemigrations, collectstatic) nothing connects; the launcher sets both.
DATABASES = {"default": env.database("DATABASE_URL", "postgresql://taoxiaopu_app@127.0.0.1:5432/taoxiaopu")}
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL") | {"CONN_MAX_AGE": 0}
APP_ROLE = DATABASES["default"]["USER"]
PREPARE_STATEMENTS = env.flag("PREPARE_STATEMENTS", True)  # see kernel/rows.py
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "taoxiaopu.kernel.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "txp",
    }
}

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",  # memory-hard, and a sign-in takes a tenth of PBKDF2's time
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
from taoxiaopu.settings.sign_in import *  # noqa: E402, F403  (settings modules are layered by star import)

SESSION_ENGINE = "taoxiaopu.kernel.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "taoxiaopu.kernel.error_pages.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # set when somebody chooses, never before
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = ["taoxiaopu.kernel.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static-root"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "taoxiaopu.assets.VendorFinder",
]
NODE_MODULES = BASE_DIR / "assets" / "node_modules"
VENDOR_FILES = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/sortable/sortable.min.js": "sortablejs/Sortable.min.js",
    "vendor/echarts/echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "vendor/cropper/cropper.esm.min.js": "cropperjs/dist/cropper.esm.min.js",
    "vendor/barcode/ponyfill.js": "barcode-detector/dist/iife/ponyfill.js",
    "vendor/barcode/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CELERY = {
    "broker_url": REDIS_URL,
    "result_backend": None,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "Asia/Shanghai",
    "task_time_limit": 600,
    "task_soft_time_limit": 540,
    # Everybody's month and all of the books take longer; less than the broker waits before another worker gets the task.
    "task_annotations": {
        name: {"soft_time_limit": 3300, "time_limit": 3480}
        for name in (
            "commissions.settle_month",
            "commissions.recalculate_tiers",
            "commissions.pay_suppliers",
            "commissions.supplier_statements",
            "commissions.catch_up",
            "flows.verify",
            "ledger.keep",
            "reconciliation.nightly",
        )
    },
    "task_acks_late": True,
    "worker_prefetch_multiplier": 1,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {"global_keyprefix": "txp:", "visibility_timeout": 3600},
    "worker_hijack_root_logger": False,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
}

CONTENT_SECURITY_POLICY = {"DIRECTIVES": POLICY}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["taoxiaopu.kernel.strict_json.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "taoxiaopu.kernel.throttles.CallsOfAPerson",
        "taoxiaopu.kernel.throttles.WritesOfAPerson",
    ],
    "DEFAULT_THROTTLE_RATES": {"calls": "600/min", "writes": "240/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "taoxiaopu.kernel.api.answer_error",
    "DEFAULT_PAGINATION_CLASS": "taoxiaopu.kernel.api.Pages",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Taoxiaopu API",
    "DESCRIPTION": "Goods, pool, picks, shares and orders for the role that asks.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "GoodStatus": "suppliers.states.GoodStatus",
        "ShopStatus": "storefronts.states.ShopStatus",
        "PosterStatus": "storefronts.states.PosterStatus",
        "OrderStatus": "orders.states.OrderStatus",
        "SupplierStatus": "suppliers.states.SupplierStatus",
        "PaperStatus": "suppliers.states.PaperStatus",
        "RequirementKind": "suppliers.states.RequirementKind",
        "ChangeStatus": "suppliers.states.ChangeStatus",
        "AttributeKind": "suppliers.states.AttributeKind",
        "MovementKind": "suppliers.states.MovementKind",
        "ImportStatus": "suppliers.states.ImportStatus",
        "MemberRole": "suppliers.states.MemberRole",
        "WebhookEvent": "suppliers.states.WebhookEvent",
        "DeliveryStatus": "suppliers.states.DeliveryStatus",
        "ChargeStatus": "payments.states.ChargeStatus",
        "SupplierPayoutStatus": "commissions.states.SupplierPayoutStatus",
        "InvoiceStatus": "tax.states.InvoiceStatus",
        "CaseStatus": "disputes.states.CaseStatus",
        "DisputeKind": "disputes.states.DisputeKind",
        "DisputeStatus": "disputes.states.DisputeStatus",
        "PenaltyStatus": "disputes.states.PenaltyStatus",
        "ConversationStatus": "storefronts.states.ConversationStatus",
    },
}

# From which day (2026-01-01) the first rule documents count; empty: from when they are installed.
RULES_IN_FORCE_SINCE = env.text("RULES_IN_FORCE_SINCE", "")
CLOCK_MAY_ADVANCE = False
RAISE_JOB_ERRORS = False
SANDBOX_PROVIDERS = False
# Only tests turn this on, by name: it lets webhooks go to this machine, and without TLS.
WEBHOOKS_TO_LOOPBACK = False

PERSONAL_DATA_KEYS = env.words("PERSONAL_DATA_KEYS")
BLIND_INDEX_KEY = env.text("BLIND_INDEX_KEY", "")
SANDBOX_NOTICE_KEY = env.text("SANDBOX_NOTICE_KEY", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "taoxiaopu.operations.logs.line_formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {
        # What these say of a request holds its whole address; taoxiaopu.requests says the rest.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
DJANGO_STRUCTLOG_USER_ID_FIELD = "public_id"
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

# How many proxies of ours stand in front; what they tell of a request is believed only so far.
PROXY_DEPTH = int(env.text("PROXY_DEPTH", "0"))
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
