"""How Django knows this app."""

from django.apps import AppConfig


class ClerkConfig(AppConfig):
    name = "clerk"
