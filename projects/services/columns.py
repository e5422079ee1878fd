"""Changing the columns of a project; the project is locked against changes of its tasks."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.events import Changes, publish
from core.models import as_event_value
from projects.events import ColumnAdded, ColumnDeleted, ColumnsReordered, ColumnUpdated
from projects.models import Project, Status, columns_of
from projects.services.locks import locked_for_workflow

MOST_COLUMNS = 50
SHOWN_LATER = ("key", "name", "color", "position", "category", "is_default", "wip_limit")
"""What is logged of a column that is deleted, so that boards of the past have it."""
LONGEST_KEY = 40


class TooManyColumns(Conflict):
    message = f"A project has at most {MOST_COLUMNS} columns."


class LastColumn(Conflict):
    message = "A project keeps at least one column."


class ColumnInUse(Conflict):
    message = "Tasks stand in this column: say which column they move to."


class WrongOrder(Invalid):
    message = "Name every column of the project once."


class NotAnotherColumn(Invalid):
    message = "Must be another column of the same project."


@transaction.atomic
def add_column(*, actor: Actor, project: Project, name: str, **fields: Any) -> Status:
    """A column at the end of the board; its key is made of its name."""
    project = locked_for_workflow(project, actor)
    columns = _columns(project)
    if len(columns) >= MOST_COLUMNS:
        raise TooManyColumns
    column = Status(
        workspace_id=project.workspace_id,
        project=project,
        name=name,
        key=_free_key(columns, name),
        position=1 + max(column.position for column in columns),
        **fields,
    )
    was = _take_default_from(columns) if column.is_default else {}
    column.save(force_insert=True)
    publish(ColumnAdded(actor=actor, column=column, past_values=was))
    return column


@transaction.atomic
def update_column(
    *, actor: Actor, column: Status, changes: dict[str, Any], version: int | None = None
) -> Status:
    """Change the fields given. The key stays, because clients know the column by it."""
    column, others = _locked_column(column, actor, version)
    if changes.get("is_default") is False and column.is_default:
        message = "Make another column the default instead."
        raise Invalid(errors={"is_default": [message]})
    if changed := column.change(**changes):
        was = _take_default_from(others) if "is_default" in changed else {}
        column.save_changes(*changed)
        publish(ColumnUpdated(actor=actor, column=column, changes=changed, past_values=was))
    return column


@transaction.atomic
def reorder_columns(*, actor: Actor, project: Project, order: Sequence[Status]) -> Project:
    """Put the columns into this order, which names each of them once."""
    project = locked_for_workflow(project, actor)
    columns = _columns(project)
    if sorted(column.pk for column in order) != sorted(column.pk for column in columns):
        raise WrongOrder(errors={"order": [WrongOrder.message]})
    positions = {column.pk: position for position, column in enumerate(order)}
    moved = [column for column in columns if column.position != positions[column.pk]]
    was = {"positions": {str(column.pk): column.position for column in columns}}
    for column in moved:
        column.position = positions[column.pk]
        column.save_changes("position")
    if moved:
        before, after = [c.key for c in columns], [c.key for c in order]
        changes: Changes = {"columns": {"old": before, "new": after}}
        publish(ColumnsReordered(actor=actor, project=project, changes=changes, past_values=was))
    return project


@transaction.atomic
def delete_column(
    *, actor: Actor, column: Status, move_to: Status | None = None, version: int | None = None
) -> None:
    """Delete the column; its tasks move to `move_to`, which becomes the default if it was that."""
    column, others = _locked_column(column, actor, version)
    if not others:
        raise LastColumn
    successor = next((other for other in others if other == move_to), None)
    if move_to and not successor:
        raise NotAnotherColumn(errors={"move_to": [NotAnotherColumn.message]})
    changes: Changes = {"key": {"old": column.key, "new": None}}
    if successor:
        changes["tasks"] = {"old": column.key, "new": successor.key}
    was = {name: getattr(column, name) for name in SHOWN_LATER}
    # Not after any change of its tasks' status from here on, and after all before.
    was["left_at"] = as_event_value(timezone.now())
    about: dict[str, Any] = {"column": column, "changes": changes, "past_values": was}
    publish(ColumnDeleted(actor=actor, successor=successor, **about))
    Status.objects.filter(pk=column.pk).delete()
    if column.is_default:
        default = successor or others[0]
        default.is_default = True
        default.save_changes("is_default")


def _columns(project: Project) -> list[Status]:
    """The columns of a locked project, which nobody changes meanwhile."""
    columns: list[Status] = columns_of.rows(project=project)
    return columns


def _locked_column(
    wanted: Status, actor: Actor, version: int | None
) -> tuple[Status, list[Status]]:
    """The column as it is now, and the others of its project; NotFound if it is gone."""
    project = locked_for_workflow(wanted.project, actor)
    columns = _columns(project)
    column = next((each for each in columns if each == wanted), None)
    if column is None:
        raise NotFound
    column.check_version(version)
    column.project = project
    return column, [other for other in columns if other != column]


def _take_default_from(columns: Sequence[Status]) -> dict[str, Any]:
    """Make none of them the default; returns which was, as events have it."""
    for column in columns:
        if column.is_default:
            column.is_default = False
            column.save_changes("is_default")
            return {"default": as_event_value(column)}
    return {}


def _free_key(columns: Sequence[Status], name: str) -> str:
    """`IN_REVIEW` from "In review"; a taken key gets a number."""
    words = re.sub(r"[^A-Z0-9]+", "_", slugify(name).upper()).strip("_") or "COLUMN"
    taken = {column.key.upper() for column in columns}
    keys = (words[: LONGEST_KEY - 3] + (f"_{n}" if n > 1 else "") for n in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)
