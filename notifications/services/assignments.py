"""Enqueueing mails about assigned and handed over tasks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from accounts.models import User
from core.actor import Actor
from notifications.models import Notification, NotificationKind
from notifications.services.channels import channels_for
from notifications.services.collecting import ONE, SEVERAL
from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue, enqueue_all
from projects.models import Project
from tasks.models import Task

LISTED = 20
"""How many tasks a mail lists at most."""


def enqueue_assignment_mails(*, actor: Actor, tasks: Sequence[Task]) -> None:
    """Mail the assignees, except who assigned a task to themselves; each hears of all at once.

    The caller leaves out the tasks whose assignees want no mail.
    """
    by = actor.person_id
    given = defaultdict[tuple[UUID, UUID], list[Task]](list)
    for task in tasks:
        if task.assignee_id and task.assignee_id != by:
            given[task.workspace_id, task.assignee_id].append(task)
    enqueue_all(
        deliveries=[
            _about_one(theirs[0], recipient, by)
            if len(theirs) == 1
            else _about_several(theirs, recipient, by)
            for (_, recipient), theirs in given.items()
        ]
    )


def _about_one(task: Task, recipient: UUID, by: UUID | None) -> Delivery:
    return Delivery(
        channel=EMAIL,
        kind=ONE,
        recipient_id=recipient,
        # The version distinguishes a later assignment to the same person from a repeated event.
        dedupe_key=f"task.assigned:{task.pk}:{task.version}:{recipient}:email",
        payload={"task": str(task.pk), "actor": _text(by)},
        workspace_id=task.workspace_id,
    )


def _about_several(tasks: Sequence[Task], recipient: UUID, by: UUID | None) -> Delivery:
    first = min(tasks, key=lambda task: task.pk)
    return Delivery(
        channel=EMAIL,
        kind=SEVERAL,
        recipient_id=recipient,
        dedupe_key=f"tasks.assigned:{first.pk}:{first.version}:{recipient}:email",
        payload={"tasks": [str(task.pk) for task in tasks], "actor": _text(by)},
        workspace_id=first.workspace_id,
    )


def _text(by: UUID | None) -> str | None:
    return str(by) if by else None


def enqueue_handover_mail(
    *, actor: Actor, project: Project, person: User, tasks: Sequence[Task]
) -> None:
    """One mail about all tasks somebody takes over in a project; lists those due first."""
    recipient, by = tasks[0].assignee_id, actor.person_id
    if recipient is None or recipient == by:
        return
    told = Notification(
        kind=NotificationKind.ASSIGNED,
        recipient_id=recipient,
        workspace_id=project.workspace_id,
        project=project,
    )
    if not channels_for([told])[0].mail:
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
