"""Samples of this app's mails."""

from datetime import UTC, datetime

from outbox.mail.drafts import MASK, MailDraft
from outbox.mail.headers import of_list
from outbox.mail.letters import Letter
from outbox.mail.samples import RECIPIENT, sample_of
from workspaces import letters
from workspaces.services.ownership import MAIL
from workspaces.services.quota import KIND

WORKSPACE = "Paper Boats"
UNTIL = datetime(2027, 3, 8, 9, 30, tzinfo=UTC)


@sample_of(KIND)
def invited() -> MailDraft:
    letter = letters.invitation(
        workspace=WORKSPACE,
        sender="Mira",
        role="MEMBER",
        message="We launch in March.\nWill you fold with us?",
        email="greta(at)example·com",
        expires_at=UNTIL,
        link=f"https://app.example.com/invitations/{MASK}",
    )
    return _draft(letter)


@sample_of(MAIL)
def offered() -> MailDraft:
    letter = letters.ownership_offered(
        workspace=WORKSPACE,
        offered_by="Mira",
        expires_at=UNTIL,
        link="https://app.example.com/workspace/1",
    )
    return _draft(letter)


def _draft(letter: Letter) -> MailDraft:
    return MailDraft(to=RECIPIENT, letter=letter, sender=WORKSPACE, headers=of_list("1"))
