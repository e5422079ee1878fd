"""Which column a task may enter."""

from typing import Any, cast

from core.actor import Actor
from core.errors import Conflict, Invalid
from projects.models import (
    Category,
    Project,
    Status,
    Transition,
    columns_of,
    transitions_of,
)
from tasks.models import FINISHED, Relation, RelationKind, Task


class UnknownStatus(Invalid):
    message = "This project has no such status."


class IllegalTransition(Conflict):
    """`allowed` has the keys of the columns the task may move to."""

    message = "The workflow does not allow this move."


class OpenDependencies(IllegalTransition, code="illegal_transition"):
    """`unmet` has the open tasks that block it; those the person may not read are only counted."""

    message = "Open tasks block this one."


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


def check_transition(task: Task, target: Status, *, actor: Actor) -> None:
    """Refuse a move that is no transition of the project; without transitions all are allowed.

    Also one by which a blocked task would become complete, if the project requires it unblocked.
    The task is locked and in its former column.
    """
    moves: list[Transition] = transitions_of.rows(project=task.project)
    by_source = [(move.source_id, move.target) for move in moves]
    allowed = [column for source_id, column in by_source if source_id == task.status_id]
    if by_source and target not in allowed:
        raise IllegalTransition(allowed=_keys(enterable(task, allowed)))
    if target.category in FINISHED and _stays_open(task):
        columns: list[Status] = allowed if by_source else columns_of.rows(project=task.project)
        others = [column for column in columns if column.pk != task.status_id]
        raise OpenDependencies(allowed=_keys(enterable(task, others)), **_unmet(task, actor))


def _stays_open(task: Task) -> bool:
    """Whether the task must not become complete; one that is may move on."""
    required = task.project.completion_requires_unblocked
    return required and task.is_blocked and not task.is_complete


def enterable(task: Task, columns: list[Status]) -> list[Status]:
    """Those of the columns of its project that the task may enter as long as it is blocked."""
    stays_open = _stays_open(task)
    return [column for column in columns if not (stays_open and column.category in FINISHED)]


def _keys(columns: list[Status]) -> list[str]:
    return [column.key for column in columns]


def _unmet(task: Task, actor: Actor) -> dict[str, Any]:
    blocking = Relation.objects.filter(target=task, kind=RelationKind.BLOCKS).values("source_id")
    blockers = Task.objects.open().filter(pk__in=blocking, project__deleted_at=None)
    shown = blockers if actor.is_trusted else blockers.visible_to(actor)
    named = [
        {"id": str(blocker.pk), "key": blocker.spoken_key, "title": blocker.title}
        for blocker in shown.select_related("project").order_by("created_at", "pk")
    ]
    facts = {"code": "open_dependencies", "tasks": named}
    return {"unmet": [facts | {"hidden_tasks": task.open_blockers - len(named)}]}
