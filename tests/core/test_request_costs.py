"""No text, list, key, parameter or header makes a request dear: every route, every field."""

import re
from collections.abc import Iterator
from itertools import count, cycle
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import resolve
from pytest_django import Settings

from calendars.services.feeds import add_feed
from comments.models import Comment
from imports.services.files import begin_import_file
from notifications.models import Notification
from reports.services.schedules import add_schedule
from tasks.models import Relation
from tasks.services.labels import add_label
from tasks.services.saved_filters import save_filter
from tests.core.odd_bodies import (
    CONTENTS,
    Path,
    accepted,
    bodies_too_large,
    codes_of,
    fields_too_large,
    leaves,
    sample,
    with_values,
    written,
)
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.costs import Ask, cost, dear_among
from tests.support.factories import AttachmentFactory
from tests.support.openapi import operations
from tests.support.relations import block, some_tasks
from tests.webhooks.hooks import hook_to
from tests.workspaces.inviting import invite, token_of

PLACES = {
    "workspaces": "workspace",
    "workspace": "workspace",
    "workspace_id": "workspace",
    "projects": "project",
    "project": "project",
    "tasks": "task",
    "task": "task",
    "statuses": "column",
    "relations": "relation",
    "dependencies": "blocker",
    "labels": "label",
    "comments": "comment",
    "reactions": "emoji",
    "filters": "filter",
    "attachments": "attachment",
    "files": "attachment",
    "watchers": "member",
    "events": "event",
    "notifications": "notification",
    "members": "member",
    "member": "member",
    "invitations": "invitation",
    "webhooks": "webhook",
    "jobs": "job",
    "import-files": "import_file",
    "calendar": "token",
    "calendar-feeds": "feed",
    "report-schedules": "schedule",
}
LARGEST, LARGEST_FROM_STRANGERS = 1_048_576, 65_536
LONGEST_URL, LONGEST_HEADER = 8000, 16_000
IN_TURN = cycle(("a.", "9", '"', "é"))
TURNS = count()


@pytest.fixture
def asking(cast: Cast, comment: Comment, settings: Settings) -> Any:
    """Clients of several people, and the ids of what is asked about."""
    settings.CLERK_WEBHOOK_SECRETS = ["whsec_" + "a" * 32]
    invitation = invite(cast)
    [blocker] = some_tasks(cast, 1)
    block(cast, blocker, comment.task)
    ids = {
        "workspace": cast.workspace.pk,
        "project": cast.project.pk,
        "column": cast.project.statuses.get(key="IN_PROGRESS").pk,
        "label": add_label(actor=by(cast.lea), project=cast.project, name="Red").pk,
        "task": comment.task_id,
        "comment": comment.pk,
        "emoji": "🎉",
        "relation": Relation.objects.get().pk,
        "blocker": blocker.pk,
        "filter": save_filter(
            actor=by(cast.lea), project=cast.project, name="Late", parameters={}
        ).pk,
        "attachment": AttachmentFactory.create(task=comment.task, thumbnail_key="a/b").pk,
        "member": cast.max.pk,
        "notification": Notification.objects.filter(recipient=cast.lea).latest("created_at").pk,
        "invitation": invitation.pk,
        "webhook": hook_to(cast, "https://hooks.example.com/").webhook.pk,
        "feed": add_feed(actor=by(cast.lea))[0].pk,
        "schedule": add_schedule(actor=by(cast.lea), workspace=cast.workspace, what="burndown").pk,
        "import_file": begin_import_file(
            actor=by(cast.lea), workspace=cast.workspace, file_name="tasks.csv", size=9
        ).pk,
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

    answer: Any = None

    def __init__(self, client: Client, method: str, path: str, text: str, **headers: str) -> None:
        self.client, self.method, self.path = client, method.upper(), path
        self.more: dict[str, Any] = {"content_type": "application/json", "headers": headers}
        self.text = text

    def __call__(self) -> None:
        self.answer = self.client.generic(self.method, self.path, self.text, **self.more)

    @property
    def status(self) -> int:
        return int(self.answer.status_code)

    @property
    def refusal(self) -> dict[str, Any]:
        """What the last answer said, if it refused."""
        is_told = self.status >= 400 and "json" in self.answer["Content-Type"]
        told: dict[str, Any] = self.answer.json() if is_told else {}
        return {"status": self.status, **told, "request_id": None}

    def refuses(self, path: Path) -> bool:
        """Whether the last answer named this field, what is in it or what it is in."""
        name = f"{'.'.join(path)}."
        named = [f"{known}." for known in self.refusal.get("errors") or ()]
        return any(known.startswith(name) or name.startswith(known) for known in named)


REFUSED = (401, 403, 404)
UNFOUND = {
    "/api/notifications/unsubscribe/{token}",
    "/api/projects/{id}/role",
    "/api/unsubscribe/{token}",
    "/api/workspace/add-member",
}
"""What the ordinary body names by an id, or the path by a token, that leads nowhere."""


def asked_by_who_may(clients: list[Client], method: str, path: str, text: str) -> Sending:
    """The request of the first who is not refused before anything is read, if there is one."""
    for client in clients:
        asked = Sending(client, method, path, text)
        # The first time costs more, and is not what it is compared with.
        cost(asked)
        if asked.status not in REFUSED:
            break
    return asked


def in_turn(tried: list[Any], turn: int, *, are_all_new: bool) -> list[Any]:
    """All of them, or the one whose turn it is where the same code has met the others."""
    return tried if are_all_new else [tried[turn % len(tried)]]


class Route:
    """An operation with a body, and how it is asked."""

    def __init__(self, asking: Any, method: str, template: str, schema: Any) -> None:
        clients, ids = asking
        path = filled(template, ids)
        self.fields: dict[Path, Any] = dict(leaves(schema))
        self.body = sample(schema)
        named = {name: ids.get(name.removesuffix("_id")) for name in self.body if "_id" in name}
        self.body |= {name: known for name, known in named.items() if known}
        asked = self.ordinary = asked_by_who_may(clients, method, path, written(self.body))
        fewer = self.body
        # What names something else that is not there would hide all that comes after.
        while refused := [name for name in fewer if asked.refuses((name,))]:
            fewer = {name: value for name, value in fewer.items() if name not in refused}
            asked = asked_by_who_may(clients, method, path, written(fewer))
        if asked.status < 400:
            self.ordinary, self.body = asked, fewer

    def sending(self, text: str) -> Sending:
        return Sending(self.ordinary.client, self.ordinary.method, self.ordinary.path, text)

    def odd_bodies(self, seen: set[Any]) -> Iterator[tuple[str, Ask]]:
        """Everything in fields that no form had before, and something in turn in all of them."""
        turn, codes = next(TURNS), codes_of(self.fields)
        new = {path: self.fields[path] for path, code in codes.items() if code not in seen}
        taken = [*accepted(self.fields)]
        for name, values in [*accepted(new), *in_turn(taken, turn, are_all_new=not taken)]:
            yield from self.all_taken(name, values)
        is_open = self.ordinary.path.startswith("/api/auth/")
        room = (LARGEST_FROM_STRANGERS if is_open else LARGEST) - 1000
        large = fields_too_large(self.body, self.fields, room)
        around = bodies_too_large(self.body, room)
        for name, text in [
            *in_turn(large, turn, are_all_new=bool(new)),
            *in_turn(around, turn, are_all_new=room not in seen),
        ]:
            yield name, self.sending(text)
        seen |= {*codes.values(), room}

    def all_taken(self, name: str, values: dict[Path, str]) -> Iterator[tuple[str, Ask]]:
        """All fields at once, then without those that were refused, which hide the others."""
        together = self.sending(written(with_values(self.body, values)))
        yield f"{[*map('.'.join, values)]}={name}", together
        # Each alone would be refused as the ordinary body is.
        if together.status < 400 or together.refusal == self.ordinary.refusal:
            return
        paths = [path for path in values if not together.refuses(path)]
        middle = len(paths) // 2 if len(paths) == len(values) else 0
        for part in (paths[:middle], paths[middle:]):
            if 0 < len(part) < len(values):
                yield from self.all_taken(name, {path: values[path] for path in part})


def test_no_body_is_dear(asking: Any) -> None:
    dear: dict[str, float] = {}
    unfound: set[str] = set()
    seen: set[Any] = set()
    for (method, path), operation in operations().items():
        if (schema := described_body(operation)) is None:
            continue
        route = Route(asking, method, path, schema)
        unfound |= {path} if route.ordinary.status in REFUSED else set()
        found = dear_among(route.odd_bodies(seen), route.ordinary)
        dear |= {f"{method} {path} {name}": times for name, times in found.items()}
    assert dear == {}
    assert len(seen) > 35
    assert {path for path in unfound if not path.startswith("/api/auth/")} == UNFOUND


def odd_texts(parameter: dict[str, Any], place: str, seen: set[Any]) -> list[str]:
    """What is tried: everything where a view reads it first, one after the other elsewhere."""
    name, kind = parameter["name"], parameter["in"]
    view = resolve(place).func
    texts = [quote(CONTENTS[name]) for name in ("marks", "addresses", "digits")]
    texts += ["a,", f"a&{name}="] if kind == "query" else ()
    key = (getattr(view, "cls", view), name)
    is_new, turn = key not in seen, next(TURNS)
    seen.add(key)
    if kind == "header":
        # The same code reads it for all that a view does.
        return [next(IN_TURN)] if is_new else []
    return in_turn(texts, turn, are_all_new=is_new)


def odd_requests(
    template: str, operation: dict[str, Any], ids: dict[str, str], seen: set[Any]
) -> Iterator[Any]:
    """(path, headers) with one parameter of the operation as long as it can be."""
    path = filled(template, ids)
    for parameter in operation["parameters"]:
        name = parameter["name"]
        # Before a method is looked at.
        if parameter["in"] == "path" and (template, name) in seen:
            continue
        seen.add((template, name))
        places = filled(re.sub(f"{{{name}}}", "{odd}", template), ids)
        for text in odd_texts(parameter, path, seen):
            if parameter["in"] == "header":
                yield path, {name: (text * LONGEST_HEADER)[:LONGEST_HEADER]}
                continue
            long = (text * LONGEST_URL)[: LONGEST_URL - 200]
            is_query = parameter["in"] == "query"
            yield f"{path}?{name}={long}" if is_query else places.replace("{odd}", long), {}


def dear_requests(
    asking: Any, method: str, template: str, operation: Any, seen: set[Any]
) -> dict[str, float]:
    clients, ids = asking
    if not (requests := [*odd_requests(template, operation, ids, seen)]):
        return {}
    schema = described_body(operation)
    body = "" if schema is None else written(sample(schema))
    ordinary = asked_by_who_may(clients, method, filled(template, ids), body)
    odd = (
        (
            f"{method} {path[:80]} {[*headers]}",
            Sending(ordinary.client, method, path, body, **headers),
        )
        for path, headers in requests
    )
    return dear_among(odd, ordinary)


def test_no_parameter_is_dear(asking: Any) -> None:
    dear: dict[str, float] = {}
    seen: set[Any] = set()
    for (method, path), operation in operations().items():
        if operation.get("parameters"):
            dear |= dear_requests(asking, method, path, operation, seen)
    assert len(seen) > 150
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
