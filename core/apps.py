"""Imports the modules of all apps that register something on import, such as receivers."""

import gc

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

MODULES = ("checks", "receivers", "channels", "mails", "job_types", "retention")
FOR_REQUESTS = ("api.documents", "api.payloads", "exports", "readiness")
"""Loaded by `config.urls` only, with all that serves HTTP: a third of a start."""


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        autodiscover_modules(*MODULES)
        # The settings have switched it off; what is here now need not be looked at again.
        gc.freeze()
        gc.enable()
