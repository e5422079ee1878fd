"""Which column a task may enter."""

from typing import cast

from core.errors import Conflict, Invalid
from projects.models import (
    Category,
    Project,
    Status,
    Transition,
    columns_of,
    transitions_of,
)


class UnknownStatus(Invalid):
    message = "This project has no such status."


class IllegalTransition(Conflict):
    """`allowed` has the keys of the columns the task may move to."""

    message = "The workflow does not allow this move."


def default_column(project: Project) -> Status:
    """The column of new tasks: the one marked as default, or else the first."""
    columns: list[Status] = columns_of.rows(project=project)
    return next((column for column in columns if column.is_default), columns[0])


def column_called(project: Project, name: str) -> Status:
    """The project's column with this key, name or id, in any case; UnknownStatus if none."""
    wanted = name.strip().casefold()
    columns: list[Status] = columns_of.rows(project=project)
    for column in columns:
        if wanted in (column.key.casefold(), column.name.casefold(), str(column.pk)):
            return column
    known = ", ".join(column.key for column in columns)
    raise UnknownStatus(errors={"status": [f"Must be one of: {known}."]})


def current_column(project: Project, column: Status) -> Status:
    """The column as it is now, inside a locked project; UnknownStatus if it is gone."""
    columns: list[Status] = columns_of.rows(project=project)
    for current in columns:
        if current.pk == column.pk:
            return current
    raise UnknownStatus(errors={"status": [UnknownStatus.message]})


def done_column(project: Project) -> Status:
    """The first column of the category DONE; UnknownStatus if the project has none."""
    for column in columns_of.rows(project=project):
        if column.category == Category.DONE:
            return cast("Status", column)
    raise UnknownStatus(errors={"is_complete": ["This project has no column that means done."]})


def check_transition(project: Project, source: Status, target: Status) -> None:
    """Refuse a move that is no transition of the project; without transitions all are allowed."""
    moves: list[Transition] = transitions_of.rows(project=project)
    by_source = [(move.source_id, move.target) for move in moves]
    allowed = [column for source_id, column in by_source if source_id == source.pk]
    if by_source and target not in allowed:
        raise IllegalTransition(allowed=[column.key for column in allowed])
