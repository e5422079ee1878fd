"""Files behind links of this server; who has a link needs no other credential."""

from typing import IO, Any, cast

from django.http import FileResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import FileUploadParser
from rest_framework.request import Request
from rest_framework.response import Response

from attachments.files.types import BINARY
from attachments.services.links import file_behind, store_behind
from core.api.dispatch import QuickView
from core.api.forms import body_of
from core.api.permissions import Anyone
from identity.api.bases import refused

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
}


class Files(QuickView):
    """One file, by a link that is good for five minutes."""

    authentication_classes = []
    permission_classes = [Anyone]
    parser_classes = [FileUploadParser]

    @extend_schema(
        responses={
            (200, BINARY): OpenApiTypes.BINARY,
            404: refused("No such link, or too old"),
            409: refused("The file cannot be read"),
        }
    )
    def get(self, request: Request, token: str) -> FileResponse:
        """Read the file, which is always sent as an attachment."""
        file = file_behind(token)
        answer = FileResponse(cast("Any", file.content), content_type=file.content_type)
        shown = content_disposition_header(as_attachment=True, filename=file.file_name)
        for name, value in {**HEADERS, "Content-Disposition": shown}.items():
            answer[name] = value
        return answer

    @extend_schema(
        request={BINARY: OpenApiTypes.BINARY},
        responses={
            204: None,
            400: refused("Another size or type"),
            404: refused("No such link, or too old"),
        },
    )
    def put(self, request: Request, token: str) -> Response:
        """Store an announced file, with exactly the size and the type it was announced with."""
        content: IO[bytes] = body_of(request)
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        kind = request.META.get("CONTENT_TYPE", "")
        store_behind(token, content, size=size, content_type=kind)
        return Response(status=status.HTTP_204_NO_CONTENT)
