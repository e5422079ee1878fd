"""The floors of reading: rows from psycopg, dictionaries, orjson; no framework and no rights.

The list and the board are read without sign-in; a task and `me` check the token as the product does
and send the query that opens its requests.
"""

from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from core.context import context_columns
from dev.bench.bare_board import board_of
from dev.bench.bare_documents import COMMENTS, PAGE, TASK, comment_of, me_of, task_of
from identity.services.tokens import read

OPENING = f"""
    SELECT s.session_data, u.*, {context_columns("u.id")}
    FROM django_session s JOIN accounts_user u ON u.id = %s
    WHERE s.session_key = %s AND s.expire_date > now() AND u.is_active AND u.deleted_at IS NULL
"""


def answer(connection: Connection[Any], environ: dict[str, Any]) -> bytes:
    """The body of the answer to a WSGI request, like the product's to three paths."""
    return orjson.dumps({"success": True, "data": _data(connection, environ)})


def _data(connection: Connection[Any], environ: dict[str, Any]) -> Any:
    match environ["PATH_INFO"].split("/")[2:]:
        case ["projects", project, "tasks"]:
            return [task_of(row) for row in connection.execute(PAGE, [project])]
        case ["projects", project, "board"]:
            return board_of(connection, project)
        case ["tasks", task]:
            # The tenant context ends with the transaction.
            with connection.transaction():
                _open(connection, environ)
                return _task(connection, task)
        case _:
            return me_of(_open(connection, environ))


def _open(connection: Connection[Any], environ: dict[str, Any]) -> Any:
    claims = read(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "), "access")
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(OPENING, [claims.person_id, claims.session_key]).fetchone()


def _task(connection: Connection[Any], task: str) -> dict[str, Any]:
    row: Any = connection.execute(TASK, [task]).fetchone()
    document = {**task_of(row), "description_html": row.description_html}
    newest = connection.execute(COMMENTS, [task]).fetchall()
    return {**document, "comments": [comment_of(row) for row in reversed(newest)]}
