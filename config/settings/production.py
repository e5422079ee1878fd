"""Settings for production: required values have no defaults, connections are encrypted."""

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.base import *

ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is missing: name the hosts this server answers for.")
if env.flag("ADMIN_WITHOUT_SECOND_FACTOR", default=False):
    raise ImproperlyConfigured("ADMIN_WITHOUT_SECOND_FACTOR is for development only.")
REFUSE_DEMO_PEOPLE = True
BROWSABLE_API_FOR_STAFF_ONLY = True
FRONTEND_URL = env.url("FRONTEND_URL", ("https", "http"))
_host = ALLOWED_HOSTS[0].lstrip(".")
_own = FRONTEND_URL if _host == "*" else f"https://{_host}"
PUBLIC_URL = env.url("PUBLIC_URL", ("https", "http"), _own)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}
# Static files that have not been collected are served from their apps.
WHITENOISE_USE_FINDERS = True

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
# Probes, with optional trailing slashes.
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|health|api/health)/*$"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
elif SECURE_SSL_REDIRECT:
    # The server itself has no TLS: without a proxy it would redirect every request, endlessly.
    raise ImproperlyConfigured(
        "TRUSTED_PROXY_COUNT is missing: count the proxies in front, one of which speaks TLS."
    )
SECURE_HSTS_SECONDS = env.natural("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# W021 asks for HSTS preloading, which the owner of the domain has to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# False only if TLS is switched off on purpose, such as for a first try on one machine.
SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT
CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
