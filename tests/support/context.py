"""Who the tests are to PostgreSQL: the system, except while they ask over HTTP.

Test bodies prepare and check worlds in every workspace. A request begins without a context, as it
does on a server, and has to open its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

AS_SYSTEM = "-c gantry.system=tests"
"""Options of a connection past Django, which no receiver below hears of."""
SYSTEM = b"SET gantry.system = 'tests'; SET gantry.workspaces = ''"
NOBODY = b"SET gantry.system = ''; SET gantry.workspaces = ''"
_thread = local()


class AsOnAServer:
    """Middleware in front of all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with without_context():
            return self.get_response(request)


@contextmanager
def without_context() -> Iterator[None]:
    """What runs in the block is nobody, until it says who it is."""
    _thread.is_nobody = True
    _say(NOBODY)
    try:
        yield
    finally:
        _thread.is_nobody = False
        _say(SYSTEM)


def _say(sql: bytes) -> None:
    # Past Django, which would count it as a query of the request, and past the cursors of psycopg,
    # because every request of the suite says it twice.
    if (raw := connection.connection) is None:
        return
    if raw.pgconn.transaction_status != TransactionStatus.INTRANS:
        raw.execute(sql)  # begins the transaction, at whose end it is forgotten
    elif (result := raw.pgconn.exec_(sql)).status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)


def _enter(connection: Any, **named: Any) -> None:
    is_nobody = getattr(_thread, "is_nobody", False)
    if connection.alias == DEFAULT_DB_ALIAS and not is_nobody:
        connection.connection.execute(SYSTEM)


connection_created.connect(_enter, dispatch_uid="tests")
