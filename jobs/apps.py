"""The app's entry in the registry."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
