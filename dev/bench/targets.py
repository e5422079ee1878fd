"""The measured targets: a request, its server, and the most SQL statements it may need."""

import json
from dataclasses import dataclass, replace

from dev.bench.filling import Dataset
from dev.bench.serving import BEFORE
from tests.support.signing import access_token_for

CONNECTIONS = 8
EARLIER = " before"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is measured: `paths` has a path per connection, `most_sql` the most SQL statements.

    `has_policies` says whether row-level security is on while it is measured.
    """

    name: str
    server: str
    paths: list[str]
    body: str = ""
    most_sql: int | None = None
    has_policies: bool = True

    @property
    def is_product(self) -> bool:
        """Whether it is the product as it runs, and not a comparison."""
        return self.server == "gantry" and self.has_policies

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"

    @property
    def status(self) -> int:
        return 201 if self.body else 200

    def requests(self, dataset: Dataset) -> list[str]:
        """The HTTP requests as text, with a new token: one made at the start would expire."""
        lines = [
            "Host: 127.0.0.1",
            *(f"{name}: {value}" for name, value in headers(dataset).items()),
        ]
        lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        rest = "\r\n".join([*lines, "", self.body])
        return [f"{self.method} {path} HTTP/1.1\r\n{rest}" for path in self.paths]


def earlier(target: Target) -> Target:
    """The same, asked of the earlier commit."""
    return replace(target, name=f"{target.name}{EARLIER}", server=BEFORE, most_sql=None)


def headers(dataset: Dataset) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token_for(dataset.member)}"}


def list_path(dataset: Dataset) -> str:
    return f"/api/projects/{dataset.projects[0].pk}/tasks?limit=50"


def targets(dataset: Dataset, task: str, talked_about: str) -> list[Target]:
    """All targets. Lists are of the first project; new tasks go to others, one per connection.

    Comments go to another task than the one that is read, which they would make longer.
    """
    page = [list_path(dataset)] * CONNECTIONS
    # Creating a task locks the counter of its project; with one project that lock is measured.
    paths = [f"/api/projects/{project.pk}/tasks" for project in dataset.projects[1:][:CONNECTIONS]]
    body = {"title": "Measure", "assignee": str(dataset.colleague.pk), "due_date": "2026-12-24"}
    one = [f"/api/tasks/{task}"] * CONNECTIONS
    me = ["/api/auth/me"] * CONNECTIONS
    return [
        Target(name="list 50", server="gantry", paths=page, most_sql=6),
        Target(name="without RLS", server="gantry", paths=page, has_policies=False),
        Target(name="task", server="gantry", paths=one),
        Target(
            name="create task", server="gantry", paths=paths, body=json.dumps(body), most_sql=20
        ),
        Target(
            name="comment",
            server="gantry",
            paths=[f"/api/tasks/{talked_about}/comments"] * CONNECTIONS,
            body=json.dumps({"message": "Measured."}),
        ),
        Target(name="me", server="gantry", paths=me),
        Target(name="bare list 50", server="bare", paths=page, has_policies=False),
        Target(name="naive list 50", server="naive", paths=page, has_policies=False),
    ]
