"""The mail to the owner of a job that took long."""

from jobs.letters import job_ended
from jobs.models import Job, JobState
from jobs.services.telling import JOB_ENDED
from notifications.mails import link_to_workspace
from outbox.mail import EMAIL
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Skip, composes
from workspaces.models import Membership


@composes(JOB_ENDED, channel=EMAIL)
def job_mail(delivery: Delivery) -> MailDraft | Skip:
    rows = Job.objects.select_related("workspace", "owner").filter(pk=delivery.payload["job"])
    job = rows.filter(workspace__deleted_at=None).first()
    if job is None or job.state not in (JobState.COMPLETED, JobState.FAILED):
        return Skip("the job was deleted, or begun again")
    workspace, owner = job.workspace, job.owner
    place = Membership.objects.filter(workspace=workspace, user=owner)
    if not owner.is_active or not place.exists():
        return Skip("the owner has left the workspace")
    letter = job_ended(
        kind=job.type,
        state=job.state,
        sentence=plain(job.sentence),
        reason=plain((job.error or {}).get("message", "")) if job.state == JobState.FAILED else "",
        workspace=plain(workspace.name),
        link=link_to_workspace(workspace),
    )
    return MailDraft(
        to=owner.email, letter=letter, sender=workspace.name, headers=of_list(str(workspace.pk))
    )
