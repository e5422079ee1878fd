"""Undoing what was done to projects, their columns and labels, and filters saved in them."""

from django.db.models import Q

from activity.models import Event
from activity.services.undo.changes import Undo
from activity.services.undo.newer import MOST_SHOWN
from activity.services.undo.refusals import FormerValueGone
from core.errors import Conflict
from projects.models import Project, Status, columns_of, transitions_of
from projects.rights import (
    ARCHIVE_PROJECT,
    CREATE_TASK,
    DELETE_PROJECT,
    MANAGE_WORKFLOW,
    READ_PROJECT,
    UPDATE_PROJECT,
)
from projects.services.columns import delete_column, reorder_columns, update_column
from projects.services.deletion import (
    archive_project,
    delete_project,
    restore_project,
    unarchive_project,
)
from projects.services.locks import locked_for_workflow
from projects.services.projects import update_project
from projects.services.transitions import set_transitions
from tasks.models import Label, SavedFilter, TaskLabel
from tasks.services.labels import delete_label, update_label
from tasks.services.saved_filters import delete_filter, update_filter

ARROW = " → "
"""Between the keys of a move in an event."""
MOST_TASKS = 20
"""How many tasks that have a label are looked at for the events that gave it to them."""


class DefaultColumn(Conflict):
    message = "Make another column the default first."


def put_back_fields(undo: Undo) -> None:
    project: Project = undo.row(Project, UPDATE_PROJECT)
    changes, version = undo.former(project), undo.unchanged(project)
    update_project(actor=undo.actor, project=project, changes=changes, version=version)


def archive(undo: Undo) -> None:
    archive_project(actor=undo.actor, project=undo.row(Project, ARCHIVE_PROJECT))


def unarchive(undo: Undo) -> None:
    unarchive_project(actor=undo.actor, project=undo.row(Project, ARCHIVE_PROJECT))


def delete(undo: Undo) -> None:
    delete_project(actor=undo.actor, project=undo.row(Project, DELETE_PROJECT))


def restore(undo: Undo) -> None:
    restore_project(actor=undo.actor, project=undo.row(Project, DELETE_PROJECT))


def put_back_order(undo: Undo) -> None:
    """The columns as they stood; locked here already, because orders have no version."""
    project = locked_for_workflow(undo.row(Project, MANAGE_WORKFLOW), undo.actor)
    columns = {column.key: column for column in columns_of.rows(project=project)}
    if list(columns) != undo.event.changes["columns"]["new"]:
        raise undo.superseded()
    order = [columns[key] for key in undo.old("columns")]
    reorder_columns(actor=undo.actor, project=project, order=order)


def put_back_transitions(undo: Undo) -> None:
    """The moves that were allowed; locked here already, because they have no version."""
    project = locked_for_workflow(undo.row(Project, MANAGE_WORKFLOW), undo.actor)
    columns = {column.key: column for column in columns_of.rows(project=project)}
    keys = {column.pk: key for key, column in columns.items()}
    moves = transitions_of.rows(project=project)
    present = sorted(f"{keys[each.source_id]}{ARROW}{keys[each.target_id]}" for each in moves)
    pairs = [move.split(ARROW) for move in undo.old("transitions")]
    if present != undo.event.changes["transitions"]["new"]:
        raise undo.superseded()
    if any(key not in columns for pair in pairs for key in pair):
        raise FormerValueGone
    former = [(columns[source], columns[target]) for source, target in pairs]
    set_transitions(actor=undo.actor, project=project, moves=former)


def remove_column(undo: Undo) -> None:
    """Only one that was left as it was added: its deletion is final."""

    def check(column: Status) -> None:
        if column.is_default:  # which one was it before, the log does not say
            raise DefaultColumn

    version = undo.untouched(also=check)
    delete_column(actor=undo.actor, column=undo.row(Status, MANAGE_WORKFLOW), version=version)


def put_back_column(undo: Undo) -> None:
    column: Status = undo.row(Status, MANAGE_WORKFLOW)
    changes, version = undo.former(column), undo.unchanged()
    update_column(actor=undo.actor, column=column, changes=changes, version=version)


def remove_label(undo: Undo) -> None:
    """Only one that no task has, and that was left as it was added: its deletion is final."""

    def check(label: Label) -> None:
        if tasks := list(TaskLabel.objects.filter(label=label).values("task_id")[:MOST_TASKS]):
            given = Q(entity="task", entity_id__in=[each["task_id"] for each in tasks])
            given &= Q(changes__has_key="labels", seq__gt=undo.event.seq)
            newer = Event.objects.filter(given).visible_to(undo.actor).order_by("-seq")
            raise undo.refused_by(newer[:MOST_SHOWN])

    version = undo.untouched(also=check)
    delete_label(actor=undo.actor, label=undo.row(Label, CREATE_TASK), version=version)


def put_back_label(undo: Undo) -> None:
    label: Label = undo.row(Label, CREATE_TASK)
    changes, version = undo.former(label), undo.unchanged()
    update_label(actor=undo.actor, label=label, changes=changes, version=version)


def remove_filter(undo: Undo) -> None:
    """Only one that was left as it was saved: its deletion is final."""
    saved: SavedFilter = undo.row(SavedFilter, READ_PROJECT)
    delete_filter(actor=undo.actor, saved_filter=saved, version=undo.untouched())


def put_back_filter(undo: Undo) -> None:
    saved: SavedFilter = undo.row(SavedFilter, READ_PROJECT)
    changes, version = undo.former(saved), undo.unchanged()
    update_filter(actor=undo.actor, saved_filter=saved, changes=changes, version=version)
