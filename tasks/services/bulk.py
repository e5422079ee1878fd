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
from projects.models import columns_of, role_in_project, transitions_of
from projects.models.projects import roles_in_project
from projects.services.locks import check_open
from tasks.models import Label, Task, labels_of
from tasks.rights import UPDATE_TASK
from tasks.services.edits import Edited, apply, permitted_changes, store
from tasks.services.labels import HeldLabels, change_labels, check_labels, held_labels
from tasks.services.locks import locked_tasks, placed, shared_projects
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

    @property
    def has_labels(self) -> bool:
        """Whether labels are added or removed."""
        return bool(self.added or self.removed)


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
    found = locked_tasks([change.task.pk for change in wanted])
    held = held_labels(found.values()) if any(each.has_labels for each in wanted) else {}
    with remembering(columns_of, labels_of, transitions_of, role_in_project, roles_in_project):
        for change in wanted:
            try:
                if (task := found.get(change.task.pk)) is None:
                    raise NotFound
                placed(task, projects[change.task.project_id])
                edits.append(_applied(task, change, held, actor))
            except Refusal as refusal:
                refused[change.task.pk] = refusal
    if refused and is_atomic:
        for why in refused.values():
            if isinstance(why, Forbidden):
                raise why
        raise BulkRefused(results=[result_of(pk, why) for pk, why in refused.items()])
    edits = _with_labels(edits, {change.task.pk: change for change in wanted}, held)
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


def _applied(task: Task, change: Change, held: HeldLabels, actor: Actor) -> Edited:
    check_open(task.project)
    require(UPDATE_TASK, task, actor)
    if change.has_labels:
        check_labels(task, change.added, held=held[task.pk], removed=change.removed)
    return apply(task, permitted_changes(task, change.fields, actor=actor), actor=actor)


def _with_labels(
    edits: Sequence[Edited], changes: Mapping[UUID, Change], held: HeldLabels
) -> list[Edited]:
    """The edits with what has changed of the labels of their tasks."""
    wanted = {
        each.task: (changes[each.task.pk].added, changes[each.task.pk].removed) for each in edits
    }
    changed = change_labels(wanted, held) if held else {}
    return [
        each._replace(changed={**each.changed, **changed.get(each.task.pk, {})}) for each in edits
    ]
