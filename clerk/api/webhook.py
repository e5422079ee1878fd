"""Clerk's webhook over HTTP."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clerk.services.messages import apply_message, verified_message
from core.errors import NotFound
from identity.api.bases import AuthView, refused

HEADERS = [
    OpenApiParameter(f"svix-{part}", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
    for part in ("id", "timestamp", "signature")
]


class ClerkMessage(serializers.Serializer[Any]):
    """A message as Clerk sends it, with the object it is about in `data`; the body is signed."""

    type = serializers.CharField()
    timestamp = serializers.IntegerField(required=False)


class Outcome(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["processed", "duplicate", "ignored", "deferred"])


class ClerkWebhook(AuthView):
    alias: ClassVar[bool] = False

    @extend_schema(
        request=ClerkMessage,
        parameters=HEADERS,
        responses={200: Outcome, 404: refused("Clerk is switched off")},
    )
    def post(self, request: Request) -> Response:
        """Apply a message of Clerk; one that is repeated or outdated changes nothing.

        `deferred`: its effect has failed, and is tried again until it succeeds. The message need
        not be sent again.
        """
        if not settings.CLERK_WEBHOOK_SECRETS:
            raise NotFound
        message = verified_message(self.http_request.body, self.http_request.headers)
        return Response({"status": apply_message(message)})
