"""The OpenAPI document over HTTP, written once: code does not change while the server runs."""

from functools import cache
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class Description(SpectacularAPIView):
    permission_classes: tuple[Any, ...] = ()
    authentication_classes: tuple[Any, ...] = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = request.accepted_renderer.media_type
        return HttpResponse(_written(kind), content_type=f"{kind}; charset=utf-8")


@cache
def _written(media_type: str) -> bytes:
    """Describing and writing all routes takes a second of work, which strangers may ask for."""
    renderers = {renderer.media_type: renderer() for renderer in Description.renderer_classes}
    document = SchemaGenerator().get_schema(request=None, public=True)
    return cast("bytes", renderers[media_type].render(document, renderer_context={}))
