"""No text, list, key, parameter or header makes a request dear: every route, every field."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from comments.models import Comment
from tests.support.cast import Cast, Client, client_of
from tests.support.costs import Ask, cost, times_as_dear
from tests.support.openapi import document, operations
from tests.workspaces.inviting import invite, token_of

CONTENTS = {
    "marks": "\u0301\u0316",
    "addresses": "a@",
    "brackets": "((",
    "digits": "99",
    "spaces": " \t",
    "capitals": "aA",
    "dots": "a.",
}
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
ORDINARY = {"email": "new@example.com", "date": "2031-05-01", "uri": "https://example.com/a.png"}
LONGEST = 100
LARGEST, LARGEST_FROM_STRANGERS = 1_048_576, 65_536
LONGEST_URL, LONGEST_HEADER = 8000, 16_000


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references; of alternatives, the one with the longest text."""
    if "$ref" in schema:
        return resolved(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return resolved(schema[several][0])
    return schema


def leaves(schema: dict[str, Any], *path: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every field of a body, however deep, with where it is."""
    schema = resolved(schema)
    if "properties" not in schema:
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from leaves(inner, *path, name)


def sample(schema: dict[str, Any]) -> Any:
    """An ordinary value."""
    schema = resolved(schema)
    if "properties" in schema:
        return {name: sample(inner) for name, inner in schema["properties"].items()}
    if "enum" in schema:
        return schema["enum"][0]
    kinds = {"integer": 1, "boolean": True, "array": [], "number": 1.5}
    kind = schema.get("type", "string")
    return kinds.get(kind[0] if isinstance(kind, list) else kind) or ORDINARY.get(
        schema.get("format", ""), "ordinary"
    )


def replaced(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """The body with another value at this place."""
    if not path:
        return value
    return {**body, path[0]: replaced(body[path[0]], path[1:], value)}


def odd_values(schema: dict[str, Any], room: int) -> Iterator[Any]:
    """The longest that is accepted, and the longest that fits into the body."""
    schema = resolved(schema)
    is_free = "maxLength" in schema and "format" not in schema
    most = schema.get("maxLength", LONGEST)
    for content in list(CONTENTS.values())[: None if is_free else 2]:
        yield (content * most)[:most]
    yield from too_large(room)


def too_large(room: int) -> Iterator[Any]:
    for content in (CONTENTS["marks"], CONTENTS["brackets"]):
        yield content * (room // len(content.encode()) - 500)
    yield ["a@example.com"] * (room // 20)
    yield [["[" * 90]] * (room // 120)


def odd_bodies(
    body: Any, schema: dict[str, Any], room: int, *, is_new: bool
) -> Iterator[tuple[str, Any]]:
    """Each field filled; to what it accepts only where no other route has the same body."""
    for path, leaf in leaves(schema):
        for value in odd_values(leaf, room) if is_new else too_large(room):
            yield f"{'.'.join(path)}={str(value)[:10]}", replaced(body, path, value)
    yield "a long key", {**body, "A" * (room - 9000): 1}
    yield "many keys", {**body, **{f"aB{n}": 1 for n in range(room // 20)}}
    yield "many values", [[]] * (room // 4)


@pytest.fixture
def asking(cast: Cast, comment: Comment, settings: Settings) -> Any:
    """A client, and the ids of what is asked about."""
    settings.CLERK_WEBHOOK_SECRETS = ["whsec_" + "a" * 32]
    invitation = invite(cast)
    ids = {
        "workspace": cast.workspace.pk,
        "project": cast.project.pk,
        "task": comment.task_id,
        "comment": comment.pk,
        "member": cast.moe.pk,
        "invitation": invitation.pk,
        "token": token_of(invitation),
    }
    return client_of(cast.lea), {name: str(value) for name, value in ids.items()}


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


def sending(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Ask:
    """The request, to be sent when it is called: writing its body is not part of its cost."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    kind = "application/json"
    return lambda: client.generic(method.upper(), path, text, content_type=kind, headers=headers)


def dear_among(odd: Iterator[tuple[str, Ask]], ordinary: Ask) -> dict[str, float]:
    """Those that cost too much, with how many times the ordinary cost."""
    ordinary()
    known = cost(ordinary)
    asked = ((name, times_as_dear(ask, ordinary, known)) for name, ask in odd)
    return {name: times for name, times in asked if times}


def dear_bodies(
    asking: Any, method: str, template: str, schema: dict[str, Any], *, is_new: bool
) -> dict[str, float]:
    client, ids = asking
    path, body = filled(template, ids), sample(schema)
    room = LARGEST_FROM_STRANGERS if path.startswith("/api/auth/") else LARGEST
    odd = (
        (f"{method} {template} {name}", sending(client, method, path, odd))
        for name, odd in odd_bodies(body, schema, room - 1000, is_new=is_new)
    )
    return dear_among(odd, sending(client, method, path, body))


def test_no_body_is_dear(asking: Any) -> None:
    asked = {
        (method, path): schema
        for (method, path), operation in operations().items()
        if (schema := described_body(operation)) is not None
    }
    assert len(asked) > 45
    dear: dict[str, float] = {}
    seen: set[str] = set()
    for (method, path), schema in asked.items():
        dear |= dear_bodies(asking, method, path, schema, is_new=schema["$ref"] not in seen)
        seen.add(schema["$ref"])
    assert dear == {}


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
            for content in ("a.", "9", '"', "é"):
                yield path, {name: (content * LONGEST_HEADER)[:LONGEST_HEADER]}


def dear_requests(asking: Any, method: str, template: str, operation: Any) -> dict[str, float]:
    client, ids = asking
    schema = described_body(operation)
    body = None if schema is None else sample(schema)
    odd = (
        (f"{method} {path[:80]} {[*headers]}", sending(client, method, path, body, **headers))
        for path, headers in odd_requests(template, operation, ids)
    )
    return dear_among(odd, sending(client, method, filled(template, ids), body))


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
    client, _ = asking
    odd = (
        (f"{name} of {size}", sending(client, "POST", path, **{name: (content * size)[:size]}))
        for size in (1000, LONGEST_HEADER, 60_000)
        for name, content in COMMON.items()
        if size < LONGEST_HEADER or name != "Content-Type"
    )
    assert dear_among(odd, sending(client, "POST", path)) == {}
