"""Samples of this app's mails."""

from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.samples import RECIPIENT, sample_of
from reports.letters import scheduled_report
from reports.services.due_reports import MAIL

WORKSPACE = "Paper Boats"


@sample_of(MAIL)
def report_of_a_week() -> MailDraft:
    letter = scheduled_report(
        what="burndown",
        name="Regatta",
        days="2026-05-25 to 2026-05-31",
        rows=[(f"2026-05-{25 + n}", f"{14 - n} left of 30") for n in range(7)],
        more=0,
        workspace=WORKSPACE,
        link="https://app.example.com/workspace/1/project/1",
    )
    return MailDraft(to=RECIPIENT, letter=letter, sender=WORKSPACE, headers=of_list("1"))
