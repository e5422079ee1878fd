"""Imports in tests: a file, a job, and workers that take its steps here."""

import io
from typing import Any

from accounts.models import User
from imports.services.files import upload_import_file
from jobs.models import Job
from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from projects.models import Project
from tests.support.actors import by


def submitted(person: User, project: Project, text: str | bytes, **payload: Any) -> Job:
    """The job that imports a file with this text, as CSV unless it says otherwise."""
    content = io.BytesIO(text.encode() if isinstance(text, str) else text)
    file = upload_import_file(
        actor=by(person), workspace=project.workspace, file_name="tasks.csv", content=content
    )
    wanted = {"file_id": str(file.pk), "source": "csv", "project_id": str(project.pk), **payload}
    job, _ = submit_job(
        actor=by(person), kind="import", payload=wanted, workspace=project.workspace
    )
    return job


def imported(person: User, project: Project, text: str | bytes, **payload: Any) -> Job:
    """The job, once it has ended."""
    job = submitted(person, project, text, **payload)
    run_all()
    job.refresh_from_db()
    return job


def run_all() -> None:
    run_due_jobs(has_time=lambda: True)


def steps(count: int) -> None:
    """Take so many steps of the job that is due, each by a worker of its own."""
    for _ in range(count):
        has_time = iter((True, False, False))
        run_due_jobs(has_time=has_time.__next__)


def stopped_in(job: Job, phase: str, *, after: int = 1) -> Job:
    """The job once it has taken so many steps of the phase."""
    for _ in range(100):
        job.refresh_from_db()
        if (job.position or {}).get("phase") == phase:
            after -= 1
            if not after:
                return job
        steps(1)
    message = f"the job never came to {phase}"
    raise AssertionError(message)


def lines(count: int, **more: str) -> str:
    """A file with so many rows."""
    names = ["id", "title", *more]
    rows = [",".join([f"K-{n}", f"Task {n}", *more.values()]) for n in range(count)]
    return "\n".join([",".join(names), *rows, ""])
