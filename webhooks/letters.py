"""The words of this app's mails, made of values."""

from outbox.mail.letters import Button, Letter, Paragraph


def disabled(*, name: str, workspace: str, reason: str, link: str) -> Letter:
    """A webhook was disabled; `reason` is a sentence."""
    return Letter(
        subject=f"The webhook {name} of {workspace} is disabled",
        place=workspace,
        preview=reason,
        parts=[
            Paragraph(
                f"The webhook {name} of the workspace {workspace} takes nothing any more, so it"
                f" was disabled. {reason}"
            ),
            Paragraph(
                "Events are not posted to it until an administrator enables it again. What"
                " happened meanwhile can then be sent again."
            ),
            Button("View Workspace", link),
        ],
        reason="You receive this because you administer this workspace.",
    )
