"""Tables of rights: a line for every action, a column for every person."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction

from attachments.rights import ATTACHMENT_ABILITIES
from comments.rights import COMMENT_ABILITIES
from core.rights import RIGHTS
from projects.rights import PROJECT_ABILITIES
from tasks.rights import TASK_ABILITIES
from tests.support.cast import Cast, Client, client_of
from workspaces.rights import WORKSPACE_ABILITIES

PEOPLE = ("nobody", "sam", "gus", "moe", "max", "lea", "pia", "ada")
HEADING = re.compile(r"\s*" + r"\s+".join(PEOPLE))

ABILITIES = {
    "workspace": WORKSPACE_ABILITIES,
    "project": PROJECT_ABILITIES,
    "task": TASK_ABILITIES,
    "comment": COMMENT_ABILITIES,
    "attachment": ATTACHMENT_ABILITIES,
}
"""By kind of object."""

BESIDE_THE_TABLE = ("workspace:owner", "invited_address")
"""What may be required that is no right of a role."""

Row = tuple[str, str, dict[str, int]]


def rows(table: str) -> list[Row]:
    """`METHOD /path/{thing} 401 403 …` as (method, path, {person: status})."""
    heading, *lines = filter(None, table.splitlines())
    assert HEADING.fullmatch(heading)
    return [_row(*line.split()) for line in lines]


def check(cast: Cast, table: list[Row], body_for: Callable[[str], Any], **named: Any) -> None:
    """Everybody gets what the table says for the same requests, each on untouched data.

    Rows, or other ids, stand in path and body by their name: `{task}`; people, workspace and
    project always. `body_for` is given the path as it stands in the table.
    """
    ids = {name: getattr(value, "pk", value) for name, value in {**vars(cast), **named}.items()}
    clients = {who: client_of(getattr(cast, who, None)) for who in PEOPLE}
    found = [
        (
            method,
            path,
            {
                who: outcome(client, method, path, body_for(path), ids)
                for who, client in clients.items()
            },
        )
        for method, path, _ in table
    ]
    assert found == table


def filled(body: Any, named: dict[str, object]) -> Any:
    """The body with `{thing}` replaced in its strings."""
    if isinstance(body, dict):
        return {key: filled(value, named) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, named) for value in body]
    return body.format(**named) if isinstance(body, str) else body


def _row(method: str, path: str, *statuses: str) -> Row:
    return method, path, dict(zip(PEOPLE, map(int, statuses), strict=True))


def outcome(client: Client, method: str, path: str, body: Any, named: dict[str, Any]) -> int:
    """The status of the request, whose effects are undone; a refusal says what is missing."""
    sent = "" if body is None else json.dumps(filled(body, named))
    with transaction.atomic():
        response = client.generic(method, path.format(**named), sent, "application/json")
        transaction.set_rollback(True)
    if response.status_code == 403:
        refusal = response.json()
        assert refusal["required"] in {*RIGHTS, *BESIDE_THE_TABLE}
        assert isinstance(refusal["you_have"], list)
    return int(response.status_code)
