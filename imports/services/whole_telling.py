"""Telling of what was imported, once it is shown: the log has it, nobody is mailed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from attachments.events import AttachmentAdded
from attachments.models import Attachment
from comments.events import CommentAdded
from comments.models import Comment
from core.actor import Actor
from core.batches import insert_all
from core.events import IMPORT, publish_all
from core.models import as_event_value
from jobs.registry import Finished, Json, Outcome, Progress, Run
from projects.models import Project
from tasks.events import TaskAssigned, TaskCreated
from tasks.models import StatusChange, Task

AT_ONCE = 500
Teller = Callable[[Actor, Sequence[Any]], None]


def tell_next(run: Run, position: Json) -> Outcome:
    """Publish some rows: kind by kind, of one project after the other."""
    kinds, places = list(TOLD), position.get("projects", ())
    if position["kind"] == len(kinds) or not places:
        counts = position.get("rows", {})
        return Finished(
            result={"rows": counts, "unmatched_people": position["unmatched"]},
            is_complete=True,
            sentence=f"{counts.get('tasks', 0):,} tasks are there.",
        )
    kind = kinds[position["kind"]]
    project = Project.objects.locked_shared(UUID(places[position["at"]]))
    # What people have added since then is told already.
    rows = _rows(kind, project).filter(created_at__lte=_moment(position))
    if position["after"]:
        rows = rows.filter(pk__gt=position["after"])
    found = list(rows.order_by("pk")[:AT_ONCE])
    TOLD[kind](run.actor, found)
    return _following(position, found, len(places))


def _following(position: Json, found: Sequence[Any], places: int) -> Progress:
    following: Json = {"after": str(found[-1].pk) if found else None}
    if len(found) < AT_ONCE:
        is_last = position["at"] + 1 == places
        following = {"at": 0 if is_last else position["at"] + 1, "after": None}
        following["kind"] = position["kind"] + is_last
    done = position["done"]
    sentence = "The projects are there; the log is being written."
    return Progress(position={**position, **following}, done=done, total=done, sentence=sentence)


def _moment(position: Json) -> datetime:
    """When the projects were shown."""
    return datetime.fromisoformat(position["shown_at"])


def _rows(kind: type[Any], project: Project) -> QuerySet[Any]:
    if kind is Task:
        tasks = Task.objects.filter(project=project)
        return tasks.select_related("status", "project", "assignee")
    rows: QuerySet[Any] = kind.objects.filter(task__project=project, deleted_at=None)
    return rows.select_related("task__project")


def _tell_tasks(actor: Actor, tasks: Sequence[Task]) -> None:
    insert_all([_first_status(task, actor) for task in tasks])
    publish_all([TaskCreated(actor=actor, task=task, origin=IMPORT) for task in tasks])
    publish_all([_assigned(actor, task) for task in tasks if task.assignee])


def _tell_comments(actor: Actor, comments: Sequence[Comment]) -> None:
    publish_all([CommentAdded(actor=actor, comment=each, origin=IMPORT) for each in comments])


def _tell_attachments(actor: Actor, files: Sequence[Attachment]) -> None:
    publish_all([AttachmentAdded(actor=actor, attachment=each, origin=IMPORT) for each in files])


TOLD: Mapping[type[Any], Teller] = {
    Task: _tell_tasks,
    Comment: _tell_comments,
    Attachment: _tell_attachments,
}
"""How rows of each kind are told, in this order."""


def _assigned(actor: Actor, task: Task) -> TaskAssigned:
    changes = {"assignee": {"old": None, "new": as_event_value(task.assignee)}}
    return TaskAssigned(actor=actor, task=task, before=None, changes=changes, origin=IMPORT)


def _first_status(task: Task, actor: Actor) -> StatusChange:
    return StatusChange(
        workspace_id=task.workspace_id,
        task=task,
        actor=actor.user,
        source="",
        target=task.status.key,
    )
