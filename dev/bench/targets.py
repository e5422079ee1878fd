"""What is measured: a request, the server that answers it, and what it has to reach."""

import json
from dataclasses import dataclass

from dev.bench.filling import Place
from tests.support.signing import access_token_for

CONNECTIONS = 8


@dataclass(frozen=True, kw_only=True)
class Target:
    """`paths` has one path for each connection; `most_sql` is what one request may ask at most.

    Of one that is not `walled`, policies are switched off.
    """

    name: str
    server: str
    paths: list[str]
    body: str = ""
    most_sql: int | None = None
    walled: bool = True

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"

    @property
    def status(self) -> int:
        return 201 if self.body else 200

    def requests(self, place: Place) -> list[str]:
        """As they go over the wire, with a token that is still fresh when it is their turn."""
        lines = ["Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers(place).items())]
        lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        rest = "\r\n".join([*lines, "", self.body])
        return [f"{self.method} {path} HTTP/1.1\r\n{rest}" for path in self.paths]


def headers(place: Place) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token_for(place.member)}"}


def list_path(place: Place) -> str:
    return f"/api/projects/{place.projects[0].pk}/tasks?limit=50"


def targets(place: Place, task: str) -> list[Target]:
    """The list is that of the first project; new tasks go into the others, a connection each."""
    page = [list_path(place)] * CONNECTIONS
    # A project numbers its tasks one after the other; one for all would measure that lock.
    homes = [f"/api/projects/{project.pk}/tasks" for project in place.projects[1:][:CONNECTIONS]]
    wish = {"title": "Measure", "assignee": str(place.colleague.pk), "due_date": "2026-12-24"}
    one = [f"/api/tasks/{task}"] * CONNECTIONS
    me = ["/api/auth/me"] * CONNECTIONS
    return [
        Target(name="list 50", server="gantry", paths=page, most_sql=6),
        Target(name="without RLS", server="gantry", paths=page, walled=False),
        Target(name="task", server="gantry", paths=one),
        Target(
            name="create task", server="gantry", paths=homes, body=json.dumps(wish), most_sql=20
        ),
        Target(name="me", server="gantry", paths=me),
        Target(name="bare list 50", server="bare", paths=page, walled=False),
        Target(name="naive list 50", server="naive", paths=page, walled=False),
    ]
