"""Samples of this app's mails."""

from outbox.mail.drafts import MailDraft
from outbox.mail.headers import of_list
from outbox.mail.samples import RECIPIENT, sample_of
from webhooks.letters import disabled
from webhooks.services.webhooks import DISABLED

WORKSPACE = "Paper Boats"


@sample_of(DISABLED)
def disabled_webhook() -> MailDraft:
    letter = disabled(
        name="Builds",
        workspace=WORKSPACE,
        reason="It answers 500.",
        link="https://app.example.com/workspace/1",
    )
    return MailDraft(to=RECIPIENT, letter=letter, sender=WORKSPACE, headers=of_list("1"))
