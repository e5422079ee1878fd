"""Adding and removing relations between two tasks of a workspace.

Both projects are locked shared, in ascending order; then the turn of the workspace's relations is
awaited; then the tasks are locked, the one that blocks before the one that is blocked.
"""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.events import Changes, publish_all
from core.queries import insert
from core.rights import require
from core.shared_locks import await_turns
from projects.models import Project
from projects.rights import READ_PROJECT
from projects.services.locks import check_open
from tasks.events import TaskRelated, TaskUnrelated
from tasks.models import RelatedAs, Relation, RelationKind, Task
from tasks.rights import UPDATE_TASK
from tasks.services.locks import placed, shared_projects

MOST_RELATIONS = 200
MOST_SHOWN = 200
"""Tasks of a cycle that a refusal names."""

# Deleted tasks too: they may be restored. UNION keeps each pair once, so that it ends.
BLOCKED = """
    WITH RECURSIVE blocked (id, blocker) AS (
        SELECT %(target)s::uuid, NULL::uuid
        UNION
        SELECT relation.target_id, relation.source_id
        FROM blocked JOIN tasks_relation AS relation ON relation.source_id = blocked.id
        WHERE relation.kind = 'BLOCKS' AND blocked.id <> %(source)s
    )
    SELECT id, blocker FROM blocked WHERE EXISTS (SELECT FROM blocked WHERE id = %(source)s)
"""
"""The tasks that the target blocks, directly or not, each with one that blocks it directly; none
unless the source is among them."""


class SameTask(Invalid):
    message = "A task has no relation to itself."


class UnknownTask(Invalid):
    message = "Not found."


class AlreadyRelated(Conflict):
    message = "The two tasks have this relation already."


class TooManyRelations(Conflict):
    message = f"A task has at most {MOST_RELATIONS} relations."


class DependencyCycle(Conflict):
    """In `cycle` each task blocks the next one, and the last one the first.

    It has at most MOST_SHOWN tasks, and none that the person may not read; `cycle_length` counts
    all of them.
    """

    message = "The tasks would block each other."


@transaction.atomic
def add_relation(*, actor: Actor, task: Task, other: Task, kind: RelatedAs) -> Relation:
    """Make the task what `kind` says to the other one, such as blocked by it."""
    if other.pk == task.pk:
        raise SameTask(errors={"task_id": [SameTask.message]})
    if other.workspace_id != task.workspace_id:
        raise UnknownTask(errors={"task_id": [UnknownTask.message]})
    projects = shared_projects([task.project_id, other.project_id])
    for project in projects.values():
        check_open(project)
    await_turns([f"relations of {task.workspace_id}"])  # two at once could close a cycle
    ends = (task, other) if kind.of_source else (other, task)
    source, target = _locked(*ends, kind.stored, projects)
    _require(actor, source if kind.of_source else target, projects)
    _check_number(source, target, kind.stored)
    if kind.stored == RelationKind.BLOCKS:
        _check_cycle(source, target, actor)
    relation = Relation(
        workspace_id=task.workspace_id,
        source=source,
        target=target,
        kind=kind.stored,
        created_by=actor.person,
    )
    insert(relation)
    publish_all(
        [
            TaskRelated(actor=actor, task=each, changes=changes)
            for each, changes in relation_changes(relation, is_new=True)
        ]
    )
    return relation


@transaction.atomic
def remove_relation(*, actor: Actor, task: Task, relation: Relation) -> None:
    """Remove a relation of the task, whose project must be open; NotFound if it is gone."""
    ends = relation.source, relation.target
    if task not in ends:
        raise NotFound
    projects = shared_projects(end.project_id for end in ends)
    check_open(projects[task.project_id])
    source, target = _locked(*ends, relation.kind, projects)
    _require(actor, source if task == source else target, projects)
    Relation.objects.locked(relation.pk)
    Relation.objects.filter(pk=relation.pk).delete()
    publish_all(
        [
            TaskUnrelated(actor=actor, task=each, changes=changes)
            for each, changes in relation_changes(relation, is_new=False)
        ]
    )


def _locked(
    source: Task, target: Task, kind: str, projects: dict[UUID, Project]
) -> tuple[Task, Task]:
    """Lock both; the target to change it if its blockers are counted.

    NotFound if one is deleted, MovedMeanwhile if one has left the project it was found in.

    In the direction of blocking, as who completes a task locks it before those it blocks.
    """
    is_counted = kind == RelationKind.BLOCKS
    locked: list[Task] = [
        Task.objects.locked_shared(source.pk, alive=True),
        (Task.objects.locked if is_counted else Task.objects.locked_shared)(target.pk, alive=True),
    ]
    for task, found in zip(locked, (source, target), strict=True):
        placed(task, projects[found.project_id])
    return locked[0], locked[1]


def _require(actor: Actor, task: Task, projects: dict[UUID, Project]) -> None:
    """Refuse who may not change this task, or not read the other one."""
    require(UPDATE_TASK, task, actor)
    for project in projects.values():
        require(READ_PROJECT, project, actor)


def _check_number(source: Task, target: Task, kind: str) -> None:
    pair = Q(source=source, target=target)
    if kind != RelationKind.BLOCKS:  # of which the other direction is a cycle
        pair |= Q(source=target, target=source)
    if Relation.objects.filter(pair, kind=kind).exists():
        raise AlreadyRelated
    for task in (source, target):
        if Relation.objects.of_task(task).count() >= MOST_RELATIONS:
            raise TooManyRelations


def _check_cycle(source: Task, target: Task, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED, {"source": source.pk, "target": target.pk})
        blockers = dict(cursor.fetchall())
    if not blockers:
        return
    backwards = [source.pk]
    while (blocker := blockers[backwards[-1]]) is not None:
        backwards.append(blocker)
    cycle = [source.pk, *reversed(backwards[1:])]
    tasks = Task.objects.filter(pk__any_of=cycle[:MOST_SHOWN]).select_related("project")
    shown = tasks if actor.is_trusted else tasks.visible_to(actor)
    named = {task.pk: {"id": str(task.pk), "key": task.spoken_key} for task in shown}
    raise DependencyCycle(cycle=[named[pk] for pk in cycle if pk in named], cycle_length=len(cycle))


def relation_changes(relation: Relation, *, is_new: bool) -> list[tuple[Task, Changes]]:
    """For each of both tasks: what it is, or was, to the other."""
    found: list[tuple[Task, Changes]] = []
    ends = relation.source, relation.target
    for task, other in (ends, ends[::-1]):
        seen = RelatedAs.seen(relation.kind, from_source=task is relation.source)
        old, new = (None, str(other.pk)) if is_new else (str(other.pk), None)
        found.append((task, {seen.lower(): {"old": old, "new": new}}))
    return found
