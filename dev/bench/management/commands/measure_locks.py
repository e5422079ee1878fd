"""`manage.py measure_locks`: writes of fifty people in one project, and in fifty of a workspace."""

import json
import subprocess
import sys
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from config import local, processes, programs
from core.actor import Actor
from core.context import as_system
from dev.bench.serving import started
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.signing import access_token_for
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace

WRITERS = 50
COUNT = 8
ROUNDS = 5
"""The number of measured rounds of each kind, which follow one for warming up."""
LEAST = 0.5
"""The least throughput in one project, as a part of that in fifty."""


class Command(BaseCommand):
    help = "Measure how fast fifty people create tasks and comment in one project, and in fifty."

    def handle(self, *args: Any, **options: Any) -> None:
        people, everybodys, own = _fill()
        kinds = {"one project": [everybodys] * WRITERS, "fifty projects": own}
        port = local.free_port()
        command = processes.Command(
            "web",
            [*programs.web().argv, f"--port={port}"],
            env={"DJANGO_SETTINGS_MODULE": "config.settings.production"},
        )
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
        with started(command, port):
            for number in range(ROUNDS + 1):
                for kind in list(kinds)[:: -1 if number % 2 else 1]:
                    found[kind].append(_round(port, _requests(kinds[kind], people)))
        rates = {kind: self._tell(kind, rounds[1:]) for kind, rounds in found.items()}
        refused = sum(one["refused"] for rounds in found.values() for one in rounds)
        ratio = rates["one project"] / rates["fifty projects"]
        is_reached = ratio >= LEAST and not refused
        word = "ok    " if is_reached else "MISSED"
        self.stdout.write(f"{word}  {ratio:.2f} x, at least {LEAST:g}; {refused} times 503, never")
        if not is_reached:
            raise SystemExit(1)

    def _tell(self, kind: str, rounds: list[dict[str, Any]]) -> float:
        seconds: float = median(one["seconds"] for one in rounds)
        rate = WRITERS * COUNT / seconds
        told = f"{WRITERS * COUNT} writes of {WRITERS} people in {kind}"
        self.stdout.write(f"{told}: {seconds:.2f} s, {rate:.0f} a second")
        return rate


@as_system("filling the benchmark")
def _fill() -> tuple[list[User], Task, list[Task]]:
    """The people, a task of the project they share, and one of a project for each of them."""
    people = User.objects.bulk_create(
        User(email=f"person-{n}@example.com", name=f"Person {n}", password="!")
        for n in range(WRITERS)
    )
    workspace = create_workspace(actor=Actor(user=people[0]), name="Locks")
    Membership.objects.bulk_create(Membership(workspace=workspace, user=one) for one in people[1:])
    tasks = [_task(workspace, people, n) for n in range(WRITERS + 1)]
    return people, tasks[0], tasks[1:]


def _task(workspace: Workspace, people: list[User], number: int) -> Task:
    """A task in a project of its own, of which all are members."""
    owner = Actor(user=people[0])
    project = create_project(
        actor=owner, workspace=workspace, name=f"Project {number}", team_members=people
    )
    return create_task(actor=owner, project=project, title="Talked about")


def _requests(tasks: list[Task], people: list[User]) -> list[str]:
    return [_request(*each, n) for n, each in enumerate(zip(tasks, people, strict=True))]


def _request(task: Task, person: User, number: int) -> str:
    """The request of a person: every other one creates tasks, the others comment on `task`."""
    if number % 2:
        path, body = f"/api/projects/{task.project_id}/tasks", json.dumps({"title": "Measure"})
    else:
        path, body = f"/api/tasks/{task.pk}/comments", json.dumps({"message": "Measured."})
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {access_token_for(person)}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body])


def _round(port: int, requests: list[str]) -> dict[str, Any]:
    work = {"port": port, "requests": requests, "count": COUNT}
    done = subprocess.run(
        [sys.executable, "-m", "dev.bench.writers"],
        input=json.dumps(work).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout))
