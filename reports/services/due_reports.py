"""Scheduled reports: asking for their jobs when they are due, and mailing what these made."""

import logging
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from core.actor import Actor
from core.context import as_system
from core.errors import Forbidden, Refusal
from core.retention import lock_batch
from core.rights import require
from identity.services.kept_credentials import Kept, actor_later
from jobs.models import Job, JobState
from jobs.services.submission import submit_job
from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue_all
from reports.models import ReportRecipient, ReportSchedule
from reports.services.due_times import range_before
from reports.services.reports import PNG, REPORT, SVG
from reports.services.schedules import plan
from workspaces.models import Membership
from workspaces.rights import SCHEDULE_REPORTS, SEND_REPORTS

logger = logging.getLogger(__name__)

AT_ONCE = 100
MAIL = "scheduled_report"
"""The kind of the mail."""
ENDED = "The sign-in or the token with which this was scheduled is not valid any more."
NOT_ALLOWED = "The owner may not have reports made here any more."


@as_system("scheduled reports that are due")
def submit_due_reports() -> bool:
    """Ask for the jobs of schedules that are due, each once; returns whether there may be more.

    What an outage made late is made once, for the last due time.
    """
    due = ReportSchedule.objects.filter(is_enabled=True, next_at__lte=Now()).order_by("next_at")
    rows = list(lock_batch(due.select_related("owner", "workspace"), AT_ONCE))
    for schedule in rows:
        _submit(schedule)
    return len(rows) == AT_ONCE


def mail_report(*, job: Job) -> None:
    """Enqueue the mails about a scheduled report that is made; each goes once."""
    named = job.payload.get("schedule")
    if job.type != REPORT or named is None or job.state != JobState.COMPLETED:
        return
    people = ReportRecipient.objects.filter(schedule=named).order_by("created_at", "pk")
    enqueue_all(
        deliveries=[
            Delivery(
                channel=EMAIL,
                kind=MAIL,
                recipient_id=person,
                dedupe_key=f"{MAIL}:{named}:{job.payload['due']}:{person}",
                payload={"job": str(job.pk), "schedule": named},
                workspace_id=job.workspace_id,
            )
            for person in people.values_list("user_id", flat=True)
        ]
    )


def _submit(schedule: ReportSchedule) -> None:
    due = schedule.next_at
    actor = actor_later(Kept(*schedule.credential))
    reason = ENDED if actor is None else _why_not(schedule, actor)
    if reason or actor is None or due is None:
        schedule.is_enabled, schedule.disabled_reason, schedule.next_at = False, reason, None
        schedule.save_changes("is_enabled", "disabled_reason", "next_at")
        return
    try:
        submit_job(
            actor=actor,
            kind=REPORT,
            payload=_payload(schedule, due),
            workspace=schedule.workspace,
            idempotency_key=f"schedule:{schedule.pk}:{due.astimezone(UTC).isoformat()}",
        )
    except Refusal as refusal:  # such as too many jobs: the next one is made
        problem = f"{schedule.pk}: {refusal.code}"
        logger.warning("scheduled_report_refused", extra={"problem": problem})
    plan(schedule)
    ReportSchedule.objects.filter(pk=schedule.pk).update(next_at=schedule.next_at)


def _payload(schedule: ReportSchedule, due: datetime) -> dict[str, Any]:
    today = due.astimezone(ZoneInfo(schedule.owner.time_zone)).date()
    first, last = range_before(schedule.period, today)
    others = ReportRecipient.objects.filter(schedule=schedule).exclude(user=schedule.owner)
    about = {"project_id": str(schedule.project_id)} if schedule.project_id else {}
    return {
        "what": schedule.what,
        **about,
        "from_date": first.isoformat(),
        "to_date": last.isoformat(),
        "step": schedule.step,
        "formats": [SVG, PNG],
        "is_shared": others.exists(),
        "schedule": str(schedule.pk),
        "due": due.astimezone(UTC).isoformat(),
    }


def _why_not(schedule: ReportSchedule, actor: Actor) -> str:
    """Why it is not made any more; empty if it is. Without the right, others get no more mails."""
    try:
        require(SCHEDULE_REPORTS, schedule.workspace, actor)
    except Forbidden:
        return NOT_ALLOWED
    if schedule.workspace.deleted_at or not Membership.objects.of(actor).filter(
        workspace=schedule.workspace_id
    ):
        return NOT_ALLOWED
    try:
        require(SEND_REPORTS, schedule.workspace, actor)
    except Forbidden:
        ReportRecipient.objects.filter(schedule=schedule).exclude(user=schedule.owner).delete()
    return ""
