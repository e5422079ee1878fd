"""The mail with a scheduled report, to those who may read it then."""

from typing import Any

from accounts.models import User
from core.actor import SESSION, Actor
from jobs.models import Job, JobState
from notifications.mails import link_to_project, link_to_workspace
from outbox.mail import EMAIL
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Skip, composes
from projects.models import Project
from projects.rights import READ_PROJECT
from reports.letters import scheduled_report
from reports.models import ReportRecipient
from reports.services.due_reports import MAIL
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole

MOST_ROWS = 31
"""As many as a month has days."""
NOBODY = "Nobody"
GONE = Skip("the report, its schedule or its place was deleted")
NOT_READABLE = Skip("the recipient may not read it")


@composes(MAIL, channel=EMAIL, can_wait=True)
def report_mail(delivery: Delivery) -> MailDraft | Skip:
    jobs = Job.objects.select_related("workspace").filter(pk=delivery.payload["job"])
    job = jobs.filter(state=JobState.COMPLETED, workspace__deleted_at=None).first()
    named = ReportRecipient.objects.select_related("user").filter(
        schedule=delivery.payload["schedule"], user=delivery.recipient_id
    )
    recipient = named.first()
    if job is None or recipient is None:
        return GONE
    person: User = recipient.user
    project = job.payload.get("project_id")
    if not person.is_active or not _may_read(person, job, project):
        return NOT_READABLE
    place = Project.objects.select_related("workspace").filter(pk=project).first()
    workspace, report = job.workspace, job.result
    rows = [_row(each) for each in (report["steps"] or report["people"])]
    letter = scheduled_report(
        what=report["what"],
        name=plain(report["name"]),
        days=f"{report['from_date']} to {report['to_date']}",
        rows=rows[:MOST_ROWS],
        more=len(rows[MOST_ROWS:]),
        workspace=plain(workspace.name),
        link=link_to_project(place) if place else link_to_workspace(workspace),
    )
    return MailDraft(
        to=person.email, letter=letter, sender=workspace.name, headers=of_list(str(workspace.pk))
    )


def _may_read(person: User, job: Job, project: str | None) -> bool:
    """Whether the person reads the project, or all projects of the workspace but private ones.

    Of a workspace the owner's own mail may be about private ones as well.
    """
    if project:
        return (
            Project.objects.reachable_by(Actor(user=person, credential=SESSION))
            .filter(pk=project)
            .exists()
        )
    if not job.payload.get("is_shared") and person.pk != job.owner_id:
        return False
    reading = READ_PROJECT.roles(WorkspaceRole)
    here = Membership.objects.filter(workspace=job.workspace_id, user=person)
    return here.filter(role__in=reading).exists()


def _row(each: dict[str, Any]) -> tuple[str, str]:
    """A name and numbers in words."""
    if "start" not in each:
        who = plain(each["assignee"]["name"]) if each["assignee"] else NOBODY
        return who, f"{each['open']} open, {each['overdue']} overdue, {each['due']} due"
    if "remaining" not in each:
        return each["start"], f"{each['completed']} completed"
    return each["start"], f"{each['remaining']} left of {each['scope']}"
