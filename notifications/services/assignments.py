"""Enqueueing mails about assigned and handed over tasks."""

from collections.abc import Sequence
from datetime import date

from accounts.models import User
from core.actor import Actor
from outbox.mail import EMAIL
from outbox.services import enqueue
from projects.models import Project
from tasks.models import Task

LISTED = 20
"""How many tasks a mail lists at most."""


def enqueue_assignment_mail(*, actor: Actor, task: Task) -> None:
    """Mail the assignee, unless they assigned the task to themselves."""
    recipient, by = task.assignee_id, actor.person_id
    if recipient is None or recipient == by:
        return
    enqueue(
        channel=EMAIL,
        kind="task_assigned",
        recipient_id=recipient,
        # The version distinguishes a later assignment to the same person from a repeated event.
        dedupe_key=f"task.assigned:{task.pk}:{task.version}:{recipient}:email",
        payload={"task": str(task.pk), "actor": str(by) if by else None},
        workspace_id=task.workspace_id,
    )


def enqueue_handover_mail(
    *, actor: Actor, project: Project, person: User, tasks: Sequence[Task]
) -> None:
    """One mail about all tasks somebody takes over in a project; lists those due first."""
    recipient, by = tasks[0].assignee_id, actor.person_id
    if recipient is None or recipient == by:
        return
    first = min(tasks, key=lambda task: task.pk)
    listed = sorted(tasks, key=lambda task: (task.due_date or date.max, task.number))[:LISTED]
    enqueue(
        channel=EMAIL,
        kind="tasks_handed_over",
        recipient_id=recipient,
        # The version distinguishes a later departure of the person from a repeated event.
        dedupe_key=f"tasks.handed_over:{project.pk}:{first.pk}:{first.version}:{recipient}:email",
        payload={
            "project": str(project.pk),
            "person": str(person.pk),
            "tasks": [str(task.pk) for task in listed],
            "count": len(tasks),
        },
        workspace_id=project.workspace_id,
    )
