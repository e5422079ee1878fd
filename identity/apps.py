"""How Django knows this app."""

from importlib import import_module

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "Sign-in"

    def ready(self) -> None:
        # Describes our kinds of credential to the OpenAPI document by being imported.
        import_module("identity.api.schema")
