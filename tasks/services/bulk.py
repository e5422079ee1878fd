"""Changing many tasks at once, with as many statements as for a few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound, Refusal
from core.remembering import remembering
from core.rights import require
from projects.models import Project, columns_of, role_in_project, transitions_of
from projects.models.projects import roles_in_project
from projects.services.locks import check_open
from tasks.models import Label, Task
from tasks.rights import UPDATE_TASK
from tasks.services.edits import Edited, apply, permitted_changes, store
from tasks.services.labels import change_labels
from tasks.services.locks import shared_projects
from tasks.services.numbers import lock_counter

MOST_TASKS_CHANGED = 500


class BulkRefused(Conflict):
    """`results` has each task that cannot be changed so, and why."""

    message = "Not all of these tasks can be changed so; none was."


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to be changed of one task; labels are those of its project."""

    task: Task
    fields: dict[str, Any] = field(default_factory=dict)
    added: Sequence[Label] = ()
    removed: Sequence[Label] = ()


Refused = Mapping[UUID, Refusal]


@transaction.atomic
def change_tasks(
    *, actor: Actor, wanted: Sequence[Change], is_atomic: bool = True
) -> tuple[list[Task], Refused]:
    """Change all of the tasks, or with `is_atomic` false those that can be.

    Returns the locked tasks, and why the others were refused.
    """
    projects = shared_projects(change.task.project_id for change in wanted)
    for project in sorted({each.task.project_id for each in wanted if each.task.repeat_every}):
        lock_counter(projects[project])  # a task that repeats may be followed by another one
    refused: dict[UUID, Refusal] = {}
    edits: list[Edited] = []
    found = _locked([change.task.pk for change in wanted], projects)
    with remembering(columns_of, transitions_of, role_in_project, roles_in_project):
        for change in wanted:
            try:
                edits.append(_applied(found.get(change.task.pk), change, actor))
            except Refusal as refusal:
                refused[change.task.pk] = refusal
    if refused and is_atomic:
        for why in refused.values():
            if isinstance(why, Forbidden):
                raise why
        raise BulkRefused(results=[result_of(pk, why) for pk, why in refused.items()])
    by_task = {change.task.pk: change for change in wanted}
    edits = _with_labels(edits, by_task)
    store(edits, actor=actor)
    return [each.task for each in edits], refused


def result_of(task: UUID, refusal: Refusal) -> dict[str, Any]:
    """What is told of a task that was refused."""
    return {
        "id": str(task),
        "is_changed": False,
        "code": refusal.code,
        "message": str(refusal),
        **refusal.facts,
    }


def _locked(ids: Sequence[UUID], projects: Mapping[UUID, Project]) -> dict[UUID, Task]:
    """The tasks that are not deleted, locked in the order of their ids against deadlocks."""
    rows = Task.objects.alive().filter(pk__any_of=ids).select_related("status", "assignee")
    found = {
        task.pk: task for task in rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    }
    for task in found.values():
        task.project = projects[task.project_id]
    return found


def _applied(task: Task | None, change: Change, actor: Actor) -> Edited:
    if task is None:
        raise NotFound
    check_open(task.project)
    require(UPDATE_TASK, task, actor)
    return apply(task, permitted_changes(task, change.fields, actor=actor), actor=actor)


def _with_labels(edits: Sequence[Edited], changes: Mapping[UUID, Change]) -> list[Edited]:
    """The edits with what has changed of the labels of their tasks."""
    wanted = {
        each.task: (changes[each.task.pk].added, changes[each.task.pk].removed) for each in edits
    }
    changed = change_labels(wanted) if any(added or gone for added, gone in wanted.values()) else {}
    return [
        each._replace(changed={**each.changed, **changed.get(each.task.pk, {})}) for each in edits
    ]
