"""Providers and linked accounts as shown; sign-ins through a provider as read."""

from typing import Any

from rest_framework import serializers

from core.api.fields import Input
from identity.providers.registry import Provider, providers

LONGEST_ID_TOKEN = 16_384


class ProviderShown(serializers.Serializer[Provider]):
    """A provider people may sign in through."""

    id = serializers.CharField()
    name = serializers.CharField(help_text="For a button.")
    client_id = serializers.CharField(help_text="What an ID token has to be made out to.")
    has_id_tokens = serializers.BooleanField(
        help_text="Whether it issues ID tokens; the redirect works with each."
    )


class Providers(serializers.Serializer[Any]):
    """What a sign-in page has to know."""

    providers = ProviderShown(many=True)
    csrf_token = serializers.CharField(help_text="For `session/exchange`, with the cookie set.")


class IdToken(Input):
    provider = serializers.CharField(max_length=30)
    id_token = serializers.CharField(max_length=LONGEST_ID_TOKEN, write_only=True)
    nonce = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="The one the token was asked for with; demanded if the token has one.",
    )


class Departure(Input):
    provider = serializers.CharField(max_length=30)
    callback_url = serializers.CharField(
        max_length=2000, help_text="A page of the front end; `error` tells it of a failure."
    )


class Destination(serializers.Serializer[Any]):
    """Where the browser has to go."""

    url = serializers.CharField()


class LinkedAccount(serializers.Serializer[Any]):
    """An account at a provider that opens one's own."""

    id = serializers.IntegerField(source="pk")
    provider = serializers.SerializerMethodField(help_text="Null if it is switched off.")
    name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="date_joined")
    last_used_at = serializers.DateTimeField(source="last_login")

    def get_provider(self, account: Any) -> str | None:
        found = _provider_of(account)
        return found.id if found else None

    def get_name(self, account: Any) -> str:
        found = _provider_of(account)
        return found.name if found else str(account.provider)

    def get_email(self, account: Any) -> str:
        return str(account.extra_data.get("email", ""))


def _provider_of(account: Any) -> Provider | None:
    return next((found for found in providers() if found.realm == account.provider), None)
