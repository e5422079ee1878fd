"""Production, and the command that measures it without a line of log."""

from config.settings.base import INSTALLED_APPS as PRODUCT
from config.settings.production import *

INSTALLED_APPS = [*PRODUCT, "dev.bench"]
LOGGING_CONFIG = None
