"""The app's entry in the registry."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"
