"""The app's entry in the registry."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"
