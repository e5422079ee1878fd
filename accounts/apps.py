"""How Django knows this app."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        # Describes our kind of credential to the OpenAPI document by being imported.
        import_module("identity.api.schema")
