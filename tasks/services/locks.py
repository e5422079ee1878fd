"""Locking a task: first its project shared, then the task; then the right is checked."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from core.actor import Actor
from core.errors import Conflict
from core.queries import compiled
from core.rights import Right, require
from projects.models import Project
from projects.services.locks import check_open
from tasks.models import OnTask, Relation, RelationKind, Task
from tasks.services.numbers import lock_counter

Row = TypeVar("Row", bound=OnTask)


class MovedMeanwhile(Conflict):
    message = "The task was moved to another project meanwhile."


def placed(task: Task, project: Project) -> Task:
    """The locked task with its project, which was locked before; MovedMeanwhile if it left it.

    Rights, columns and labels were looked up for the project in which the task was found.
    """
    if task.project_id != project.pk:
        raise MovedMeanwhile
    task.project = project
    return task


def locked_task(
    right: Right, task: Task, actor: Actor, *, version: int | None = None, counter: bool = False
) -> Task:
    """Lock the task; refuse if deleted, the right is lacking or the version has changed."""
    locked = lock_task(task, counter=counter)
    require(right, locked, actor)
    locked.check_version(version)
    return locked


def lock_task(task: Task, *, deleted: bool = False, counter: bool = False) -> Task:
    """Lock the task, after its project shared, which must be open, and return it as it is now.

    NotFound if the task is deleted, unless `deleted` is True; MovedMeanwhile if it has left the
    project. With `counter`, the counter of the project is locked between the two, for changes of
    positions and parents: all of them take it before they lock a task, so that none waits for a
    task of another that waits for the counter.
    """
    project = _open_project(task)
    if counter:
        lock_counter(project)
    return placed(Task.objects.locked(task.pk, alive=not deleted), project)


def locked_tasks(ids: Collection[UUID]) -> dict[UUID, Task]:
    """Those of the tasks that are not deleted, by id, with column and assignee, without texts.

    Locked in the order of their ids against deadlocks. What changed while its row was waited for
    does not fit the column and the assignee joined before: PostgreSQL leaves a task out that has
    entered another column, so it is read again, and a new assignee when it is asked for.
    """
    found = {task.pk: task for task in _locked_with_rows(ids)}
    left_out = [pk for pk in ids if pk not in found]
    return found | {task.pk: task for task in _locked_with_rows(left_out)}


def _locked_with_rows(ids: Collection[UUID]) -> Iterator[Task]:
    if not ids:
        return
    rows = Task.objects.alive().filter(pk__any_of=ids).select_related("status", "assignee")
    rows = rows.defer("description", "description_html").order_by("pk")
    for task in rows.select_for_update(no_key=True, of=("self",)):
        if task.assignee_id and task.assignee is None:
            Task._meta.get_field("assignee").delete_cached_value(task)
        yield task


def shared_task(task: Task, *, counter: bool = False) -> Task:
    """Lock the task and its open project shared, for rows that are added to the task.

    With `counter` as `lock_task`, for tasks that are added because of it.
    """
    project = _open_project(task)
    if counter:
        lock_counter(project)
    return placed(Task.objects.locked_shared(task.pk, alive=True), project)


def shared_projects(ids: Iterable[UUID]) -> dict[UUID, Project]:
    """Lock these projects shared, in ascending order against deadlocks."""
    return {pk: Project.objects.locked_shared(pk) for pk in sorted(set(ids))}


def lock_blocked(*tasks: Task) -> None:
    """Lock the tasks that these block, whose open blockers the next statement changes.

    Without it, the trigger would wait for them even where a request may not (`core.lock_waits`).
    """
    if tasks:
        blocked_by.rows(tasks=[task.pk for task in tasks])


def lock_blocked_by(tasks: QuerySet[Task]) -> None:
    """As `lock_blocked`, of however many; those of other projects too, in the order of ids."""
    blocking = Relation.objects.filter(source__in=tasks.values("pk"), kind=RelationKind.BLOCKS)
    lock_in_order(Task.objects.filter(pk__in=blocking.values("target_id")))


def lock_in_order(tasks: QuerySet[Task]) -> None:
    """Lock however many tasks, in the order of their ids."""
    rows = tasks.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(rows.values_list("pk", flat=True))


@compiled
def blocked_by(tasks: Any) -> QuerySet[Any]:
    blocking = Relation.objects.filter(source__any_of=tasks, kind=RelationKind.BLOCKS)
    rows = Task.objects.filter(pk__in=blocking.values("target_id"))
    locked = rows.select_for_update(no_key=True, of=("self",))
    return locked.order_by("pk").values_list("pk", flat=True)


def _open_project(task: Task) -> Project:
    """Lock its project shared: it stays open and keeps its members until the transaction ends."""
    project: Project = Project.objects.locked_shared(task.project_id)
    check_open(project)
    return project


def locked_on_task(
    right: Right, row: Row, actor: Actor, *, version: int | None = None, deleted: bool = False
) -> Row:
    """Lock what hangs on a task, which is locked shared; checks as `locked_task` does.

    NotFound if it is deleted, unless `deleted` is True.
    """
    kind: Any = type(row)
    task = shared_task(row.task)
    locked: Row = kind.objects.locked(row.pk, alive=not deleted)
    locked.task = task
    require(right, locked, actor)
    locked.check_version(version)
    return locked
