"""Rendering of the opt-out page, which works without scripts and without signing in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class IgnoreAccept(DefaultContentNegotiation):
    """Always the first renderer: a mail program's `Accept` header must not lead to 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        first = next(iter(renderers))
        return first, first.media_type


class OptOutPage(BaseRenderer):
    """Renders every answer, errors included, as an HTML page instead of the API's envelope."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        response = (renderer_context or {}).get("response")
        if response is not None and response.exception:
            data = {"problem": response.status_code}
        return render_to_string("workspaces/opt_out.html", data)
