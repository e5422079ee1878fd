"""A developer's machine, with the type of jobs of `bin/faults jobs`."""

from config.settings import development
from config.settings.development import *

INSTALLED_APPS = [*development.INSTALLED_APPS, "dev.faults"]
