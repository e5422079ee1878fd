"""Where allauth meets providers: which there are, and how they are talked to."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest

from identity.providers.http_client import Wire
from identity.providers.redirects import KINDS
from identity.providers.registry import provider_called


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never on its pages: who comes from a provider is registered by our own services."""
        return False

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """None on its pages."""
        return []

    def list_apps(self, *args: Any, **options: Any) -> list[SocialApp]:
        """What stands in the table switches nothing on."""
        return []

    def get_provider(self, request: HttpRequest, provider: str, client_id: object = None) -> Any:
        found = provider_called(provider)
        app = SocialApp(
            provider=found.kind,
            provider_id=found.id,
            name=found.name,
            client_id=found.client_id,
            secret=found.secret,
            settings={"oauth_pkce_enabled": True, "server_url": found.server},
        )
        return KINDS[found.kind](request, app=app)

    def get_requests_session(self) -> Wire:
        return Wire()
