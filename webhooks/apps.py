"""The app's entry in the registry."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
