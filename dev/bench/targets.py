"""The measured lines: what is asked of which server."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from dev.bench.filling import SEARCHED, Dataset
from dev.bench.many import REFERENCE, Many
from dev.bench.serving import BEFORE, EXPRESS
from projects.models import Project
from tests.support.signing import access_token_for

CONNECTIONS = 8
EARLIER = " before"
COMMON_FILTERS = ("status=DONE", "assignee=me", "priority=HIGH", "overdue=true", "label=often")
"""What lists of large projects are filtered by; each matches one task of twenty or more."""
RAW = "raw"
"""The statements of a request, sent without a server."""
Headers = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A line of the table. Each connection repeats its own requests: a path, and bodies in turn.

    `statuses` are those expected, `tag_of` a path whose ETag is sent as `If-None-Match`,
    `has_policies` says whether row-level security is on, `is_old` whether the earlier commit is
    measured as well.
    """

    name: str
    server: str = "gantry"
    paths: list[str]
    bodies: tuple[str, ...] = ("",)
    statuses: tuple[int, ...] = (200,)
    headers: Callable[[], Headers]
    tag_of: str = ""
    has_policies: bool = True
    is_old: bool = False

    @property
    def method(self) -> str:
        return "POST" if self.bodies[0] else "GET"

    def requests(self, tag: str = "") -> list[list[str]]:
        """The HTTP requests of each connection, with a new token: one of the start would expire."""
        named = {"Host": "127.0.0.1", **self.headers(), "Content-Type": "application/json"}
        if self.tag_of:
            named["If-None-Match"] = tag or '"none"'
        lines = "\r\n".join(f"{name}: {value}" for name, value in named.items())
        parts = [f"{lines}\r\nContent-Length: {len(body)}\r\n\r\n{body}" for body in self.bodies]
        return [
            [f"{self.method} {path} HTTP/1.1\r\n{part}" for part in parts] for path in self.paths
        ]


def earlier(target: Target) -> Target:
    """The same, asked of the earlier commit."""
    return replace(target, name=f"{target.name}{EARLIER}", server=BEFORE, is_old=False)


def headers(dataset: Dataset) -> Headers:
    return {"Authorization": f"Bearer {access_token_for(dataset.member)}"}


def written(dataset: Dataset) -> list[Project]:
    """The projects to which requests write, one for each connection."""
    return dataset.projects[1:][:CONNECTIONS]


def board_path(dataset: Dataset) -> str:
    return f"/api/projects/{dataset.board.pk}/board?limit=200"


def list_path(dataset: Dataset) -> str:
    return f"/api/projects/{dataset.projects[0].pk}/tasks?limit=50"


def reading(dataset: Dataset, task: str) -> list[Target]:
    """Lists of the first project, one task and a profile, with their floors."""
    signed = partial(headers, dataset)
    page, one = [list_path(dataset)] * CONNECTIONS, [f"/api/tasks/{task}"] * CONNECTIONS
    me = ["/api/auth/me"] * CONNECTIONS
    return [
        Target(name="list 50", paths=page, headers=signed, is_old=True),
        Target(
            name="unchanged list",
            paths=page,
            tag_of=page[0],
            statuses=(200, 304),
            headers=signed,
        ),
        Target(
            name="filtered list",
            paths=[f"{page[0]}&status=TODO&priority=MEDIUM"] * CONNECTIONS,
            headers=signed,
            is_old=True,
        ),
        Target(name="without RLS", paths=page, headers=signed, has_policies=False),
        Target(name="bare list 50", server="bare", paths=page, headers=signed, has_policies=False),
        Target(
            name="naive list 50", server="naive", paths=page, headers=signed, has_policies=False
        ),
        Target(name="task", paths=one, headers=signed, is_old=True),
        Target(name="bare task", server="bare", paths=one, headers=signed),
        Target(name="me", paths=me, headers=signed, is_old=True),
        Target(name="bare me", server="bare", paths=me, headers=signed),
    ]


def overviews(dataset: Dataset) -> list[Target]:
    """The board of a project, with its floor, searches for what few or many tasks say, numbers."""
    signed = partial(headers, dataset)
    board = [board_path(dataset)] * CONNECTIONS
    many, few = (quote(words.rstrip(".").lower()) for words in SEARCHED)
    found = "/api/tasks/search?limit=50&q={}".format
    stats = f"/api/dashboard/stats?workspace={dataset.board.workspace_id}"
    return [
        Target(name="board of 1,000", paths=board, headers=signed),
        Target(name="bare board", server="bare", paths=board, headers=signed, has_policies=False),
        Target(name="search of 100", paths=[found(few)] * CONNECTIONS, headers=signed),
        Target(name="search of a tenth", paths=[found(many)] * CONNECTIONS, headers=signed),
        Target(name="dashboard", paths=[stats] * CONNECTIONS, headers=signed),
    ]


def writing(dataset: Dataset, talked_about: str) -> list[Target]:
    """Tasks of other projects than the one listed, one for each connection; a floor for `create`.

    Creating locks the counter of a project; with one project that lock would be measured. Comments
    go to another task than the one that is read, which they would make longer.
    """
    signed = partial(headers, dataset)
    new = {"title": "Measure", "assignee": str(dataset.colleague.pk), "due_date": "2026-12-24"}
    return [
        Target(
            name="create task",
            paths=[f"/api/projects/{project.pk}/tasks" for project in written(dataset)],
            bodies=(json.dumps(new),),
            statuses=(201,),
            headers=signed,
            is_old=True,
        ),
        Target(name="raw create", server=RAW, paths=[], headers=signed),
        Target(
            name="comment",
            paths=[f"/api/tasks/{talked_about}/comments"] * CONNECTIONS,
            bodies=(json.dumps({"message": "Measured."}),),
            statuses=(201,),
            headers=signed,
            is_old=True,
        ),
    ]


def moving(dataset: Dataset, stepping: list[str], placed: list[str]) -> list[Target]:
    """Tasks that step to another column and back, others that change their place in one.

    Choosing a place locks the counter of a project as well, so each of `placed` is in another one.
    """
    signed = partial(headers, dataset)
    return [
        Target(
            name="transition",
            paths=[f"/api/tasks/{task}/transition" for task in stepping],
            bodies=tuple(json.dumps({"status": key}) for key in ("IN_PROGRESS", "TODO")),
            headers=signed,
            is_old=True,
        ),
        Target(
            name="move",
            paths=[f"/api/tasks/{task}/move" for task in placed],
            bodies=tuple(json.dumps({"order": place}) for place in (10, 0)),
            headers=signed,
        ),
    ]


def in_bulk(dataset: Dataset, tasks: list[str]) -> Target:
    """These tasks get another priority at once; by one connection, as others would wait for it."""
    changes = ({"priority": value} for value in ("HIGH", "LOW"))
    return Target(
        name="bulk of 100",
        paths=["/api/tasks/bulk"],
        bodies=tuple(json.dumps({"task_ids": tasks, "changes": each}) for each in changes),
        headers=partial(headers, dataset),
    )


def in_large_projects(many: Many, deep: str) -> list[Target]:
    """The first page of a project of 10,000 tasks and of the largest one, and its last page.

    With common filters as well, where there is a larger one; and the dashboard of the largest.
    """

    def signed() -> Headers:
        return {"Authorization": f"Bearer {access_token_for(many.people.common)}"}

    def first(size: int, project: Project, query: str) -> Target:
        path = f"/api/projects/{project.pk}/tasks?limit=50{query and '&'}{query}"
        name = f"{query or 'list'} of {size:,}"
        return Target(name=name, paths=[path] * CONNECTIONS, headers=signed)

    lines = [first(REFERENCE, many.reference, "")]
    if many.largest != many.reference:
        lines = [
            first(size, project, query)
            for query in ("", *COMMON_FILTERS)
            for size, project in ((REFERENCE, many.reference), (many.size, many.largest))
        ]
    dashboard = [f"/api/projects/{many.largest.pk}/dashboard"] * CONNECTIONS
    lines.append(Target(name="large dashboard", paths=dashboard, headers=signed))
    return [*lines, Target(name="deep page", paths=[deep] * CONNECTIONS, headers=signed)]


def express(dataset: Dataset) -> Target:
    page = [list_path(dataset)] * CONNECTIONS
    return Target(
        name="express list 50", server=EXPRESS, paths=page, headers=dict, has_policies=False
    )
