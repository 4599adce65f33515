"""Django settings. Everything a county changes comes from the environment; nothing secret has a default in production."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from lianfang.base.database.connect import ADMIN, APP, DOOR, from_environment

PACKAGE = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("LIANFANG_DATA", ".lianfang"))
DEBUG = os.environ.get("LIANFANG_DEBUG") == "1"
DRILL = os.environ.get("LIANFANG_DRILL") == "1"
"""A drill or a demonstration: every page says 演练."""
SECOND_FACTOR = os.environ.get("LIANFANG_SECOND_FACTOR", "" if DRILL else "required") == "required"
"""Whether roles that unmask people, and administrators, must sign in with an authenticator; a drill asks nobody."""
SECRET_KEY = os.environ.get("LIANFANG_SECRET", "") or "not-set-" + os.urandom(16).hex()
ALLOWED_HOSTS = [
    host for host in os.environ.get("LIANFANG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",") if host
]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("LIANFANG_ORIGINS", "").split(",") if origin]
SECURE = os.environ.get("LIANFANG_TLS") == "1"
PROXIES = [network for network in os.environ.get("LIANFANG_PROXIES", "").split(",") if network]
"""Networks of proxies in front whose X-Forwarded-* headers are believed."""
TLS_FOLDER = os.environ.get("LIANFANG_TLS_FOLDER", "")
PLAIN_PORT = os.environ.get("LIANFANG_PLAIN_PORT", "")
METRICS_TOKEN = os.environ.get("LIANFANG_METRICS_TOKEN", "")
SECURE_HSTS_SECONDS = int(os.environ.get("LIANFANG_HSTS", "604800")) if SECURE else 0
"""A week: long enough to matter, short enough to survive a certificate that was forgotten."""
SECURE_SSL_REDIRECT = SECURE and bool(PROXIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]

INSTALLED_APPS = [
    # base, lower may not import higher: the order of set-up is the order of imports
    "lianfang.base.vault",
    "lianfang.base.areas",
    "lianfang.base.access",
    "lianfang.base.incidents",
    "lianfang.base.metrics",
    "lianfang.base.worklist",
    "lianfang.base.facts",
    "lianfang.base.retirement",
    "lianfang.base.keeping",
    "lianfang.domain.residents",
    "lianfang.domain.workforce",
    "lianfang.domain.pairings",
    "lianfang.domain.duty",
    "lianfang.domain.volunteers",
    "lianfang.domain.missions",
    "lianfang.domain.rounds",
    "lianfang.domain.selfview",
    "lianfang.domain.service",
    "lianfang.domain.plans",
    "lianfang.domain.reports",
    "lianfang.web",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "lianfang.web.proxy.ProxyMiddleware",
    "lianfang.web.measures.MeasuresMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "lianfang.web.bodies.TooLargeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianfang.base.keeping.routes.RouteTimes",
    "lianfang.web.middleware.ShellMiddleware",
    "lianfang.base.access.middleware.Enter",
    "lianfang.web.problems.ProblemsMiddleware",
]

ROOT_URLCONF = "lianfang.config.urls"
ASGI_APPLICATION = "lianfang.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        ("lianfang.web.templating.Loader", ["django.template.loaders.app_directories.Loader"]),
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

_target = from_environment()


def _database(role: str) -> dict[str, object]:
    user = _target.admin if role == ADMIN else role
    password = (_target.admin_password or "") if role == ADMIN else ""
    options: dict[str, object] = {"passfile": str(_target.passfile), "application_name": f"lianfang-{role}"}
    if role == APP and os.environ.get("LIANFANG_POOL") == "1":
        options["pool"] = {"min_size": 2, "max_size": 12, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _target.host,
        "PORT": str(_target.port),
        "NAME": _target.database,
        "USER": user,
        "PASSWORD": password,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # a pooled connection may have died with the database
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "TEST": {"NAME": _target.database},
    }


DATABASES = {"default": _database(APP), "door": _database(DOOR), "owner": _database(ADMIN)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lf_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

STATIC_URL = "/static/"
COLLECTED = os.environ.get("LIANFANG_STATIC") == "collected"
"""Whether `serve` has gathered hashed and compressed files; without it files are found in the apps themselves."""
STATIC_ROOT = os.environ.get("LIANFANG_STATIC_ROOT") or str(DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "lianfang.web.storage.StaticStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
"""A community's grids are drawn in one form with a field for each house (assumption: no community has ten thousand)."""
FILE_UPLOAD_HANDLERS = ["lianfang.web.bodies.SpooledUpload"]
"""Rosters reach the disk only sealed."""

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_COOKIE = "lf_session"
CSRF_COOKIE_NAME = "lf_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "lianfang.web.errors.csrf_failed"
LOGIN_URL = "sign-in"
LIANFANG_GALLERY = DRILL
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF, "blob:"],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "lianfang.web.logs.Formatter", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
