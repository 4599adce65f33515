"""Settings of the component site: the shell's templates and static files, the strict content policy, no database."""

from csp.constants import NONE, SELF

SECRET_KEY = "only-for-the-component-tests"
DEBUG = False
LIANFANG_GALLERY = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ROOT_URLCONF = "tests.web.site.urls"
LOGIN_URL = "/login/"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATABASES: dict[str, object] = {}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
INSTALLED_APPS = ["django.contrib.messages", "django.contrib.staticfiles", "template_partials", "lianfang.web"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lianfang.web.middleware.ShellMiddleware",
    "tests.web.site.urls.ActorMiddleware",
    "lianfang.web.problems.ProblemsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CSRF_FAILURE_VIEW = "lianfang.web.errors.csrf_failed"
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
