"""Settings of production, with the type of jobs that `bin/faults jobs` asks for."""

from config.settings.base import INSTALLED_APPS as PRODUCT
from config.settings.production import *

INSTALLED_APPS = [*PRODUCT, "dev.faults"]
