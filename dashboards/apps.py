"""The app's entry in the registry."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
