"""The floors of reading: rows from psycopg, dictionaries, orjson; behind the product's own bridge.

No framework and no rights. The list is read without sign-in; a task and `me` check the token as
the product does and send the query that opens its requests.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any, cast

import orjson
from psycopg import Connection
from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool

from config.asgi import application, http
from dev.bench.bare_documents import COMMENTS, PAGE, TASK, comment_of, me_of, task_of
from identity.services.tokens import read

__all__ = ["application"]

OPENING = """
    SELECT s.session_data, u.*, set_config('gantry.system', '', true) AS system,
           set_config('gantry.workspaces', workspaces_of(u.id)::text, true) AS workspaces,
           NULLIF(current_setting('gantry.unopened', true), '')::uuid[] AS unopened
    FROM django_session s JOIN accounts_user u ON u.id = %s
    WHERE s.session_key = %s AND s.expire_date > now() AND u.is_active AND u.deleted_at IS NULL
"""

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=2,
    max_size=10,
    kwargs={"autocommit": True, "row_factory": namedtuple_row, "prepare_threshold": 3},
    open=True,
)


def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application, which answers like the product to three paths."""
    with pool.connection() as connection:
        data = _read(connection, environ)
    body = orjson.dumps({"success": True, "data": data})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _read(connection: Connection[Any], environ: dict[str, Any]) -> Any:
    match environ["PATH_INFO"].split("/")[2:]:
        case ["projects", project, "tasks"]:
            return [task_of(row) for row in connection.execute(PAGE, [project])]
        case ["tasks", task]:
            # The tenant context ends with the transaction.
            with connection.transaction():
                _open(connection, environ)
                return _task(connection, task)
        case _:
            return me_of(_open(connection, environ))


def _open(connection: Connection[Any], environ: dict[str, Any]) -> Any:
    claims = read(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "), "access")
    return connection.execute(OPENING, [claims.person_id, claims.session_key]).fetchone()


def _task(connection: Connection[Any], task: str) -> dict[str, Any]:
    document = task_of(connection.execute(TASK, [task]).fetchone())
    newest = connection.execute(COMMENTS, [task]).fetchall()
    return {**document, "comments": [comment_of(row) for row in reversed(newest)]}


# The product's bridge and server, with another application behind them.
http.application = cast("Any", respond)
