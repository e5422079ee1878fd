"""Settings that all environments share."""

from urllib.parse import quote

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.admin import *
from config.settings.api import *
from config.settings.buckets import bucket
from config.settings.celery import *
from config.settings.databases import direct, runtime
from config.settings.identity import *
from config.settings.logs import *
from config.settings.providers import *
from config.settings.pusher import pusher

BASE_DIR = env.ROOT

# Makes classes such as `ModelAdmin[User]`, generic for the type checker, subscriptable at run time.
django_stubs_ext.monkeypatch()

VERSION = "0.1.0"
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / ".local")
DEBUG = False
# Shown on the front page; set in development only.
DEMO_SIGN_INS: dict[str, object] = {}
SECRET_KEY = env.secret("SECRET_KEY")
JWT_SECRET = env.secret("JWT_SECRET")
if JWT_SECRET == SECRET_KEY:
    raise ImproperlyConfigured("JWT_SECRET must differ from SECRET_KEY.")

INSTALLED_APPS = [
    *ADMIN_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "corsheaders",
    "django_celery_beat",
    "django_filters",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
    "core",
    "outbox",
    "accounts",
    "identity",
    "workspaces",
    "clerk",
    "projects",
    "tasks",
    "comments",
    "attachments",
    "activity",
    "audit",
    "dashboards",
    "notifications",
    "webhooks",
    "jobs",
    "reports",
    "exports",
    "imports",
    "calendars",
    "realtime",
    "dev.demo",
]
MIDDLEWARE = [
    "config.middleware.RequestLog",
    "config.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.pages.CrossOrigin",
    "config.middleware.RefusedBody",
    "config.limits.RequestLimits",
    "config.methods.DeclaredMethods",
    "config.middleware.OptionalSlash",
    "config.middleware.DatabaseAway",
    "config.pages.Sessions",
    "config.pages.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.pages.Authentication",
    "config.pages.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
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
            ],
        },
    },
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
WEB_THREADS = env.natural("WEB_THREADS", 8)
WEB_SOCKETS = env.natural("WEB_SOCKETS", 10_000)
WEB_LOCK_SECONDS = env.seconds("WEB_LOCK_SECONDS", 10)

DATABASES = {"default": runtime(), "attempts": runtime(least=0), "direct": direct()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.server_url("REDIS_URL", ("redis", "rediss"))
PUSHER = pusher()
# True in development: webhooks may then be of any host and port, without TLS.
WEBHOOKS_TO_ANY_NETWORK = False
# Keys that comparable servers use; `manage.py check` reports that they have no effect here.
KEYS_WITHOUT_USE = env.given("CLERK_SECRET_KEY", "INNGEST_EVENT_KEY")

AUTH_USER_MODEL = "accounts.User"
SITE_ID = 1
# True in production, where accounts with a public password are not allowed.
REFUSE_DEMO_PEOPLE = False
HIDE_FOREIGN_OBJECTS = env.flag("HIDE_FOREIGN_OBJECTS", default=False)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
ATTACHMENTS_DIR = env.folder("ATTACHMENTS_DIR", DATA_DIR / "attachments")
ATTACHMENTS_BUCKET = bucket()
# Bytes of all files of one workspace.
ATTACHMENTS_QUOTA = env.natural("ATTACHMENTS_QUOTA_MB", 5 * 1024) * 1024 * 1024
TASKS_PER_MINUTE = env.natural("TASKS_PER_MINUTE", 300)
WORKSPACE_TASKS_PER_MINUTE = env.natural("WORKSPACE_TASKS_PER_MINUTE", 3000)

# Signs checkpoints of the audit; `manage.py audit key` makes one.
AUDIT_SIGNING_KEY = env.key_bytes("AUDIT_SIGNING_KEY")

FRONTEND_URL = env.url("FRONTEND_URL", ("https", "http"), "http://localhost:3000")
PUBLIC_URL = env.url("PUBLIC_URL", ("https", "http"), FRONTEND_URL)
TASK_URL_TEMPLATE = env.text(
    "TASK_URL_TEMPLATE",
    "{frontend}/workspace/{workspace}/projects/{project}/tasks/{task}",
)
WORKSPACE_URL_TEMPLATE = env.text("WORKSPACE_URL_TEMPLATE", "{frontend}/workspace/{workspace}")
PROJECT_URL_TEMPLATE = env.text(
    "PROJECT_URL_TEMPLATE", "{frontend}/workspace/{workspace}/projects/{project}"
)
CORS_ALLOWED_ORIGINS = env.listed("CORS_ORIGIN")
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-auth-transport",
    "x-csrftoken",
    "x-password-reset-key",
    "x-request-id",
    "x-session-token",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "X-Request-ID",
    "Idempotency-Replayed",
    "Dry-Run",
    "Retry-After",
]
CSRF_TRUSTED_ORIGINS = CORS_ALLOWED_ORIGINS

_email = env.email("EMAIL_URL", f"filemail:///{quote(str(DATA_DIR))}/mail")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = f"/{str(_email['EMAIL_FILE_PATH']).lstrip('/')}"
EMAIL_HOST = _email["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
# Addresses and subjects are personal data: they are logged in development only.
LOG_SENT_MAIL = False
# Whether `/admin/mails/` is shown to everybody, not to staff only: in development.
MAIL_SAMPLES_FOR_EVERYBODY = False
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Gantry <gantry@example.com>")
