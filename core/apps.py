"""Imports the modules of all apps that register something on import, such as receivers."""

import gc

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

MODULES = (
    "checks",
    "receivers",
    "api.documents",
    "channels",
    "mails",
    "exports",
    "retention",
    "readiness",
)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        autodiscover_modules(*MODULES)
        # The settings have switched it off; what is here now need not be looked at again.
        gc.freeze()
        gc.enable()
