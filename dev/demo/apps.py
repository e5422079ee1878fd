"""The app's entry in the registry."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "dev.demo"
