"""The test suite: real servers, no shared state, fast passwords."""

from config.local import DATA_DIR
from config.settings.base import *
from config.settings.databases import runtime

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MEDIA_ROOT = DATA_DIR / "media"
# Those of a developer's own environment are theirs alone.
AUTH_PROVIDERS = []
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Each test switches databases; a pool would keep the old one open.
# A test is one transaction, however many requests it makes.
DATABASES |= {
    "default": runtime(pooled=False, longest="10min"),
    "attempts": runtime(pooled=False, longest="10min"),
}
# What counts attempts may idle in such a transaction for as long as the test takes.
DATABASES["attempts"]["OPTIONS"] = {}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
# Test bodies are the system to PostgreSQL; what they ask over HTTP must not be.
MIDDLEWARE = ["tests.support.context.AsOnAServer", *MIDDLEWARE]
