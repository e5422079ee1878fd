"""The words of this app's mails, made of values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from outbox.mail.letters import (
    Button,
    Entries,
    Entry,
    Facts,
    Heading,
    Letter,
    MarkdownQuote,
    Paragraph,
    Part,
    Quote,
)

SOMEBODY = "Somebody"
ASKED_FOR = (
    "You receive this because the task is assigned to you and not complete, and you asked to be"
    " reminded of it then."
)
NEWS_REASON = "You receive this because it concerns you, or tasks that you made, have or watch."
DIGEST_REASON = "You receive this because you chose to get what is new in one mail."


@dataclass(frozen=True, kw_only=True)
class AboutTask:
    """A task as its mails show it; `due` is "" without a date."""

    key: str
    title: str
    project: str
    workspace: str
    link: str
    due: str = ""
    description: str = ""
    has_links: bool = False


@dataclass(frozen=True, kw_only=True)
class AboutTasks:
    """Several tasks; `count` includes those not in `entries`, `place` is what `link` opens."""

    workspace: str
    entries: Sequence[Entry]
    count: int
    place: str
    link: str

    @property
    def tasks(self) -> str:
        return counted(self.count, "task")


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What is new about a task, a project or a workspace: sentences, each with a comment or ""."""

    title: str
    told: Sequence[tuple[str, str]]
    place: str
    link: str
    key: str = ""


def task_assigned(task: AboutTask, *, giver: str) -> Letter:
    return _about(
        task,
        subject=f"Assigned to you: {task.title} ({task.key})",
        lead=f"{giver} assigned a task to you." if giver else "A task was assigned to you.",
        reason="You receive this because the task was assigned to you.",
    )


def task_due(task: AboutTask) -> Letter:
    return _about(
        task,
        subject=f"Due: {task.title} ({task.key})",
        lead="This task is due.",
        reason="You receive this because the task is assigned to you and not complete.",
    )


def task_due_soon(task: AboutTask, *, when: str) -> Letter:
    """`when` is "in a week", or "" if the task was due before the mail could be sent."""
    return _about(
        task,
        subject=f"{f'Due {when}' if when else 'Due'}: {task.title} ({task.key})",
        lead=f"This task is due {when}." if when else "This task was due.",
        reason=ASKED_FOR,
    )


def task_overdue(task: AboutTask) -> Letter:
    return _about(
        task,
        subject=f"Overdue: {task.title} ({task.key})",
        lead="This task is overdue.",
        reason=ASKED_FOR,
    )


def tasks_assigned(tasks: AboutTasks, *, giver: str = "", is_more: bool = False) -> Letter:
    """`is_more` says that other mails told of tasks before."""
    number = f"{tasks.count} more" if is_more else str(tasks.count)
    subject = f"{counted(tasks.count, 'task', number)} {'was' if tasks.count == 1 else 'were'}"
    subject = f"{subject} assigned to you"
    return _list(
        tasks,
        subject=subject,
        lead=f"{giver} assigned {tasks.tasks} to you" if giver else subject,
        reason="You receive this because these tasks were assigned to you.",
    )


def tasks_handed_over(tasks: AboutTasks, *, project: str, person: str) -> Letter:
    """`person` left the `project`; "" if their account was deleted."""
    verb = "is" if tasks.count == 1 else "are"
    left = f"{person or SOMEBODY} left {project}."
    return _list(
        tasks,
        subject=f"{tasks.tasks} in {project} {verb} yours now",
        lead=f"{left} You take over {counted(tasks.count, 'open task')}",
        reason="You receive this because these tasks were handed over to you.",
    )


def news(
    topics: Sequence[Topic], *, workspace: str, link: str, more: int, is_digest: bool
) -> Letter:
    """`more` is the number of things that are left out; `link` leads to the workspace."""
    only = topics[0] if len(topics) == 1 and not is_digest else None
    if only:
        subject = f"{only.title} ({only.key})" if only.key else only.title
        button = Button(f"View {only.place}", only.link)
    else:
        subject, button = f"What is new in {workspace}", Button("View Workspace", link)
    return Letter(
        subject=subject,
        place=workspace,
        preview=f"{topics[0].told[0][0]}.",
        parts=[
            *(part for topic in topics for part in _news_of(topic, is_only=bool(only))),
            *([Paragraph(f"And {more} more.")] if more else []),
            button,
        ],
        reason=DIGEST_REASON if is_digest else NEWS_REASON,
    )


def _news_of(topic: Topic, *, is_only: bool) -> Iterator[Part]:
    if is_only:
        yield Heading(topic.title, topic.key)
    else:
        yield Entries([Entry(key=topic.key or topic.place, title=topic.title, link=topic.link)])
    for sentence, comment in topic.told:
        yield Paragraph(f"{sentence}:" if comment else f"{sentence}.")
        if comment:
            yield Quote(comment)


def counted(count: int, thing: str, number: str = "") -> str:
    """`1 task`, `2 tasks`; `number` stands for the count."""
    return f"{number or count} {thing}{'' if count == 1 else 's'}"


def _about(task: AboutTask, *, subject: str, lead: str, reason: str) -> Letter:
    facts = Facts([("Project", task.project), ("Due", task.due)])
    quote = [MarkdownQuote(task.description, task.has_links)] if task.description else []
    return Letter(
        subject=subject,
        place=task.workspace,
        preview=f"{task.project} · due {task.due}" if task.due else task.project,
        parts=[
            Paragraph(lead),
            Heading(task.title, task.key),
            facts,
            *quote,
            Button("View Task", task.link),
        ],
        reason=reason,
    )


def _list(tasks: AboutTasks, *, subject: str, lead: str, reason: str) -> Letter:
    return Letter(
        subject=subject,
        place=tasks.workspace,
        preview=f"{lead}.",
        parts=[
            Paragraph(f"{lead}:"),
            Entries(tasks.entries, tasks.count - len(tasks.entries)),
            Button(f"View {tasks.place}", tasks.link),
        ],
        reason=reason,
    )
