"""What is asked before the rounds: that all servers show the same, cursors, statements."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from django.test import Client

from core.context import as_system
from dev.bench.filling import Dataset
from dev.bench.many import Many
from dev.bench.policies import switch_policies
from dev.bench.serving import EXPRESS, Server
from dev.bench.targets import Headers, Target, board_path, headers, list_path, written
from identity.services.tokens import read
from projects.models import Project
from tests.support.signing import access_token_for
from tests.support.traffic import Traffic, traffic_of

PREPARED = 6
"""How often a request is sent before it is counted: by then its statements are prepared."""
OURS = {"abilities", "truncated", "labels", "mentions", "subtasks"}
"""Keys that only the product shows: the bare server has no rights, shortens nothing, and reads
a task without its parts."""


def same_tasks(dataset: Dataset, servers: dict[str, Server]) -> list[str]:
    """The ids of the listed tasks, newest first; SystemExit unless all servers show the same."""
    switch_policies(on=False)  # comparisons set no context
    named = headers(dataset)
    pages = {name: get(servers[name], list_path(dataset), named) for name in servers}
    shown = {name: page.get("data", page.get("results")) for name, page in pages.items()}
    ids = [str(task["id"]) for task in shown["gantry"]]
    for name, page in shown.items():
        if len(ids) != 50 or ids != [str(task["id"]) for task in page]:
            raise SystemExit(f"{name} does not list the same fifty tasks.")
    for name in (name for name in ("bare", EXPRESS) if name in servers):
        _compare(name, shown["gantry"][0], shown[name][0])
    for path in (f"/api/tasks/{ids[0]}", "/api/auth/me"):
        ours, bare = (get(servers[name], path, named)["data"] for name in ("gantry", "bare"))
        _compare("bare", ours, bare)
    return ids


def same_board(dataset: Dataset, servers: dict[str, Server]) -> None:
    """SystemExit unless the product and the bare server show the same board."""
    switch_policies(on=False)
    ours, bare = (
        get(servers[name], board_path(dataset), headers(dataset))["data"]
        for name in ("gantry", "bare")
    )
    if ours != bare:
        raise SystemExit("The bare server does not show the same board.")


def newest_of_each(dataset: Dataset, server: Server) -> list[str]:
    """The newest task of each project to which requests write."""
    return [newest(dataset, server, project, 1)[0] for project in written(dataset)]


def newest(dataset: Dataset, server: Server, project: Project, most: int) -> list[str]:
    """The ids of so many tasks of a project."""
    path = f"/api/projects/{project.pk}/tasks?limit={most}"
    return [str(task["id"]) for task in get(server, path, headers(dataset))["data"]]


def last_page(many: Many, server: Server) -> str:
    """The path of the last pages of the largest project, found by walking through it."""
    named = {"Authorization": f"Bearer {access_token_for(many.people.common)}"}
    path = f"/api/projects/{many.largest.pk}/tasks"
    cursor = before = ""
    while cursor is not None:
        asked = f"{path}?limit=200" + (f"&cursor={quote(cursor)}" if cursor else "")
        before, cursor = cursor, get(server, asked, named)["meta"]["next_cursor"]
    return f"{path}?limit=50&cursor={quote(before)}"


def traffic(targets: Iterable[Target]) -> dict[str, Traffic]:
    """Statements and round trips of the product's lines, which this process answers."""
    return {each.name: _traffic(each) for each in targets if each.server == "gantry"}


@as_system("measuring")
def raw_rows(dataset: Dataset) -> dict[str, str]:
    """What the raw statements name; tasks go to the last project, to which no server writes."""
    project = dataset.projects[-1]
    claims = read(access_token_for(dataset.member), "access")
    return {
        "member": str(dataset.member.pk),
        "colleague": str(dataset.colleague.pk),
        "session": claims.session_key,
        "project": str(project.pk),
        "workspace": str(project.workspace_id),
        "status": str(project.statuses.order_by("position")[0].pk),
    }


def get(server: Server, path: str, named: Headers) -> Any:
    with urlopen(Request(f"http://127.0.0.1:{server.port}{path}", headers=named)) as answer:
        return json.load(answer)


def _compare(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    if differing := (ours.keys() - OURS) ^ theirs.keys():
        raise SystemExit(f"The {name} server differs in {', '.join(sorted(differing))}.")


def _traffic(target: Target) -> Traffic:
    switch_policies(on=target.has_policies)
    client = Client(SERVER_NAME="127.0.0.1", headers=target.headers())
    path, turn = target.paths[0], iter(target.bodies * PREPARED)
    tag: dict[str, str] = {}

    def ask() -> None:
        body = next(turn)
        answer = client.generic(target.method, path, body, "application/json", headers=tag)
        if answer.status_code not in target.statuses:
            raise SystemExit(answer.content.decode())
        if target.tag_of and answer.has_header("ETag"):
            tag["If-None-Match"] = answer["ETag"]

    for _ in range(PREPARED - 1):
        ask()
    return traffic_of(ask)
