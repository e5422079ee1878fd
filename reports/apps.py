"""The app's entry in the registry."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
