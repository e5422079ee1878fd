"""`manage.py measure_locks`: writes per second of many people in one project."""

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
from dev.bench.serving import wait_until_it_listens
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.signing import access_token_for
from workspaces.models import Membership
from workspaces.services.workspaces import create_workspace

WRITERS = 50
COUNT = 8
ROUNDS = 3
"""The number of measured rounds, which follow one for warming up."""


class Command(BaseCommand):
    help = "Measure how fast fifty people create tasks and comment in one project."

    def handle(self, *args: Any, **options: Any) -> None:
        task, people = _fill()
        requests = [_request(task, person, n) for n, person in enumerate(people)]
        port = local.free_port()
        command = processes.Command(
            "web",
            [*programs.web().argv, f"--port={port}"],
            env={"DJANGO_SETTINGS_MODULE": "config.settings.production"},
        )
        log = local.DATA_DIR / "web.log"
        with log.open("wb") as written:
            process = processes.start(command, written)
            try:
                wait_until_it_listens(process, port, log)
                rounds = [_round(port, requests) for _ in range(ROUNDS + 1)][1:]
            finally:
                processes.stop(process, command)
        seconds = median(one["seconds"] for one in rounds)
        refused = sum(one["refused"] for one in rounds)
        rate = WRITERS * COUNT / seconds
        told = f"{WRITERS * COUNT} writes of {WRITERS} people in one project"
        self.stdout.write(f"{told}: {seconds:.2f} s, {rate:.0f} a second, {refused} times 503")


@as_system("filling the benchmark")
def _fill() -> tuple[Task, list[User]]:
    people = User.objects.bulk_create(
        User(email=f"person-{n}@example.com", name=f"Person {n}", password="!")
        for n in range(WRITERS)
    )
    owner = Actor(user=people[0])
    workspace = create_workspace(actor=owner, name="Locks")
    Membership.objects.bulk_create(Membership(workspace=workspace, user=one) for one in people[1:])
    project = create_project(
        actor=owner, workspace=workspace, name="Everybody's", team_members=people
    )
    task = create_task(actor=owner, project=project, title="Talked about by everybody")
    return task, people


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
