"""Changing thousands of tasks, a hundred in each step, as the person who asked for it."""

from collections.abc import Mapping
from datetime import date, time
from importlib import import_module
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from core.documents.conditions import narrowed
from core.errors import Conflict, Invalid, NotFound, Refusal
from core.remembering import remembering
from jobs.registry import Finished, Json, Outcome, Progress, Run
from projects.models import columns_of
from tasks.models import Task, labels_of
from tasks.services.bulk import Change, change_tasks, result_of
from tasks.services.names import change_named

AT_ONCE = 100
"""Tasks of a step."""
MOST_TASKS = 10_000
MOST_TOLD = 500
"""Refusals that the result has; of more there is only the number."""
READ: dict[str, Any] = {
    "start_date": date.fromisoformat,
    "due_date": date.fromisoformat,
    "due_time": time.fromisoformat,
}


class TooManyTasks(Conflict):
    message = f"At most {MOST_TASKS} tasks are changed by one job."


def change_some(run: Run) -> Outcome:
    """Take the step: change the next hundred tasks, and tell of those that cannot be changed so.

    `position` has the place of the step, and what is told in the end.
    """
    place = run.position or {"after": "", "total": _total(run), "changed": 0, "refusals": []}
    wanted = _next(run, place["after"])
    if not wanted:
        return _finished(place)
    refused = _change(run, wanted)
    refusals = [*place["refusals"], *(result_of(pk, why) for pk, why in refused.items())]
    place = {
        "after": str(wanted[-1]),
        "total": place["total"],
        "changed": place["changed"] + len(wanted) - len(refused),
        "refused": place.get("refused", 0) + len(refused),
        "refusals": refusals[:MOST_TOLD],
    }
    done = place["changed"] + place["refused"]
    return Progress(
        position=place,
        done=done,
        total=max(done, place["total"]),
        sentence=f"Changed {place['changed']} tasks.",
    )


def _finished(place: Json) -> Finished:
    changed, refused = place["changed"], place.get("refused", 0)
    told = {"changed": changed, "refused": refused, "refusals": place["refusals"]}
    return Finished(result=told, sentence=f"Changed {changed} tasks, {refused} could not be.")


def _total(run: Run) -> int:
    if ids := run.payload.get("task_ids"):
        return len({*ids})
    total = _filtered(run)[: MOST_TASKS + 1].count()
    if total > MOST_TASKS:
        raise TooManyTasks
    return total


def _next(run: Run, after: str) -> list[UUID]:
    """The tasks of the step, in the order of their ids, so that none comes twice."""
    if ids := run.payload.get("task_ids"):
        return [UUID(pk) for pk in sorted({*ids}) if pk > after][:AT_ONCE]
    rows = _filtered(run).order_by("pk")
    return list(
        (rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:AT_ONCE]
    )


def _filtered(run: Run) -> QuerySet[Task]:
    """The tasks of the project that meet the filter, as its list understands it."""
    # Not loaded by programs that serve no HTTP until one has such a job.
    lists = import_module("tasks.api.list_conditions")
    project = run.payload["project_id"]
    conditions = lists.list_conditions(run.actor, UUID(project), run.payload["filter"])
    return narrowed(_visible(run).filter(project=project), conditions)


def _visible(run: Run) -> Any:
    return Task.objects.visible_to(run.actor).filter(workspace=run.job.workspace_id)


def _change(run: Run, wanted: list[UUID]) -> Mapping[UUID, Refusal]:
    """Change those tasks that can be changed; returns why the others cannot."""
    rows = _visible(run).with_standing_of(run.actor).filter(pk__any_of=wanted)
    found = {task.pk: task for task in rows.defer("description")}
    refused: dict[UUID, Refusal] = {pk: NotFound() for pk in wanted if pk not in found}
    fields = _fields(run)
    changes: list[Change] = []
    with remembering(columns_of, labels_of):
        for task in found.values():
            try:
                changes.append(change_named(task, dict(fields)))
            except Refusal as why:
                refused[task.pk] = why
    _, late = change_tasks(actor=run.actor, wanted=changes, is_atomic=False)
    return {**refused, **late}


def _fields(run: Run) -> dict[str, Any]:
    """What is to be set, with values in place of their JSON; Invalid without the assignee."""
    given: Json = run.payload["changes"]
    fields = {name: value and READ.get(name, _same)(value) for name, value in given.items()}
    if person := fields.get("assignee"):
        fields["assignee"] = User.objects.visible_to(run.actor).filter(pk=person).first()
        if fields["assignee"] is None:
            raise Invalid(errors={"assignee_id": ["Not found."]})
    return fields


def _same(value: Any) -> Any:
    return value
