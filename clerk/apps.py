"""The app's entry in the registry."""

from django.apps import AppConfig


class ClerkConfig(AppConfig):
    name = "clerk"
