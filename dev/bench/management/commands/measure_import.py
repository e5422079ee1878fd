"""`manage.py measure_import`: rows of a file a second, memory, and how others fare meanwhile."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from config import local, processes, programs
from core.actor import Actor
from core.context import as_system
from dev.bench.goals import IMPORT_MEMORY, IMPORT_SLOWER, IMPORTED_A_SECOND, Figure
from dev.bench.processor import mebibytes_of
from dev.bench.serving import UNLIMITED, started
from imports.services.files import upload_import_file
from jobs.models import UNFINISHED, Job
from jobs.services.submission import submit_job
from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tests.support.signing import access_token_for
from workspaces.services.workspaces import add_member, create_workspace

BEFORE = 15.0
"""Seconds for which others are measured alone."""
IDLE = 2.0
PRODUCT = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}
STATUSES = ("To do", "In progress", "Done")
Waits = dict[str, list[float]]


class Command(BaseCommand):
    help = "Measure how fast a CSV file is imported, and how much slower others are meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows", type=int, default=100_000)

    def handle(self, *args: Any, rows: int, **options: Any) -> None:
        leader, imported, others = _fill()
        port = local.free_port()
        argv = [*programs.web().argv, f"--port={port}"]
        web = processes.Command("web", argv, env=PRODUCT | UNLIMITED)
        with started(web, port), (local.DATA_DIR / "jobs.log").open("wb") as log:
            other = _Other(port, leader, others)
            other.work(lambda: False, seconds=IDLE)  # for warming up
            alone = other.work(lambda: False, seconds=BEFORE)
            command = processes.Command("jobs", [sys.executable, "-m", "dev.bench.job_worker"])
            worker = processes.start(command, log)
            try:
                time.sleep(IDLE)
                figures = self._import(worker.pid, other, alone, _submitted(leader, imported, rows))
            finally:
                processes.stop(worker, command)
        for figure in figures:
            self.stdout.write(str(figure))
        if not all(figure.is_reached for figure in figures):
            raise SystemExit(1)

    def _import(self, worker: int, other: "_Other", alone: Waits, job: Job) -> list[Figure]:
        idle, sizes, begun = mebibytes_of(worker), [0.0], time.monotonic()

        def is_over() -> bool:
            sizes.append(mebibytes_of(worker))
            with as_system("measuring"):
                job.refresh_from_db()
            return job.state not in UNFINISHED

        during = other.work(is_over)
        seconds = time.monotonic() - begun
        if job.result is None:
            raise SystemExit(f"The job has ended as {job.state}: {job.error}")
        rate = job.result["tasks"] / seconds
        return [
            Figure("rows imported", rate, "a second", least=IMPORTED_A_SECOND),
            Figure("worker above idle", max(sizes) - idle, "MiB", most=IMPORT_MEMORY),
            *_slower(alone, during),
        ]


class _Other:
    """Somebody who lists and creates tasks in another project of the workspace."""

    def __init__(self, port: int, person: User, project: Project) -> None:
        self.connection = HTTPConnection("127.0.0.1", port)
        self.path = f"/api/projects/{project.pk}/tasks"
        self.person = person
        self.headers = {"Content-Type": "application/json"}

    def work(self, is_over: Callable[[], bool], *, seconds: float = 3600) -> Waits:
        """The milliseconds that answers took, until it is over."""
        waits: Waits = {"list": [], "create": []}
        until = time.monotonic() + seconds
        while not is_over() and time.monotonic() < until:
            # A token lasts five minutes.
            self.headers["Authorization"] = f"Bearer {access_token_for(self.person)}"
            for _ in range(5):
                waits["list"].append(self._ask("GET", f"{self.path}?limit=50"))
                body = json.dumps({"title": "Measure"})
                waits["create"].append(self._ask("POST", self.path, body))
                time.sleep(0.02)
        return waits

    def _ask(self, method: str, path: str, body: str | None = None) -> float:
        start = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(content.decode())
        return (time.perf_counter() - start) * 1000


def _slower(alone: Waits, during: Waits) -> Iterator[Figure]:
    for name in alone:
        before, meanwhile = _p95(alone[name]), _p95(during[name])
        yield Figure(f"{name} alone, p95", before, "ms")
        yield Figure(f"{name} meanwhile, p95", meanwhile, "ms")
        yield Figure(f"{name} meanwhile", meanwhile / before, "x", most=IMPORT_SLOWER)


def _p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20, method="inclusive")[18]


@as_system("filling the benchmark")
def _fill() -> tuple[User, Project, Project]:
    """Who imports, the project they import into, and another one; both have the same members."""
    people = [
        User.objects.create_user(f"person{n}@example.com", name=f"Person {n}") for n in range(20)
    ]
    leader = Actor(user=people[0])
    workspace = create_workspace(actor=leader, name="Harbour")
    for each in people[1:]:
        add_member(actor=leader, workspace=workspace, email=each.email, role="MEMBER")
    ark, raft = (
        create_project(actor=leader, workspace=workspace, name=name, team_lead=people[0])
        for name in ("Ark", "Raft")
    )
    for project in (ark, raft):
        for each in people[1:]:
            add_project_member(actor=leader, project=project, person=each)
    return people[0], ark, raft


@as_system("filling the benchmark")
def _submitted(person: User, project: Project, rows: int) -> Job:
    actor = Actor(user=person)
    with TemporaryFile() as content:
        _write(content, rows)
        file = upload_import_file(
            actor=actor, workspace=project.workspace, file_name="tasks.csv", content=content
        )
    payload = {"file_id": str(file.pk), "source": "csv", "project_id": str(project.pk)}
    job, _ = submit_job(actor=actor, kind="import", payload=payload, workspace=project.workspace)
    return job


def _write(content: IO[bytes], rows: int) -> None:
    content.write(b"id,title,description,status,priority,assignee,labels,due date\n")
    for n in range(rows):
        words = f"Some words about what is to be done in task {n}, and why it matters."
        who = f"person{n % 30}@example.com" if n % 3 else ""
        row = f'K-{n},Task {n} of many,"{words}",{STATUSES[n % 3]},High,{who},label{n % 50}'
        content.write(f"{row},2031-{1 + n % 12:02}-{1 + n % 28:02}\n".encode())
