"""The endpoint of the OpenAPI document, which is generated once per process."""

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
        return HttpResponse(_rendered(kind), content_type=f"{kind}; charset=utf-8")


@cache
def _rendered(media_type: str) -> bytes:
    """The document in this media type; cached, because generating it takes about a second.

    The endpoint is public, so without the cache anybody could keep the server busy.
    """
    renderers = {renderer.media_type: renderer() for renderer in Description.renderer_classes}
    document = SchemaGenerator().get_schema(request=None, public=True)
    return cast("bytes", renderers[media_type].render(document, renderer_context={}))
