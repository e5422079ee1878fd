"""Pages behind links of mails, which work without scripts and without signing in."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.template.loader import render_to_string
from drf_spectacular.types import OpenApiTypes
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.api.permissions import Anyone
from core.api.transactions import OneTransaction


class IgnoreAccept(DefaultContentNegotiation):
    """Always the first renderer: a mail program's `Accept` header must not lead to 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        first = next(iter(renderers))
        return first, first.media_type


class OptOutPage(BaseRenderer):
    """Renders every answer, errors included, as an HTML page instead of the API's envelope."""

    template: ClassVar[str] = "workspaces/opt_out.html"

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
        return render_to_string(self.template, data)


HTML = OptOutPage.media_type
PAGE = {(status, HTML): OpenApiTypes.STR for status in (200, 400, 404, 503)}
PAGE_OF_A_BODY = PAGE | {(status, HTML): OpenApiTypes.STR for status in (413, 415)}


class PageOfALink(OneTransaction):
    """A view for the holder of a link; signing in is not needed."""

    without_envelope = True
    authentication_classes = []
    permission_classes = [Anyone]
    renderer_classes = [OptOutPage]
    content_negotiation_class = IgnoreAccept
    parser_classes = [FormParser, MultiPartParser, JSONParser]
