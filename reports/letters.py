"""The words of this app's mails, made of values."""

from collections.abc import Sequence

from outbox.mail.letters import Button, Facts, Heading, Letter, Paragraph

TITLES = {
    "burndown": "Tasks left",
    "throughput": "Completed tasks",
    "workload": "Open tasks by assignee",
}


def scheduled_report(
    *,
    what: str,
    name: str,
    days: str,
    rows: Sequence[tuple[str, str]],
    more: int,
    workspace: str,
    link: str,
) -> Letter:
    """The numbers of a report, each row a day, week or person; `more` rows are left out."""
    title = TITLES[what]
    rest = [Paragraph(f"And {more} more.")] if more else []
    nothing = [] if rows else [Paragraph("There is nothing to count.")]
    return Letter(
        subject=f"{title} of {name}, {days}",
        place=workspace,
        preview=f"{title}, {days}",
        parts=[
            Paragraph(f"{title}, {days}:"),
            Heading(name),
            *nothing,
            Facts(rows),
            *rest,
            Button("View Workspace", link),
        ],
        reason="You receive this because somebody scheduled this report, and named you.",
    )
