"""The words of this app's mails, made of values."""

from datetime import datetime

from outbox.mail.letters import Button, Letter, Paragraph, Quote
from outbox.mail.text import in_utc

IGNORE = "If you do not know what this is about, ignore this mail: nothing happens."


def invitation(
    *,
    workspace: str,
    sender: str,
    role: str,
    message: str,
    email: str,
    expires_at: datetime,
    link: str,
) -> Letter:
    """`sender` and `message` may be ""."""
    who = f"{sender} invites you" if sender else "You are invited"
    return Letter(
        subject=f"{who} to {workspace}",
        place=workspace,
        preview=f"With the role {role}",
        parts=[
            Paragraph(f"{who} to the workspace {workspace} with the role {role}."),
            *([Quote(message)] if message else []),
            Button("Accept the invitation", link),
            Paragraph(f"The link works once, for {email}, until {in_utc(expires_at)}."),
        ],
        reason=IGNORE,
    )


def ownership_offered(
    *, workspace: str, offered_by: str, expires_at: datetime, link: str
) -> Letter:
    who = offered_by or "Somebody"
    return Letter(
        subject=f"{who} offers you the ownership of {workspace}",
        place=workspace,
        preview=f"Offered by {who}",
        parts=[
            Paragraph(
                f"{who} offers you the ownership of the workspace {workspace}. You become its"
                f" owner, and ADMIN, if you accept until {in_utc(expires_at)}."
            ),
            Button("Answer the offer", link),
        ],
        reason="If you do not want this, decline or ignore this mail: nothing happens.",
    )
