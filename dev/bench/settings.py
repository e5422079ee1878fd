"""Settings of the benchmark: those of production with its commands, without logging."""

from config.settings.base import INSTALLED_APPS as PRODUCT
from config.settings.production import *

INSTALLED_APPS = [*PRODUCT, "dev.bench"]
LOGGING_CONFIG = None
