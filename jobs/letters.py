"""The words of this app's mails, made of values."""

from outbox.mail.letters import Button, Facts, Letter, Paragraph

ENDS = {
    "COMPLETED": ("is done", "The {type} that you asked for is done."),
    "FAILED": ("has failed", "The {type} that you asked for has failed. {reason}"),
}


def job_ended(
    *, kind: str, state: str, sentence: str, reason: str, workspace: str, link: str
) -> Letter:
    """A job has ended; `sentence` says what it has done, `reason` why it failed."""
    words, lead = ENDS[state]
    return Letter(
        subject=f"Your {kind} {words}",
        place=workspace,
        preview=sentence or reason,
        parts=[
            Paragraph(lead.format(type=kind, reason=reason).strip()),
            Facts([("Result", sentence), ("Workspace", workspace)]),
            Button("View Workspace", link),
        ],
        reason="You receive this because you asked for it, and it took longer than a minute.",
    )
