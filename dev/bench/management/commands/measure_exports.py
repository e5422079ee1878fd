"""`manage.py measure_exports`: how fast tasks are exported and imported again, in what memory."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import User
from attachments.services.uploads import LARGEST
from attachments.storage.chosen import storage
from core.actor import Actor
from core.context import as_system
from dev.bench.processor import mebibytes_of, seconds_of_postgres
from dev.demo.scale import fill_scale
from imports.services.files import upload_import_file
from jobs.models import Job, ResultFile
from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from tasks.models import Task
from workspaces.models import Workspace
from workspaces.services.workspaces import create_workspace

EVERY = 0.02
"""Seconds between two looks at the memory."""


@dataclass
class Spent:
    """MiB in RAM, before and at most, and what processors have run meanwhile."""

    before: float
    peak: float
    own: float = 0.0
    postgres: float = 0.0

    @property
    def spent(self) -> str:
        return (
            f"{self.own:.1f} s of processor time, and {self.postgres:.1f} s of PostgreSQL's;"
            f" memory {self.before:.0f} MiB, at most {self.peak - self.before:.0f} MiB more"
        )


class Command(BaseCommand):
    help = "Measure exports of many tasks, and the import of one of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tasks", type=int, default=100_000)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.create(email="exports@example.com", name="Exports", password="!")
        actor = Actor(user=owner)
        fill_scale(options["tasks"], owner=owner, tell=self._tell)
        with as_system("looking for the filled workspace"):
            workspace = Workspace.objects.get(owner=owner)
        tasks = {"what": "tasks"}
        for payload in (
            {**tasks, "format": "csv", "columns": ["key", "title"]},  # loads what is needed
            {**tasks, "format": "csv"},
            {**tasks, "format": "xlsx"},
            {"what": "workspace", "format": "jsonl"},
        ):
            file = self._export(actor, workspace, payload)
        self._import(actor, file)

    def _export(self, actor: Actor, workspace: Workspace, payload: dict[str, Any]) -> ResultFile:
        job, took, memory = _run(actor, "export", payload, workspace)
        with as_system("looking at what was exported"):
            file = ResultFile.objects.get(job=job)
        rows = (job.result or {})["rows"]
        self._tell(
            f"export {payload['format']}: {rows:,} tasks in {took:.1f} s, {rows / took:,.0f}/s;"
            f" {(file.size or 0) / 2**20:.1f} MiB; {memory.spent}"
        )
        return file

    def _import(self, actor: Actor, file: ResultFile) -> None:
        if (file.size or 0) > LARGEST:
            self._tell("The file is too large to be imported.")
            return
        with as_system("a workspace to import into"):
            target = create_workspace(actor=actor, name="Copy")
            with storage().open(file.key) as content:
                sent = upload_import_file(
                    actor=actor, workspace=target, file_name="whole.zip", content=content
                )
        payload = {"file_id": str(sent.pk)}
        job, took, memory = _run(actor, "import_workspace", payload, target)
        rows = sum((job.result or {})["rows"].values())
        with as_system("counting what was imported"):
            tasks = Task.objects.filter(workspace=target).count()
        self._tell(
            f"import: {tasks:,} tasks, {rows:,} rows in {took:.1f} s, {rows / took:,.0f} rows/s;"
            f" {memory.spent}"
        )

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _run(
    actor: Actor, kind: str, payload: dict[str, Any], workspace: Workspace
) -> tuple[Job, float, Spent]:
    """Do a job in this process; returns it with its seconds and its memory."""
    with as_system("asking for a job"):
        job, _ = submit_job(actor=actor, kind=kind, payload=payload, workspace=workspace)
    start = time.monotonic()
    with _watched() as memory:
        run_due_jobs(has_time=lambda: True)
    took = time.monotonic() - start
    with as_system("looking at a job that was done"):
        job.refresh_from_db()
    if job.state != Job.State.COMPLETED:
        raise CommandError(f"{kind}: {job.error}")
    return job, took, memory


@contextmanager
def _watched() -> Iterator[Spent]:
    now = mebibytes_of(os.getpid())
    own, postgres = _processor_times()
    memory, ended = Spent(now, now), threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            memory.peak = max(memory.peak, mebibytes_of(os.getpid()))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield memory
    finally:
        ended.set()
        watcher.join()
        after, after_postgres = _processor_times()
        memory.own, memory.postgres = after - own, after_postgres - postgres


def _processor_times() -> tuple[float, float]:
    """Seconds that this process and PostgreSQL have run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return time.process_time(), seconds_of_postgres(cursor.fetchone()[0])
