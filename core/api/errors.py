"""The one exception handler: every refusal, ours or a library's, leaves in the envelope."""

import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response

from core.api.envelope import failure
from core.api.renderers import to_json
from core.errors import Conflict, Invalid, NotFound, Refusal, Unavailable

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"
ENDED_BY_A_LIMIT = ("25P03", "25P04")
"""Idle in a transaction, or in one, for too long: the connection is gone, too."""
READ_ONLY = "25006"
"""A standby, or a server that is being moved: another one takes writes, or this one will."""
MOST_ERRORS = 100
"""Fields of a body that one refusal tells of."""
WORTH_RETRYING = (DEADLOCK, SERIALIZATION_FAILURE)

CODES = {
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "invalid",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.Throttled: "too_many_requests",
}


class TooLarge(Refusal):
    status = 413
    message = "The request body is too large."


class RequestTimeout(Refusal):
    status = 408
    message = "The request body took too long to arrive."


class Unreadable(Invalid):
    message = "The request body could not be read."


class NestedTooDeeply(Invalid):
    message = "The JSON is nested too deeply."


class OutOfRange(Invalid):
    message = "A value is out of range."


TRANSLATIONS: dict[type[Exception], Callable[[], Exception]] = {
    Http404: NotFound,
    ObjectDoesNotExist: NotFound,  # gone between the look and the lock
    PermissionDenied: exceptions.PermissionDenied,
    RequestDataTooBig: TooLarge,
    UnreadablePostError: Unreadable,
    RecursionError: NestedTooDeeply,
    DataError: OutOfRange,
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer for the error, or None for one nobody foresaw: that is a 500."""
    error = _translated(error)
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, exceptions.APIException):
        return _refused_by_framework(error)
    return None


def request_id() -> str:
    """The id of the request being served, as its `X-Request-ID` says."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of what went wrong, where the database said so."""
    return getattr(error.__cause__, "sqlstate", None)


def is_database_away(error: BaseException | None) -> bool:
    """Whether the database could not do its part.

    It is away, too busy, takes no writes or ended the session.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and sqlstate(error) in (*ENDED_BY_A_LIMIT, READ_ONLY)


def _translated(error: Exception) -> Exception:
    """Other people's exceptions in the product's words."""
    if is_database_away(error):
        return Unavailable(retry_after=1)
    if isinstance(error, IntegrityError):
        return Conflict(f"This conflicts with {_constraint(error)}.")
    for kind, translation in TRANSLATIONS.items():
        if isinstance(error, kind):
            return translation()
    return error


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or "a rule of the database"
    return str(name).replace("_", " ")


def _refused(error: Refusal) -> Response:
    body = failure(str(error), error.code, request_id(), errors=error.errors, **error.facts)
    response = Response(body, status=error.status)
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    if error.status == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _refused_by_framework(error: exceptions.APIException) -> Response:
    errors = None
    code = CODES.get(type(error)) or str(error.get_codes())
    message = str(error.detail)
    if isinstance(error, exceptions.ValidationError):
        errors = dict(islice(field_errors(error.detail).items(), MOST_ERRORS))
        message = _summary(errors)
    response = Response(
        failure(message, code, request_id(), errors=errors), status=error.status_code
    )
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def field_errors(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested detail into `{"members.0": ["…"]}`."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, inner in detail.items():
            found |= field_errors(inner, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        return field_errors({str(n): item for n, item in enumerate(detail) if item}, path)
    sentences = detail if isinstance(detail, list) else [detail]
    return {path or "non_field_errors": [str(sentence) for sentence in sentences]}


def _summary(errors: dict[str, list[str]]) -> str:
    """One sentence for clients that show only the message."""
    field, sentences = next(iter(errors.items()), ("non_field_errors", ["Invalid input."]))
    return sentences[0] if field == "non_field_errors" else f"{field}: {sentences[0]}"


def plain_failure(status: int, message: str, code: str) -> HttpResponse:
    """An error that never reached a view, in the same envelope."""
    return _plain(status, failure(message, code, request_id()))


def _plain(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(to_json(body), status=status, content_type="application/json")


def plain_refusal(refusal: Refusal) -> HttpResponse:
    """A refusal of a request that never reached a view."""
    body = failure(str(refusal), refusal.code, request_id(), **refusal.facts)
    response = _plain(refusal.status, body)
    if "retry_after" in refusal.facts:
        response["Retry-After"] = str(refusal.facts["retry_after"])
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return plain_failure(TooLarge.status, TooLarge.message, TooLarge.code)
    return plain_failure(400, "The request is malformed.", "malformed")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_failure(403, "You do not have permission to do this.", "forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_failure(404, "Not found.", "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; Django calls this while it handles the exception."""
    error = sys.exception()
    if is_database_away(error):
        structlog.get_logger(__name__).warning("database_away", problem=str(error))
        return plain_refusal(Unavailable(retry_after=1))
    return plain_failure(500, "Something went wrong on our side.", "server_error")
