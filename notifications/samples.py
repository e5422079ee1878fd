"""Samples of this app's mails."""

from notifications import letters
from notifications.services.mail_plans import DIGEST, NEWS
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import in_thread, of_list
from outbox.mail.letters import Entry, Letter
from outbox.mail.samples import RECIPIENT, sample_of

FRONT_END = "https://app.example.com/workspace/1"
DESCRIPTION = """\
Two sheets, **waterproof** side out:

1. fold along the long side,
2. press with a `bone folder`,
3. leave it to dry for a day.

> It floated for an hour last time.

| Paper | Weight |
| --- | --- |
| Vellum | 90 g/m² |
| Card | 200 g/m² |

See [the drawing](https://drawings.example.com/boat).
"""
TASK = letters.AboutTask(
    key="HL-12",
    title="Fold the first boat, and write down what was hard about it",
    project="Harbour launch",
    workspace="Paper Boats",
    link=f"{FRONT_END}/projects/1/tasks/12",
    due="Monday, 1 March 2027 at 14:00 (Europe/Stockholm)",
    description=DESCRIPTION,
    has_links=True,
)
ENTRIES = [
    Entry(key="HL-12", title=TASK.title, link=TASK.link, note=f"Due: {TASK.due}"),
    Entry(key="HL-13", title="Find waterproof paper", link=f"{FRONT_END}/projects/1/tasks/13"),
]
TASKS = letters.AboutTasks(
    workspace=TASK.workspace, entries=ENTRIES, count=5, place="Project", link=FRONT_END
)


@sample_of("task_assigned")
def assigned() -> MailDraft:
    return _draft(letters.task_assigned(TASK, giver="Mira"), **in_thread("task-12"))


@sample_of("task_due")
def due() -> MailDraft:
    return _draft(letters.task_due(TASK), **in_thread("task-12"))


@sample_of("task_due_soon")
def due_soon() -> MailDraft:
    return _draft(letters.task_due_soon(TASK, when="in a week"), **in_thread("task-12"))


@sample_of("task_overdue")
def overdue() -> MailDraft:
    return _draft(letters.task_overdue(TASK), **in_thread("task-12"))


@sample_of("tasks_assigned")
def several_assigned() -> MailDraft:
    return _draft(letters.tasks_assigned(TASKS, giver="Mira"))


@sample_of("more_tasks_assigned")
def more_assigned() -> MailDraft:
    return _draft(letters.tasks_assigned(TASKS, is_more=True))


@sample_of("tasks_handed_over")
def handed_over() -> MailDraft:
    return _draft(letters.tasks_handed_over(TASKS, project=TASK.project, person="Tom"))


TOPICS = [
    letters.Topic(
        title=TASK.title,
        key=TASK.key,
        told=[
            ("Mira commented", "The card floats, but the ink runs.\nShall we try wax?"),
            ("Mira moved it to In progress", ""),
        ],
        place="Task",
        link=TASK.link,
    ),
    letters.Topic(
        title=TASK.project,
        told=[("Tom leads this project now", "")],
        place="Project",
        link=f"{FRONT_END}/projects/1",
    ),
]


@sample_of(NEWS, "of one task")
def news_of_a_task() -> MailDraft:
    letter = letters.news(
        TOPICS[:1], workspace=TASK.workspace, link=FRONT_END, more=0, is_digest=False
    )
    return _draft(letter, **in_thread("task-12"))


@sample_of(NEWS, "of several")
def news_of_several() -> MailDraft:
    letter = letters.news(TOPICS, workspace=TASK.workspace, link=FRONT_END, more=2, is_digest=False)
    return _draft(letter)


@sample_of(DIGEST)
def digest() -> MailDraft:
    letter = letters.news(TOPICS, workspace=TASK.workspace, link=FRONT_END, more=2, is_digest=True)
    return _draft(letter)


def _draft(letter: Letter, **headers: str) -> MailDraft:
    headers = {**of_list("1"), **headers}
    return MailDraft(to=RECIPIENT, letter=letter, sender=TASK.workspace, headers=headers)
