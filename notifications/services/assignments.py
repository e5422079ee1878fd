"""Enqueueing mails about assigned and handed over tasks."""

from collections.abc import Sequence
from datetime import date

from accounts.models import User
from core.actor import Actor
from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue, enqueue_all
from projects.models import Project
from tasks.models import Task

LISTED = 20
"""How many tasks a mail lists at most."""


def enqueue_assignment_mails(*, actor: Actor, tasks: Sequence[Task]) -> None:
    """Mail the assignees, except who assigned a task to themselves."""
    by = actor.person_id
    enqueue_all(
        deliveries=[
            Delivery(
                channel=EMAIL,
                kind="task_assigned",
                recipient_id=task.assignee_id,
                # The version distinguishes a later assignment to the same person from a repeated
                # event.
                dedupe_key=f"task.assigned:{task.pk}:{task.version}:{task.assignee_id}:email",
                payload={"task": str(task.pk), "actor": str(by) if by else None},
                workspace_id=task.workspace_id,
            )
            for task in tasks
            if task.assignee_id and task.assignee_id != by
        ]
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
