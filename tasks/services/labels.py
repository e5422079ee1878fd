"""Labels of a project and of its tasks. What changes labels locks the project."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.events import Changes, publish
from core.queries import compiled, insert
from projects.models import Project
from projects.rights import CREATE_TASK
from projects.services.locks import check_open, locked_project
from tasks.events import LabelAdded, LabelDeleted, LabelUpdated
from tasks.models import Label, Task, TaskLabel, labels_of

MOST_LABELS = 200
"""How many labels a project has."""
MOST_LABELS_OF_TASK = 20


MOST_HOLDERS = 1000
"""Of how many tasks is logged that they had a label which is deleted."""
LabelsWanted = dict[Task, tuple[Sequence[Label], Sequence[Label]]]
"""The labels to add to each task, and those to remove."""
HeldLabels = dict[UUID, dict[UUID, TaskLabel]]
"""By the id of a task and of a label, the row that joins them."""


class TooManyLabels(Conflict):
    message = f"A project has at most {MOST_LABELS} labels."


class TooManyLabelsOfTask(Conflict):
    message = f"A task has at most {MOST_LABELS_OF_TASK} labels."


class LabelExists(Conflict):
    message = "The project has a label of this name."


class UnknownLabel(Invalid):
    message = "This project has no such label."


@transaction.atomic
def add_label(*, actor: Actor, project: Project, name: str, **fields: Any) -> Label:
    """A label, whose name differs from those of the others in more than case."""
    project = locked_project(CREATE_TASK, project, actor)
    check_open(project)
    labels = labels_of.rows(project=project)
    if len(labels) >= MOST_LABELS:
        raise TooManyLabels
    _check_name(name, labels)
    label = Label(workspace_id=project.workspace_id, project=project, name=name, **fields)
    insert(label)
    publish(LabelAdded(actor=actor, label=label))
    return label


@transaction.atomic
def update_label(
    *, actor: Actor, label: Label, changes: dict[str, Any], version: int | None = None
) -> Label:
    label, others = _locked_label(label, actor, version)
    if "name" in changes:
        _check_name(changes["name"], others)
    if changed := label.change(**changes):
        label.save_changes(*changed)
        publish(LabelUpdated(actor=actor, label=label, changes=changed))
    return label


@transaction.atomic
def delete_label(*, actor: Actor, label: Label, version: int | None = None) -> None:
    """Delete the label, also from the tasks that have it."""
    label, _ = _locked_label(label, actor, version)
    was = {"name": label.name, "color": label.color, "tasks": _holders(label)}
    publish(LabelDeleted(actor=actor, label=label, past_values=was))
    TaskLabel.objects.filter(label=label).delete()
    Label.objects.filter(pk=label.pk).delete()


def _holders(label: Label) -> list[str] | None:
    """The ids of the tasks with the label; None if they are too many to be logged."""
    held = TaskLabel.objects.filter(label=label).values_list("task_id", flat=True)
    tasks = [str(pk) for pk in held[: MOST_HOLDERS + 1]]
    return tasks if len(tasks) <= MOST_HOLDERS else None


def labels_named(project: Project, names: Sequence[str]) -> list[Label]:
    """The labels of the project with these names, in any case, or ids; each of them once."""
    if not names:
        return []
    known: dict[str, Label] = {}
    for label in labels_of.rows(project=project):
        known |= {label.name.casefold(): label, str(label.pk): label}
    wanted = [name.strip().casefold() for name in names]
    if unknown := [name for name in wanted if name not in known]:
        raise UnknownLabel(errors={"labels": [f"There is no label “{name}”." for name in unknown]})
    return list(dict.fromkeys(known[name] for name in wanted))


def labels_of_task(task: Task) -> list[Label]:
    """The labels of a task, by name."""
    labels: list[Label] = task_labels.rows(task=task)
    return labels


def set_labels(task: Task, labels: Sequence[Label]) -> Changes:
    """Give the locked task these labels and no others; what changed, by their names."""
    before = labels_of_task(task)
    if set(before) == set(labels):
        return {}
    check_labels(task, labels)
    added = [label for label in labels if label not in before]
    removed = [label.pk for label in before if label not in labels]
    if removed:
        TaskLabel.objects.filter(task=task, label__in=removed).delete()
    insert(*(TaskLabel(workspace_id=task.workspace_id, task=task, label=each) for each in added))
    old, new = (sorted(label.name for label in each) for each in (before, labels))
    return {"labels": {"old": old, "new": new}}


def check_labels(
    task: Task,
    added: Sequence[Label],
    *,
    held: Collection[UUID] = (),
    removed: Sequence[Label] = (),
) -> None:
    """Refuse labels that are not of the locked task's project any more, or too many of them.

    `held` has the ids of those the task has besides.
    """
    current = {label.pk for label in labels_of.rows(project=task.project_id)}
    if unknown := [label for label in added if label.pk not in current]:
        raise UnknownLabel(errors={"labels": [f"There is no label “{unknown[0].name}”."]})
    after = {*held, *(label.pk for label in added)} - {label.pk for label in removed}
    if added and len(after) > MOST_LABELS_OF_TASK:
        raise TooManyLabelsOfTask


def held_labels(tasks: Iterable[Task]) -> HeldLabels:
    """The labels of each of these tasks."""
    held: HeldLabels = {task.pk: {} for task in tasks}
    rows = TaskLabel.objects.filter(task__any_of=list(held)).select_related("label")
    for row in rows:
        held[row.task_id][row.label_id] = row
    return held


def change_labels(wanted: LabelsWanted, held: HeldLabels) -> dict[UUID, Changes]:
    """Add labels to locked tasks and remove others; what changed, by the id of the task."""
    made, gone, changed = [], [], {}
    for task, (added, removed) in wanted.items():
        mine = held[task.pk]
        new = [label for label in added if label.pk not in mine]
        made += [TaskLabel(workspace_id=task.workspace_id, task=task, label=each) for each in new]
        lost = [mine[label.pk] for label in removed if label.pk in mine]
        gone += [row.pk for row in lost]
        if new or lost:
            before = sorted(row.label.name for row in mine.values())
            kept = [row.label.name for row in mine.values() if row not in lost]
            after = sorted([*kept, *(label.name for label in new)])
            if before != after:  # in another project labels may have the same names
                changed[task.pk] = {"labels": {"old": before, "new": after}}
    TaskLabel.objects.filter(pk__any_of=gone).delete()
    insert(*made)
    return changed


def _locked_label(wanted: Label, actor: Actor, version: int | None) -> tuple[Label, list[Label]]:
    """The label as it is now, and the others of its project; NotFound if it is gone."""
    project = locked_project(CREATE_TASK, wanted.project, actor)
    check_open(project)
    labels: list[Label] = labels_of.rows(project=project)
    label = next((each for each in labels if each == wanted), None)
    if label is None:
        raise NotFound
    label.check_version(version)
    label.project = project
    return label, [other for other in labels if other != label]


def _check_name(name: str, others: Sequence[Label]) -> None:
    if name.casefold() in {other.name.casefold() for other in others}:
        raise LabelExists(errors={"name": [LabelExists.message]})


@compiled
def task_labels(task: Any) -> QuerySet[Any]:
    held = TaskLabel.objects.filter(task=task).values("label")
    return Label.objects.filter(pk__in=held).order_by("name", "pk")
