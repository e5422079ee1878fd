"""Renderers: JSON in the envelope, and HTML pages for developers."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from rest_framework import status
from rest_framework.renderers import (
    BaseRenderer,
    BrowsableAPIRenderer,
    TemplateHTMLRenderer,
)

from core.api.envelope import Answer, WithoutEnvelope

WITHOUT_BODY = (status.HTTP_204_NO_CONTENT, status.HTTP_304_NOT_MODIFIED)


class EnvelopeRenderer(BaseRenderer):
    """JSON by orjson; documents built by PostgreSQL (orjson.Fragment) are inserted as they are."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code in WITHOUT_BODY:
            return b""
        if isinstance(data, WithoutEnvelope):
            return to_json(data.body)
        if response is not None and response.exception:
            return to_json(data)
        return to_json((data if isinstance(data, Answer) else Answer(data)).as_envelope())


class DeveloperRenderer(BrowsableAPIRenderer):
    """The browsable API without HTML forms: their drop-downs would list rows of all workspaces."""

    def get_default_renderer(self, view: Any) -> BaseRenderer:
        return IndentedRenderer()

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        if method in ("DELETE", "OPTIONS"):
            return super().get_rendered_html_form(data, view, method, request)
        return None

    def get_filter_form(self, data: Any, view: Any, request: Any) -> None:
        return None


class FrontPageRenderer(TemplateHTMLRenderer):
    """The HTML page at `/`."""

    template_name = "front_page.html"

    def get_template_context(self, data: Any, renderer_context: Any) -> dict[str, Any]:
        return {
            "version": settings.VERSION,
            "sign_ins": settings.DEMO_SIGN_INS,
            "shows_mails": settings.MAIL_SAMPLES_FOR_EVERYBODY,
        }


class IndentedRenderer(EnvelopeRenderer):
    """JSON with indentation, for the browsable API."""

    def render(self, *args: Any, **kwargs: Any) -> bytes:
        body = super().render(*args, **kwargs)
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2) if body else body


def to_json(body: Any) -> bytes:
    """Serialise to JSON; lone surrogates, which orjson refuses, are escaped."""
    try:
        return orjson.dumps(body, default=str)
    except TypeError:
        return json.dumps(body, default=str).encode()
