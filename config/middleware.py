"""What every request and answer passes through, whichever app serves it."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from django.middleware.common import CommonMiddleware
from django.utils.functional import SimpleLazyObject
from uuid_utils import uuid7

from config.start_check import is_probe
from core.api.errors import is_database_away, plain_refusal
from core.errors import Unavailable
from core.lock_waits import RUN

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

    from core.lock_waits import Run

    Next = Callable[[HttpRequest], HttpResponse]

REFUSAL = "gantry.refusal"
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
LONGEST_PATH = 1000
"""Characters of a path that are worth a line of log."""
FILES = "/static/"
ROUTINE_PATH = "/livez"
"""Asked every few seconds by what restarts a hanging server."""
SLASHED = ("/admin", "/accounts")
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'{further}"
)
ORDINARY_PAGE = PAGE_POLICY.format(scripts="", further="")
# By the beginning of the path; no page needs scripts that stand in itself.
OTHER_PAGES = {
    # Alpine, which the admin's look is made with, compiles the expressions of its attributes.
    "/admin/": PAGE_POLICY.format(scripts=" 'unsafe-eval'", further=""),
    # Its search runs in a worker that it writes itself.
    "/api/redoc": PAGE_POLICY.format(scripts="", further="; worker-src blob:"),
}
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestLog:
    """An id and one line of log for every request.

    The id is the caller's own where it is harmless in a log, else a new one.
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
            return response  # it will be served, and told of, later
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
    """Who asked, if the request has found out; looking would cost a query."""
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
    """What a page may load and run."""
    special = (policy for start, policy in OTHER_PAGES.items() if path.startswith(start))
    return next(special, ORDINARY_PAGE)


class RefusedBody:
    """Answer requests whose body was not accepted; `config.bridge` put the reason there."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = request.META.get(REFUSAL)
        return plain_refusal(refusal) if refusal else self.get_response(request)


class DatabaseAway:
    """Answer 503 for any view, page or not, whose database could not do its part.

    What fails outside of views comes to `core.api.errors.server_error`.
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


class Common(CommonMiddleware):
    """Does not check the Host of probes, which are sent to an address, whatever its name."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if is_probe(request.path_info) else super().process_request(request)


class OptionalSlash:
    """Serve `/api/tasks/` as `/api/tasks`; pages of Django and allauth keep their slash."""

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
