"""Middleware: log, security headers, refused bodies, database failures, trailing slashes."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from django.utils.functional import SimpleLazyObject
from uuid_utils import uuid7

from core.api.errors import is_database_away, plain_refusal
from core.errors import Unavailable
from core.lock_waits import RUN

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from core.lock_waits import Run

    Next = Callable[[HttpRequest], HttpResponse]

REFUSAL = "gantry.refusal"
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
LONGEST_PATH = 1000
"""Most characters of a path in the log."""
FILES = "/static/"
ROUTINE_PATH = "/livez"
"""Requested every few seconds by liveness probes, and therefore logged at DEBUG only."""
SLASHED = ("/admin", "/accounts")
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'{further}"
)
ORDINARY_PAGE = PAGE_POLICY.format(scripts="", further="")
# By the beginning of the path; no page needs inline scripts.
OTHER_PAGES = {
    # The admin's theme uses Alpine.js, which evaluates expressions in attributes.
    "/admin/": PAGE_POLICY.format(scripts=" 'unsafe-eval'", further=""),
    # Redoc's search runs in a web worker that is created from a blob.
    "/api/redoc": PAGE_POLICY.format(scripts="", further="; worker-src blob:"),
}
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestLog:
    """Gives every request an id and logs one line for it.

    The id is that of `X-Request-ID` if it matches SANE_ID, else a new one.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("gantry.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if SANE_ID.fullmatch(given) else str(uuid7())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)
        started = time.perf_counter()
        response = self.get_response(request)
        run: Run | None = request.META.get(RUN)
        if run and run.is_put_off:
            return response  # the request runs again, and is logged then
        is_routine = request.path_info == ROUTINE_PATH and response.status_code == HTTPStatus.OK
        is_file = request.path_info.startswith(FILES)
        tell = self.log.debug if is_routine or is_file else self.log.info
        tell(
            "request",
            method=request.method,
            path=request.path[:LONGEST_PATH],
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
            person=_person(request),
        )
        response["X-Request-ID"] = name
        return response


def _person(request: HttpRequest) -> str | None:
    """The id of the person, None if the user has not been loaded: loading it takes a query."""
    user = vars(request).get("user")
    return None if user is None or isinstance(user, SimpleLazyObject) else str(user.pk)


class SecurityHeaders:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        policy = _page_policy(request.path_info) if is_page else API_POLICY
        response.setdefault("Content-Security-Policy", policy)
        response.setdefault("Permissions-Policy", NO_DEVICES)
        if request.path_info.startswith("/api/"):
            response.setdefault("Cache-Control", "no-store")
        return response


def _page_policy(path: str) -> str:
    """The content security policy of an HTML page."""
    special = (policy for start, policy in OTHER_PAGES.items() if path.startswith(start))
    return next(special, ORDINARY_PAGE)


class RefusedBody:
    """Answers requests whose body was not accepted, with the refusal that `config.bridge` set."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = request.META.get(REFUSAL)
        return plain_refusal(refusal) if refusal else self.get_response(request)


class DatabaseAway:
    """Answers 503 if a view, of the API or of a page, fails because the database is unavailable.

    Failures outside of views are handled by `core.api.errors.server_error`.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_database_away(error):
            return None
        structlog.get_logger(__name__).warning("database_away", problem=str(error))
        return plain_refusal(Unavailable(retry_after=1))


class OptionalSlash:
    """Serves `/api/tasks/` as `/api/tasks`; pages of the admin and allauth keep their slash."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and path != "/" and not self._keeps_slash(path):
            request.path_info = path.rstrip("/") or "/"
            request.path = request.path.rstrip("/") or "/"
        return self.get_response(request)

    def _keeps_slash(self, path: str) -> bool:
        return any(path.startswith(f"{prefix}/") for prefix in SLASHED)
