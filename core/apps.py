"""Wakes the modules that register themselves: checks, receivers, documents, exports, retention."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

MODULES = ("checks", "receivers", "serializers", "mails", "exports", "retention")


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        autodiscover_modules(*MODULES)
