"""Telling the owner that a job has ended."""

from datetime import timedelta
from typing import Any

from core.actor import Actor
from jobs.models import Job
from notifications.models import Notification, NotificationKind
from notifications.services.telling import tell_unmuted
from outbox.mail import EMAIL
from outbox.services import enqueue

JOB_ENDED = "job_ended"
"""The kind of the mail."""
MAILED_AFTER = timedelta(minutes=1)
"""Of jobs that took longer, by the clock of whoever waits, the end is also mailed."""


def tell_owner(*, actor: Actor, job: Job) -> None:
    """Put the end into the owner's inbox, and mail it if they have waited long; not cancellations.

    Who cancels a job knows.
    """
    if job.cancelled_at is not None:
        return
    ended = job.finished_at or job.updated_at
    key = f"{NotificationKind.JOB_ENDED}:{job.pk}:{ended.isoformat()}"
    facts: dict[str, Any] = {"job": str(job.pk), "type": job.type, "state": job.state}
    told = Notification(
        recipient_id=job.owner_id,
        kind=NotificationKind.JOB_ENDED,
        key=key,
        workspace_id=job.workspace_id,
        facts=facts,
    )
    wants_mail = tell_unmuted(actor=actor, notifications=[told])
    if wants_mail and job.workspace_id and ended - job.created_at > MAILED_AFTER:
        enqueue(
            channel=EMAIL,
            kind=JOB_ENDED,
            recipient_id=job.owner_id,
            dedupe_key=key,
            payload={"job": str(job.pk)},
            workspace_id=job.workspace_id,
        )
