"""The ends of jobs."""

from typing import Any

from django.utils import timezone

from core.actor import Actor
from core.events import publish
from jobs.events import JobFinished
from jobs.models import Job, JobState

WORKER = Actor.system("a job")


def finish(
    job: Job, state: JobState, *, sentence: str = "", result: dict[str, Any] | None = None
) -> None:
    """Save the end of a locked job; nobody has it any more.

    The error stays that of a job that fails. Without its credential the job is one of somebody
    who has deleted their account, and keeps nothing they said.
    """
    job.state, job.finished_at, job.claim = state, timezone.now(), None
    job.sentence = sentence or job.sentence
    job.result, job.error = result, job.error if state == JobState.FAILED else None
    job.position, job.ending, job.failures = None, "", 0
    fields = ["state", "finished_at", "claim", "sentence", "result", "error"]
    fields += ["position", "ending", "failures", "done", "total", "seconds"]
    if not job.credential:
        erase(job)
        fields += ERASED
    job.save_changes(*fields)
    publish(JobFinished(actor=WORKER, job=job))


ERASED = ("payload", "idempotency_key", "sentence", "result", "error")


def erase(job: Job) -> None:
    """Empty what the owner of a job has said, and was told; does not save."""
    job.payload, job.idempotency_key, job.sentence = {}, "", ""
    job.result = job.error = None
