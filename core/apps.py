"""Wakes the modules that register themselves: checks, receivers, documents, exports and more."""

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
