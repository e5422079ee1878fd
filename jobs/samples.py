"""Samples of this app's mails."""

from jobs.letters import job_ended
from jobs.services.telling import JOB_ENDED
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.samples import RECIPIENT, sample_of

WORKSPACE = "Paper Boats"


@sample_of(JOB_ENDED)
def ended_job() -> MailDraft:
    letter = job_ended(
        kind="import",
        state="COMPLETED",
        sentence="1,204 tasks were imported.",
        reason="",
        workspace=WORKSPACE,
        link="https://app.example.com/workspace/1",
    )
    return MailDraft(to=RECIPIENT, letter=letter, sender=WORKSPACE, headers=of_list("1"))
