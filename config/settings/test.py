"""Settings of the test suite: fast password hashing, mail in memory, no connection pool."""

from config.local import DATA_DIR
from config.settings.base import *
from config.settings.databases import runtime

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MEDIA_ROOT = DATA_DIR / "media"
# Not those in the developer's environment.
AUTH_PROVIDERS = []
ATTACHMENTS_BUCKET = None
PUSHER = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Without a pool, which would keep connections to the database of an earlier test open.
# With long limits, because a test is one transaction with all of its requests and what they render.
DATABASES |= {
    "default": runtime(pooled=False, longest="10min", longest_idle="10min"),
    "attempts": runtime(pooled=False, longest="10min"),
}
# Without limits: the connection that counts attempts may be idle in a transaction during a test.
DATABASES["attempts"]["OPTIONS"] = {}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
# Tests run in the system context; the middleware removes it for their HTTP requests.
MIDDLEWARE = ["tests.support.context.AsOnAServer", *MIDDLEWARE]
