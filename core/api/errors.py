"""DRF's exception handler and Django's error views: all errors are answered in the envelope."""

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
SESSION_TIMEOUTS = ("25P03", "25P04")
"""Idle-in-transaction timeout and transaction timeout, after which PostgreSQL ends the session."""
READ_ONLY = "25006"
"""Read-only transaction, on a standby: another server takes writes, or this one will soon."""
MOST_ERRORS = 100
"""Most fields for which one answer lists errors."""
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
    ObjectDoesNotExist: NotFound,  # deleted between being found and being locked
    PermissionDenied: exceptions.PermissionDenied,
    RequestDataTooBig: TooLarge,
    UnreadablePostError: Unreadable,
    RecursionError: NestedTooDeeply,
    DataError: OutOfRange,
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to the error; None for an unexpected one, which becomes a 500."""
    error = _translated(error)
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, exceptions.APIException):
        return _refused_by_framework(error)
    return None


def request_id() -> str:
    """The id of the current request, which its answer has as `X-Request-ID`."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE that caused a Django database error, None if there is none."""
    return getattr(error.__cause__, "sqlstate", None)


def is_database_away(error: BaseException | None) -> bool:
    """Whether the database is unavailable: unreachable, too busy, read-only, or session ended."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and sqlstate(error) in (*SESSION_TIMEOUTS, READ_ONLY)


def _translated(error: Exception) -> Exception:
    """Exceptions of Django and the database as our own; others unchanged."""
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
    """The first error as one sentence, for clients that show only `message`."""
    field, sentences = next(iter(errors.items()), ("non_field_errors", ["Invalid input."]))
    return sentences[0] if field == "non_field_errors" else f"{field}: {sentences[0]}"


def plain_failure(status: int, message: str, code: str) -> HttpResponse:
    """An error in the envelope, for requests that did not reach a DRF view."""
    return _plain(status, failure(message, code, request_id()))


def _plain(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(to_json(body), status=status, content_type="application/json")


def plain_refusal(refusal: Refusal) -> HttpResponse:
    """A refusal in the envelope, for requests that did not reach a DRF view."""
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
    """The answer to an unexpected exception, which Django is handling while it calls this."""
    error = sys.exception()
    if is_database_away(error):
        structlog.get_logger(__name__).warning("database_away", problem=str(error))
        return plain_refusal(Unavailable(retry_after=1))
    return plain_failure(500, "Something went wrong on our side.", "server_error")
