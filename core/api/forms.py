"""Forms with files, read from where the request has arrived and never as a whole into memory."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.wsgi import LimitedStream
from django.http import UnreadablePostError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from core.errors import Unavailable

FORM = "multipart/form-data"
RETRY_AFTER = 2


def is_form(request: Request) -> bool:
    return str(request.META.get("CONTENT_TYPE", "")).lower().startswith(FORM)


def body_of(request: Request) -> Any:
    """The body from its beginning, also if it has been read before, by a run that was undone."""
    source: Any = request.META["wsgi.input"]
    if source.seekable():
        source.seek(0)
    return LimitedStream(source, int(request.META.get("CONTENT_LENGTH") or 0))


class FormWithFile(MultiPartParser):
    """REST framework's, but what it reads can be read again.

    Raises Unavailable if there is no room for its files, which it writes to temporary ones.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = dict(parser_context or {})
        request = context["request"]
        try:
            return super().parse(body_of(request), media_type, context)
        except Exception as problem:
            _close_unfinished(request)
            if isinstance(problem, OSError) and not isinstance(problem, UnreadablePostError):
                raise Unavailable(retry_after=RETRY_AFTER) from problem
            raise


def _close_unfinished(request: Request) -> None:
    """Close the file that was being written; Django closes complete ones only."""
    for handler in request.upload_handlers:
        with suppress(OSError):
            handler.upload_interrupted()


def form_digest(request: Request) -> bytes:
    """A hash of a form's values and files: a client that sends it again separates them anew."""
    digest = hashlib.sha256()
    for part in _parts(request.data):
        digest.update(part)
    return digest.digest()


def _parts(form: Any) -> Iterator[bytes]:
    for name in sorted(form):
        for value in form.getlist(name):
            yield f"{name}\0".encode(errors="replace")
            if isinstance(value, UploadedFile):
                yield f"{value.name}\0{value.content_type}\0{value.size}\0".encode(errors="replace")
                yield from value.chunks()
                value.seek(0)
            else:
                yield f"{value}\0".encode(errors="replace")
