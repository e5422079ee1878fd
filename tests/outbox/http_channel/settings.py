"""A developer's machine, with the second channel."""

from config.settings import development
from config.settings.development import *

INSTALLED_APPS = [*development.INSTALLED_APPS, "tests.outbox.http_channel"]
