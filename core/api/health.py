"""Health endpoints for probes and older clients, whose bodies have no envelope."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.envelope import WithoutEnvelope
from core.api.permissions import Anyone
from core.api.renderers import EnvelopeRenderer, FrontPageRenderer
from core.readiness import problems

PROBE_SECONDS = 0.5
DATABASE_SECONDS = 1.0
"""How long the database may take to answer before it counts as down."""
STATES = ("ok", "degraded", "down")
PARTS = ("up", "down")
FIELDS: dict[str, Callable[[], serializers.Field[Any, Any, Any, Any]]] = {
    "status": lambda: serializers.ChoiceField(STATES),
    "database": lambda: serializers.ChoiceField(PARTS),
    "redis": lambda: serializers.ChoiceField(PARTS),
    "time": serializers.DateTimeField,
    "mail": lambda: serializers.CharField(required=False),
}
"""The fields of health bodies in the OpenAPI document; keys that are not here are text."""
Get = TypeVar("Get", bound=Callable[..., Response])


def _described(name: str, *keys: str, statuses: Sequence[int] = (200,)) -> Callable[[Get], Get]:
    fields: Any = {key: FIELDS.get(key, serializers.CharField)() for key in keys}
    body = inline_serializer(name, fields)
    described: Callable[[Get], Get] = extend_schema(
        tags=["health"], operation_id=name.lower(), responses=dict.fromkeys(statuses, body)
    )
    return described


class Probe(APIView):
    """Public; credentials are ignored."""

    authentication_classes = ()
    permission_classes = (Anyone,)
    without_envelope = True


class Root(Probe):
    """Exact JSON for programs; a page for whoever asks for `text/html`, as browsers do."""

    renderer_classes = (EnvelopeRenderer, FrontPageRenderer)

    @_described("Greeting", "message")
    def get(self, request: Request) -> Response:
        return Response(WithoutEnvelope({"message": "Server is running successfully!"}))


class ApiHealth(Probe):
    @_described("Alive", "status")
    def get(self, request: Request) -> Response:
        return Response(WithoutEnvelope({"status": "ok"}))


class Live(Probe):
    @_described("Live", "status")
    def get(self, request: Request) -> Response:
        return Response(WithoutEnvelope({"status": "ok"}))


class Health(Probe):
    @_described("Health", "status", "version", "time")
    def get(self, request: Request) -> Response:
        now = timezone.now().isoformat()
        return Response(WithoutEnvelope({"status": "ok", "version": settings.VERSION, "time": now}))


class Ready(Probe):
    """Ready to serve: PostgreSQL answers. Without Redis or mail the service is degraded, not down.

    `mail` is there only while mail fails, and says why.
    """

    @_described("Readiness", "status", "database", "redis", "mail", statuses=(200, 503))
    def get(self, request: Request) -> Response:
        database, cache = _database.answers(), _redis_answers()
        failing = _problems() if database else {}
        body = {
            "status": "ok"
            if database and cache and not failing
            else "degraded"
            if database
            else "down",
            "database": "up" if database else "down",
            "redis": "up" if cache else "down",
            **failing,
        }
        if database:
            return Response(WithoutEnvelope(body))
        return Response(WithoutEnvelope(body), status=503, headers={"Retry-After": "1"})


class _DatabaseCheck:
    """Queries the database in a separate thread, so that probes do not hang if it hangs."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._guard = Lock()
        self._pending: Future[bool] | None = None

    def answers(self) -> bool:
        """Whether the database answers in time; concurrent probes share one query."""
        with self._guard:
            if self._pending is None or self._pending.done():
                self._pending = self._thread.submit(_database_answers)
            pending = self._pending
        try:
            return pending.result(DATABASE_SECONDS)
        except TimeoutError:
            return False


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        structlog.get_logger(__name__).warning("database_down", error=str(error))
        return False
    finally:
        connection.close()
    return True


_database = _DatabaseCheck()


def _problems() -> dict[str, str]:
    try:
        return {name: f"failing: {reason}" for name, reason in problems().items()}
    except DatabaseError as error:
        structlog.get_logger(__name__).warning("problems_unknown", error=str(error))
        return {}


def _redis_answers() -> bool:
    # Its client takes six megabytes, so it is loaded by name when it is first needed.
    return bool(import_string("core.api.redis_probe.answers")(PROBE_SECONDS))
