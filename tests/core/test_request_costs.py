"""No text, list, key, parameter or header makes a request dear: every route, every field."""

import re
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from pytest_django import Settings

from comments.models import Comment
from tests.core.odd_bodies import (
    CONTENTS,
    accepted,
    bodies_too_large,
    leaves,
    replaced,
    sample,
    with_values,
    written,
)
from tests.support.cast import Cast, Client, client_of
from tests.support.costs import Ask, cost, times_as_dear
from tests.support.openapi import operations
from tests.workspaces.inviting import invite, token_of

PLACES = {
    "workspaces": "workspace",
    "workspace": "workspace",
    "workspace_id": "workspace",
    "projects": "project",
    "project": "project",
    "tasks": "task",
    "task": "task",
    "comments": "comment",
    "members": "member",
    "member": "member",
    "invitations": "invitation",
}
LARGEST, LARGEST_FROM_STRANGERS = 1_048_576, 65_536
LONGEST_URL, LONGEST_HEADER = 8000, 16_000
IN_TURN = cycle(("a.", "9", '"', "é"))


@pytest.fixture
def asking(cast: Cast, comment: Comment, settings: Settings) -> Any:
    """Clients of several people, and the ids of what is asked about."""
    settings.CLERK_WEBHOOK_SECRETS = ["whsec_" + "a" * 32]
    invitation = invite(cast)
    ids = {
        "workspace": cast.workspace.pk,
        "project": cast.project.pk,
        "task": comment.task_id,
        "comment": comment.pk,
        "member": cast.max.pk,
        "invitation": invitation.pk,
        "token": token_of(invitation),
    }
    clients = [client_of(who) for who in (cast.lea, cast.ada, cast.max)]
    clients[0].ask("POST", "/api/auth/reauthenticate", {"password": "correct horse"}, status=204)
    return clients, {name: str(value) for name, value in ids.items()}


def filled(path: str, ids: dict[str, str]) -> str:
    """A template with the ids of the cast; `id` after `projects/` is a project's."""

    def id_of(place: re.Match[str]) -> str:
        kind = PLACES.get(place[1]) if place[2] != "token" else "token"
        return f"{place[1]}/{ids.get(kind or '', '1')}"

    return re.sub(r"([\w-]+)/{(\w+)}", id_of, path)


def described_body(operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


class Sending:
    """A request, sent when it is called; its body is written before, which is not its cost."""

    status = 0

    def __init__(self, client: Client, method: str, path: str, text: str, **headers: str) -> None:
        self.client, self.method, self.path = client, method.upper(), path
        self.more: dict[str, Any] = {"content_type": "application/json", "headers": headers}
        self.text = text

    def __call__(self) -> None:
        answer = self.client.generic(self.method, self.path, self.text, **self.more)
        self.status = answer.status_code


def dear_among(odd: Iterator[tuple[str, Ask]], ordinary: Ask) -> dict[str, float]:
    """Those that cost too much, with how many times the ordinary cost."""
    # The first time costs more; both are undone, or a sign-out would end the session of the rest.
    cost(ordinary)
    known = cost(ordinary)
    asked = ((name, times_as_dear(ask, ordinary, known)) for name, ask in odd)
    return {name: times for name, times in asked if times}


REFUSED = (401, 403, 404)
UNFOUND = {
    "/api/projects/{id}/role",
    "/api/unsubscribe/{token}",
    "/api/workspace/add-member",
}
"""What the ordinary body names by an id, or the path by a token, that leads nowhere."""


def asked_by_who_may(clients: list[Client], method: str, path: str, text: str) -> Sending:
    """The request of the first who is not refused before anything is read, if there is one."""
    for client in clients:
        asked = Sending(client, method, path, text)
        cost(asked)
        if asked.status not in REFUSED:
            break
    return asked


class Route(NamedTuple):
    """An operation with a body, and how it is asked."""

    ordinary: Sending
    schema: dict[str, Any]

    def sending(self, text: str) -> Sending:
        return Sending(self.ordinary.client, self.ordinary.method, self.ordinary.path, text)

    def odd_bodies(self, *, is_new: bool) -> Iterator[tuple[str, Ask]]:
        """Where another route has the same body, few of them."""
        body, fields = sample(self.schema), dict(leaves(self.schema))
        for name, values in accepted(fields) if is_new else ():
            together = self.sending(written(with_values(body, values)))
            yield f"{name} everywhere", together
            # One that is refused hides the others.
            for path, value in values.items() if together.status >= 400 else ():
                alone = written(replaced(body, path, value))
                yield f"{'.'.join(path)}={name}", self.sending(alone)
        is_open = self.ordinary.path.startswith("/api/auth/")
        room = (LARGEST_FROM_STRANGERS if is_open else LARGEST) - 1000
        large = bodies_too_large(body, fields, room)
        for name, text in large if is_new else islice(large, 2):
            yield name, self.sending(text)


def test_no_body_is_dear(asking: Any) -> None:
    clients, ids = asking
    dear: dict[str, float] = {}
    unfound: set[str] = set()
    seen: set[str] = set()
    for (method, path), operation in operations().items():
        if (schema := described_body(operation)) is None:
            continue
        text = written(sample(schema))
        ordinary = asked_by_who_may(clients, method, filled(path, ids), text)
        unfound |= {path} if ordinary.status in REFUSED else set()
        odd = Route(ordinary, schema).odd_bodies(is_new=schema["$ref"] not in seen)
        found = dear_among(odd, ordinary)
        dear |= {f"{method} {path} {name}": times for name, times in found.items()}
        seen.add(schema["$ref"])
    assert dear == {}
    assert len(seen) > 35
    assert {path for path in unfound if not path.startswith("/api/auth/")} == UNFOUND


def odd_requests(template: str, operation: dict[str, Any], ids: dict[str, str]) -> Iterator[Any]:
    """(path, headers) with one parameter of the operation as long as it can be."""
    path = filled(template, ids)
    texts = [quote(CONTENTS[name]) * LONGEST_URL for name in ("marks", "addresses", "digits")]
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if parameter["in"] == "path":
            places = re.sub(f"{{{name}}}", "{odd}", template)
            for text in texts:
                yield filled(places, ids).replace("{odd}", text[: LONGEST_URL - 200]), {}
        elif parameter["in"] == "query":
            for text in (*texts, "a," * LONGEST_URL, f"a&{name}=" * LONGEST_URL):
                yield f"{path}?{name}={text[: LONGEST_URL - 200]}", {}
        else:
            # The same code reads it for all routes: they take turns.
            yield path, {name: (next(IN_TURN) * LONGEST_HEADER)[:LONGEST_HEADER]}


def dear_requests(asking: Any, method: str, template: str, operation: Any) -> dict[str, float]:
    clients, ids = asking
    schema = described_body(operation)
    body = "" if schema is None else written(sample(schema))
    ordinary = asked_by_who_may(clients, method, filled(template, ids), body)
    odd = (
        (
            f"{method} {path[:80]} {[*headers]}",
            Sending(ordinary.client, method, path, body, **headers),
        )
        for path, headers in odd_requests(template, operation, ids)
    )
    return dear_among(odd, ordinary)


def test_no_parameter_is_dear(asking: Any) -> None:
    dear: dict[str, float] = {}
    for (method, path), operation in operations().items():
        dear |= dear_requests(asking, method, path, operation)
    assert dear == {}


COMMON = {
    "Accept": "a/b,",
    "Accept-Language": "a,",
    "Authorization": "Bearer a.",
    "Content-Type": "a;b=",
    "Cookie": "a=b;",
    "Forwarded": "for=a,",
    "Host": "a.",
    "If-None-Match": '"a",',
    "Origin": "http://a.",
    "Referer": "http://a/",
    "User-Agent": "a1.",
    "X-Forwarded-For": "1,",
    "X-Request-ID": "a-",
}


@pytest.mark.parametrize(
    "path", ["/livez", "/api/workspaces", "/accounts/login/", "/api/auth/login"]
)
def test_no_header_is_dear(asking: Any, path: str) -> None:
    client = asking[0][0]
    odd = (
        (f"{name} of {size}", Sending(client, "POST", path, "", **{name: (content * size)[:size]}))
        for size in (1000, LONGEST_HEADER, 60_000)
        for name, content in COMMON.items()
        if size < LONGEST_HEADER or name != "Content-Type"
    )
    assert dear_among(odd, Sending(client, "POST", path, "")) == {}
