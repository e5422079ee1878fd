"""The server of the floors: the product's own bridge and server, with `dev.bench.bare` behind."""

import os
from collections.abc import Callable, Iterable
from typing import Any, cast

from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool

from config.asgi import application, http
from dev.bench.bare import answer

__all__ = ["application"]

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=2,
    max_size=10,
    kwargs={"autocommit": True, "row_factory": namedtuple_row, "prepare_threshold": 3},
    open=True,
)


def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application."""
    with pool.connection() as connection:
        body = answer(connection, environ)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


http.application = cast("Any", respond)
