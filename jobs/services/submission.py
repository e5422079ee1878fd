"""Asking for jobs, cancelling them, and asking for them again."""

from typing import Any

import orjson
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, Forbidden, Invalid, Refusal
from core.events import publish
from core.queries import insert
from core.shared_locks import await_turns
from identity.services.kept_credentials import Kept
from jobs.events import JobSubmitted
from jobs.models import UNFINISHED, Job, JobState
from jobs.registry import JobType, job_types
from jobs.services.ending import finish
from workspaces.models import Workspace

LARGEST_PAYLOAD = 65_536
"""Bytes of a payload as JSON."""
AGAIN = (
    *("state", "credential", "done", "total", "sentence", "result", "error"),
    *("attempts", "failures", "position", "ending", "claim", "seconds", "started_at"),
    *("finished_at", "cancelled_at"),
)
"""What is new of a job that is begun again."""
MOST_UNFINISHED = 200
"""The most unfinished jobs of a person."""


class UnknownJobType(Invalid):
    message = "There is no such type of job."


class PayloadTooLarge(Invalid):
    message = f"A payload has at most {LARGEST_PAYLOAD // 1024} KiB."


class WorkspaceNeeded(Invalid):
    message = "Say in which workspace."


class JobKeyReused(Refusal):
    status = 422
    message = "You have used this idempotency key for another job."


class TooManyJobs(Conflict):
    message = f"You have {MOST_UNFINISHED} unfinished jobs already."


class JobIsUnfinished(Conflict):
    message = "The job has not ended yet."


class TooLateToCancel(Conflict):
    message = "The job cannot be taken back any more."


class JobHasEnded(Conflict):
    message = "The job has ended already."


def submit_job(
    *,
    actor: Actor,
    kind: str,
    payload: dict[str, Any],
    workspace: Workspace | None = None,
    idempotency_key: str = "",
) -> tuple[Job, bool]:
    """A new job and True; or the person's job with this key, and False.

    `payload` has been validated, and is JSON. JobKeyReused if that job is another one. What one
    person asks for at the same moment is done in turns.
    """
    job_type = _type_named(kind)
    if len(orjson.dumps(payload)) > LARGEST_PAYLOAD:
        raise PayloadTooLarge
    if job_type.needs_workspace and workspace is None:
        raise WorkspaceNeeded(errors={"workspace_id": [WorkspaceNeeded.message]})
    if workspace is None and actor.is_bound:
        raise Forbidden(required="a credential that is not bound to workspaces", you_have=[])
    job = Job(
        owner=actor.person,
        workspace=workspace,
        tenant_id=workspace.pk if workspace else actor.person.pk,
        type=kind,
        payload=payload,
        idempotency_key=idempotency_key,
        credential=list(Kept.of(actor)),
    )
    with transaction.atomic():
        _await_turn(job)
        if idempotency_key and (known := _known(job)):
            return known, False
        job_type.check(actor=actor, workspace=workspace, payload=payload)
        _check_number(job)
        insert(job)
        publish(JobSubmitted(actor=actor, job=job))
    return job, True


@transaction.atomic
def cancel_job(*, actor: Actor, job: Job) -> Job:
    """End the job: at once if nobody has begun it, else once what was done is taken back."""
    job = Job.objects.locked(job.pk)
    if job.state not in UNFINISHED:
        raise JobHasEnded
    if job.cancelled_at is None:
        if not _type_named(job.type).can_end(job.position):
            raise TooLateToCancel
        end(job)
    return job


def end(job: Job) -> None:
    """Have a locked, unfinished job end."""
    job.cancelled_at, job.ending = timezone.now(), job.ending or JobState.CANCELLED
    job.save_changes("cancelled_at", "ending")
    if job.started_at is None:
        finish(job, JobState.CANCELLED, sentence="Cancelled.")
    elif job.claim is None:
        _make_due(job)


@transaction.atomic
def retry_job(*, actor: Actor, job: Job) -> Job:
    """Begin a job that failed or was cancelled again from its beginning.

    With the credential of this request, if it is the owner's; staff ask for it with the former one.
    """
    _await_turn(job)
    job = Job.objects.locked(job.pk)
    if job.state in UNFINISHED:
        raise JobIsUnfinished
    if job.state == JobState.COMPLETED:
        raise JobHasEnded
    _type_named(job.type).check(actor=actor, workspace=job.workspace, payload=job.payload)
    _check_number(job)
    fresh = Job(
        pk=job.pk,
        credential=job.credential if actor.is_trusted else list(Kept.of(actor)),
    )
    for name in AGAIN:
        setattr(job, name, getattr(fresh, name))
    job.save_changes(*AGAIN)
    _make_due(job)
    publish(JobSubmitted(actor=actor, job=job))
    return job


def _type_named(name: str) -> JobType:
    try:
        return job_types()[name]
    except KeyError:
        raise UnknownJobType(errors={"type": [UnknownJobType.message]}) from None


def _await_turn(job: Job) -> None:
    """Wait for what else the owner asks for: one key is one job, and their number is exact."""
    await_turns([f"jobs of {job.owner_id}"])


@as_system("looking for a job by its key")
def _known(job: Job) -> Job | None:
    """The owner's job with the same key; JobKeyReused if it is of another kind or payload.

    Also one that they may not see now, as in a workspace they have left: there is one per key.
    """
    rows = Job.objects.filter(owner=job.owner, idempotency_key=job.idempotency_key)
    known: Job | None = rows.first()
    if known is None:
        return None
    same = (known.type, known.payload, known.workspace_id)
    if same != (job.type, job.payload, job.workspace_id):
        raise JobKeyReused
    return known


@as_system("counting the unfinished jobs of a person")
def _check_number(job: Job) -> None:
    if Job.objects.unfinished().filter(owner=job.owner).count() >= MOST_UNFINISHED:
        raise TooManyJobs


def _make_due(job: Job) -> None:
    """By the clock of PostgreSQL, as all that says when a job is due."""
    Job.objects.filter(pk=job.pk).update(next_at=Now())
