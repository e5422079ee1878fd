"""Wakes the modules that register themselves: checks, receivers, documents, exports, probes."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        autodiscover_modules("checks", "receivers", "serializers", "mails", "exports", "probes")
