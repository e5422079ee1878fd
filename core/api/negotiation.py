"""Content negotiation: which renderer a request gets."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

JSON_ACCEPTED = ("", "*/*", "application/json", "application/json, text/plain, */*")
"""Values of `Accept` for which the first renderer is chosen without parsing them."""


class JsonFirst(DefaultContentNegotiation):
    """Choose the first renderer quickly for usual `Accept` headers, else as DRF does."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        if accepts_plain_json(request):
            first = next(iter(renderers))
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)


class FirstIfAcceptable(DefaultContentNegotiation):
    """The first renderer, that of refusals, for everybody who accepts one of them.

    For views whose answers have a content type of their own.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        offered = list(renderers)
        super().select_renderer(request, offered, format_suffix)  # or NotAcceptable
        return offered[0], offered[0].media_type


def accepts_plain_json(request: HttpRequest | Request) -> bool:
    """Whether the request accepts the first renderer and asks for no other format."""
    meta = request.META
    return meta.get("HTTP_ACCEPT", "") in JSON_ACCEPTED and "format" not in meta["QUERY_STRING"]
