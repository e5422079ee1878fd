"""Limits on the size of requests, checked before anything is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import ValidationError

from config.uploads import largest_upload
from core.api.errors import plain_failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    Next = Callable[[HttpRequest], HttpResponse]

KIB = 1024
LONGEST_URL = 8 * KIB
MOST_PARAMETERS = 100
LARGEST_HEADERS = 32 * KIB
LONGEST_HEADERS = {"HTTP_HOST": KIB // 2, "HTTP_ACCEPT": KIB, "CONTENT_TYPE": KIB}
"""Lower limits for headers that are parsed before authentication."""
LARGEST_FROM_STRANGERS = 64 * KIB
"""Most bytes of a body that is parsed before or without authentication."""
OPEN_TO_STRANGERS = ("/api/auth/", "/api-auth/", "/accounts/")
SIGNED = ("/api/auth/webhook",)
"""Paths below OPEN_TO_STRANGERS whose bodies are signed and verified before they are parsed."""
STAFF = "/admin/"
LONGEST_NUMBER = 20
NUMBER_TOO_LONG = "integer string conversion"
"""Part of Python's message for a number of more than 4,300 digits, which is a plain ValueError."""


class RequestLimits:
    """Refuses requests that are too large: the URL with 414, headers with 431, the body with 413.

    Also ignores the charset in Content-Type: some of Python's codecs decode in quadratic time, so
    bodies are always read as UTF-8.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _refusal(request) or self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """In the admin only signed-in people may send large bodies.

        Checked here, where the session is known and the body has not been read.
        """
        if not request.path_info.startswith(STAFF) or _length(request) <= LARGEST_FROM_STRANGERS:
            return None
        return None if SESSION_KEY in request.session else _too_large()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 to exceptions that forms of libraries do not handle.

        Fields for JSON only handle syntax errors; drop-downs of the admin look up the submitted
        value again, and raise ValidationError if it is not an id.
        """
        is_staffs = request.path_info.startswith(STAFF) and isinstance(exception, ValidationError)
        is_json = isinstance(exception, RecursionError) or NUMBER_TOO_LONG in str(exception)
        if is_staffs or is_json:
            return plain_failure(400, "The request is malformed.", "malformed")
        return None


def _refusal(request: HttpRequest) -> HttpResponse | None:
    meta = request.META
    if len(meta.get("PATH_INFO", "")) + len(meta.get("QUERY_STRING", "")) > LONGEST_URL:
        return plain_failure(414, "The URL is too long.", "uri_too_long")
    if meta.get("QUERY_STRING", "").count("&") >= MOST_PARAMETERS:
        return plain_failure(400, "The URL has too many parameters.", "malformed")
    if _has_large_headers(meta):
        return plain_failure(431, "The headers are too large.", "headers_too_large")
    if _length(request) > _largest_body(request):
        return _too_large()
    if request.encoding is not None:
        request.encoding = "utf-8"
    return None


def _has_large_headers(meta: dict[str, Any]) -> bool:
    if any(len(str(meta.get(name, ""))) > most for name, most in LONGEST_HEADERS.items()):
        return True
    sizes = [len(str(value)) for name, value in meta.items() if name.startswith("HTTP_")]
    return sum(sizes) + len(meta.get("CONTENT_TYPE", "")) > LARGEST_HEADERS


def _length(request: HttpRequest) -> int:
    """Content-Length; 0 if it is not a number, because the body is then read as empty."""
    try:
        return int(str(request.META.get("CONTENT_LENGTH") or 0)[:LONGEST_NUMBER])
    except ValueError:
        return 0


def _largest_body(request: HttpRequest) -> int:
    path = request.path_info
    kind = str(request.META.get("CONTENT_TYPE", ""))
    if largest := largest_upload(str(request.method), path, kind):
        return largest
    if path.startswith(OPEN_TO_STRANGERS) and not path.startswith(SIGNED):
        return LARGEST_FROM_STRANGERS
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _too_large() -> HttpResponse:
    return plain_failure(413, "The request body is too large.", "too_large")
