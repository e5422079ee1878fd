"""Reading the rows a mail is about just before it is sent, and why it must not be sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from core.actor import Actor
from notifications.services.due_dates import due_in_event
from outbox.models import Delivery
from outbox.registry import Skip
from projects.models import Project, role_in_project
from tasks.models import FINISHED, Task
from workspaces.models import role_in_workspace


@dataclass(frozen=True)
class Recheck:
    """A task, locked until the composer returns, and the recipient of a mail about it.

    `now` is the database's time.
    """

    delivery: Delivery
    recipient: User
    task: Task
    now: datetime

    @property
    def project(self) -> Project:
        return self.task.project


Obstacle = tuple[str, Callable[[Recheck], bool]]

WORKSPACE_DELETED = "the workspace was deleted"
PROJECT_DELETED = "the project was deleted"
PROJECT_ARCHIVED = "the project is archived"
ACCOUNT_CLOSED = "the account is closed"

TEMPORARY = (WORKSPACE_DELETED, PROJECT_DELETED, PROJECT_ARCHIVED, ACCOUNT_CLOSED)
"""Reasons of a skipped mail that can end without a change of the task."""

ANY_MAIL: tuple[Obstacle, ...] = (
    (WORKSPACE_DELETED, lambda at: at.project.workspace.deleted_at is not None),
    (PROJECT_DELETED, lambda at: at.project.deleted_at is not None),
    ("the task was deleted", lambda at: at.task.deleted_at is not None),
    (ACCOUNT_CLOSED, lambda at: not _is_active(at.recipient)),
    ("the person left the workspace", lambda at: not _is_in_workspace(at)),
    ("the person left the project", lambda at: not _is_in_project(at)),
    ("the task is somebody else's now", lambda at: at.task.assignee_id != at.recipient.pk),
)
REMINDERS: tuple[Obstacle, ...] = (
    (PROJECT_ARCHIVED, lambda at: at.project.archived_at is not None),
    ("the task is complete", lambda at: at.task.category in FINISHED),
    ("the due date moved", lambda at: due_in_event(at.task) != at.delivery.payload["due"]),
)


def recheck_task(delivery: Delivery, *obstacles: Obstacle) -> Recheck | Skip:
    """Lock project and task shared and read them; a Skip with the first obstacle that applies.

    The locks are shared so that others can create tasks and comments in the project meanwhile.
    """
    known = Task.objects.filter(pk=delivery.payload["task"]).first()
    people = User.objects.annotate(now=Now()).filter(pk=delivery.recipient_id)
    recipient: Any = people.first()
    if known is None or recipient is None:
        return Skip("the task or the account was removed")
    project = Project.objects.select_related("workspace").locked_shared(known.project_id)
    task = Task.objects.locked_shared(known.pk)
    found = Recheck(delivery, recipient, task, now=recipient.now)
    found.task.project = project
    for reason, applies in (*ANY_MAIL, *obstacles):
        if applies(found):
            return Skip(reason)
    return found


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """Tasks of one project that the recipient took over and still has; `tasks` are listed."""

    recipient: User
    project: Project
    person: User | None
    tasks: Sequence[Task]
    count: int


def recheck_handover(delivery: Delivery) -> HandedOver | Skip:
    """Read a handover, without tasks completed or reassigned since; a Skip if none is left."""
    known = delivery.payload
    recipient = User.objects.filter(pk=delivery.recipient_id).first()
    project = Project.objects.select_related("workspace").filter(pk=known["project"]).first()
    if project is None or recipient is None:
        return Skip("the project or the account was removed")
    if project.deleted_at is not None or project.workspace.deleted_at is not None:
        return Skip(PROJECT_DELETED)
    if not _is_active(recipient):
        return Skip(ACCOUNT_CLOSED)
    if not role_in_project.first(person=recipient, project=project.pk):
        return Skip("the person left the project")
    listed = Task.objects.open().filter(pk__in=known["tasks"], assignee=recipient)
    tasks = list(listed.order_by(F("due_date").asc(nulls_last=True), "number"))
    for task in tasks:
        task.project = project
    gone = len(known["tasks"]) - len(tasks)
    if known["count"] == gone:
        return Skip("the tasks are somebody else's now, or complete")
    return HandedOver(
        recipient=recipient,
        project=project,
        person=User.objects.filter(pk=known["person"]).first(),
        tasks=tasks,
        count=known["count"] - gone,
    )


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """Tasks of a workspace that the recipient was given and still has; `tasks` are listed."""

    recipient: User
    tasks: Sequence[Task]
    count: int


def recheck_assigned(delivery: Delivery, tasks: Sequence[str], *, most: int) -> Assigned | Skip:
    """Read the tasks that are still the recipient's, of which `most` are listed.

    Those due first come first. A Skip if none is left.
    """
    recipient = User.objects.filter(pk=delivery.recipient_id).first()
    if recipient is None or not _is_active(recipient):
        return Skip(ACCOUNT_CLOSED)
    readable = Task.objects.visible_to(Actor(user=recipient)).filter(pk__any_of=tasks)
    theirs = readable.filter(assignee=recipient, project__memberships__user=recipient)
    rows = theirs.select_related("project__workspace", "due_set_by").order_by(
        F("due_date").asc(nulls_last=True), "project__key", "number"
    )
    listed = list(rows.defer("description", "description_html")[:most])
    if not listed:
        return Skip("the tasks are somebody else's now, or deleted")
    count = len(listed) if len(listed) < most else theirs.count()
    return Assigned(recipient=recipient, tasks=listed, count=count)


def _is_active(person: User) -> bool:
    return person.is_active and person.deleted_at is None


def _is_in_workspace(at: Recheck) -> bool:
    return bool(role_in_workspace.first(actor=at.recipient, workspace=at.task.workspace_id))


def _is_in_project(at: Recheck) -> bool:
    return bool(role_in_project.first(person=at.recipient, project=at.task.project_id))
