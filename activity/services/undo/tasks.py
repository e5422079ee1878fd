"""Undoing what was done to tasks."""

from typing import Any

from django.db.models import Q

from accounts.models import User
from activity.services.undo.changes import Undo
from activity.services.undo.refusals import FormerValueGone
from projects.models import Project, columns_of
from projects.rights import READ_PROJECT
from tasks.models import RelatedAs, Relation, Task
from tasks.rights import DELETE_TASK, MOVE_TASK, TRANSITION_TASK, UPDATE_TASK
from tasks.services.deletion import restore_task
from tasks.services.moves import Place, move_task
from tasks.services.relations import add_relation, remove_relation
from tasks.services.tasks import delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tasks.services.watchers import unwatch_task, watch_task


def put_back_fields(undo: Undo) -> None:
    """The fields, the labels, or the assignee."""
    task: Task = undo.row(Task, UPDATE_TASK)
    changes, version = undo.former(task), undo.unchanged(task)
    update_task(actor=undo.actor, task=task, changes=changes, version=version)


def put_back_column(undo: Undo) -> None:
    """By the workflow, as who moves the task."""
    task: Task = undo.row(Task, TRANSITION_TASK)
    columns = {column.key: column for column in columns_of.rows(project=task.project)}
    column = columns.get(undo.old("status"))
    if column is None:
        raise FormerValueGone(errors={"status": [FormerValueGone.message]})
    transition_task(actor=undo.actor, task=task, status=column, version=undo.unchanged())


def put_back_place(undo: Undo) -> None:
    """In the order of its column, at the former position or next to it."""
    task: Task = undo.row(Task, MOVE_TASK)
    place = Place(position=undo.old("position"))
    move_task(actor=undo.actor, task=task, place=place, version=undo.unchanged())


def put_back_project(undo: Undo) -> None:
    """With the labels and the parent of then; the column and the assignee have their own events."""
    task: Task = undo.row(Task, UPDATE_TASK)
    project = Project.objects.filter(pk=undo.old("project")).first()
    if project is None or project.pk == task.project_id:
        raise undo.superseded_or_gone()
    task = transfer_task(actor=undo.actor, task=task, project=project, version=undo.unchanged())
    if besides := [name for name in undo.names if name != "project"]:
        changes = undo.former(task, *besides)
        update_task(actor=undo.actor, task=task, changes=changes)


def delete(undo: Undo) -> None:
    delete_task(actor=undo.actor, task=undo.row(Task, DELETE_TASK))


def restore(undo: Undo) -> None:
    restore_task(actor=undo.actor, task=undo.row(Task, DELETE_TASK))


def unrelate(undo: Undo) -> None:
    task: Task = undo.row(Task, UPDATE_TASK)
    other, kind = _other(undo)
    ends = (task, other) if kind.of_source else (other, task)
    pair = Q(source=ends[0], target=ends[1])
    if kind == RelatedAs.RELATES_TO:
        pair |= Q(source=ends[1], target=ends[0])
    relation = Relation.objects.filter(pair, kind=kind.stored).first()
    if relation is None:
        raise undo.superseded()
    remove_relation(actor=undo.actor, task=task, relation=relation)


def relate(undo: Undo) -> None:
    task: Task = undo.row(Task, UPDATE_TASK)
    other, kind = _other(undo)
    add_relation(actor=undo.actor, task=task, other=other, kind=kind)


def unwatch(undo: Undo) -> None:
    task: Task = undo.row(Task, READ_PROJECT)
    unwatch_task(actor=undo.actor, task=task, person=_watcher(undo))


def watch(undo: Undo) -> None:
    task: Task = undo.row(Task, READ_PROJECT)
    watch_task(actor=undo.actor, task=task, person=_watcher(undo))


def _other(undo: Undo) -> tuple[Task, RelatedAs]:
    """The other task, and what the task of the event is, or was, to it."""
    [(name, change)] = undo.event.changes.items()
    other = Task.objects.filter(pk=_either(change)).first()
    if other is None:
        raise undo.superseded_or_gone()
    return other, RelatedAs(name.upper())


def _watcher(undo: Undo) -> User:
    pk = _either(undo.event.changes["watcher"])
    person: User | None = User.objects.filter(pk=pk).first()
    if person is None:
        raise undo.superseded_or_gone()
    return person


def _either(change: dict[str, Any]) -> Any:
    """The value that came or went."""
    return change["old"] if change["new"] is None else change["new"]
