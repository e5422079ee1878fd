"""REST framework's dispatch, without making for each request what is the same for all of them."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.negotiation import accepts_plain_json
from core.api.renderers import EnvelopeRenderer

_json = EnvelopeRenderer()
_allowed: dict[tuple[object, ...], str] = {}
"""Values of `Allow` by view and its methods."""


class QuickView(APIView):
    """An APIView that makes its authenticators, parsers and JSON renderer once per process."""

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        wrapped = super().initialize_request(request, *args, **kwargs)
        # Read often: the wrapper finds other attributes by a failed look-up of its own each time.
        vars(wrapped).update(META=request.META, method=request.method, path_info=request.path_info)
        return wrapped

    def get_authenticators(self) -> Any:
        return _made(tuple(self.authentication_classes))

    def get_parsers(self) -> Any:
        return _made(tuple(self.parser_classes))

    def perform_content_negotiation(self, request: Request, *args: Any, **named: Any) -> Any:
        if self.renderer_classes[0] is EnvelopeRenderer and accepts_plain_json(request):
            return _json, _json.media_type
        return super().perform_content_negotiation(request, *args, **named)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        if len(self.renderer_classes) > 1:
            vary_on("Accept", final)
        return final

    def release(self, response: HttpResponse) -> None:
        """Let go of each other: view, request and rendered response, bodies and all.

        They would stay in memory until the garbage collector has visited two generations.
        """
        if isinstance(self.request, Request) and getattr(response, "is_rendered", True):
            self.request.parser_context.clear()
            vars(response).pop("renderer_context", None)
            vars(self).clear()

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Only `Allow`: REST framework would parse `Vary` again to add it."""
        route = (type(self), *getattr(self, "action_map", ()))
        if route not in _allowed:
            _allowed[route] = ", ".join(self.allowed_methods)
        return {"Allow": _allowed[route]}


def vary_on(header: str, response: Any) -> None:
    """Add a header to `Vary`, which does not name it yet, without parsing the others."""
    before = response.get("Vary")
    response["Vary"] = f"{before}, {header}" if before else header


@cache
def _made(kinds: tuple[type[Any], ...]) -> list[Any]:
    """One instance of each, for all requests: they keep nothing of a request."""
    return [kind() for kind in kinds]
