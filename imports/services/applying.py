"""The third phase: rows become hidden tasks."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection

from core.models import uuid7
from imports.services.chunks import Staged, after, next_chunk
from imports.services.contents import LONGEST_DESCRIPTION
from imports.services.imports import APPLY, RELATE, Import, next_phase, progress
from imports.services.people import People, people_called
from imports.services.words import priority_called, type_called
from jobs.registry import Json, Progress, Run
from projects.models import Project, Status
from tasks.models import Task
from tasks.services.columns import default_column
from tasks.services.hidden import add_hidden_tasks

REFERENCES = """
    INSERT INTO imports_externalreference
    (id, created_at, workspace_id, project_id, source, external_id, task_id)
    SELECT row.id, now(), %s, %s, %s, row.external_id, row.task_id
    FROM unnest(%s::uuid[], %s::text[], %s::uuid[]) AS row (id, external_id, task_id)
"""


def apply(this: Import, run: Run, position: Json) -> Progress:
    """Make hidden tasks of the next rows."""
    project = this.lock_project()
    rows = next_chunk(this, position)
    if not rows:
        return next_phase(position, RELATE, "Prepared all tasks")
    names = {row.content.get(name) for row in rows for name in ("assignee", "reporter")}
    people, parents = people_called(this, project, names), _parents(this, rows)
    column = default_column(project)
    tasks = [_task(this, project, column, row, people, parents) for row in rows]
    add_hidden_tasks(project, tasks)
    _keep_references(this, rows)
    units = position["units"] + len(rows)
    return progress(position, "Preparing the tasks", phase=APPLY, after=after(rows), units=units)


def _keep_references(this: Import, rows: Sequence[Staged]) -> None:
    """Keep which row of the source each of these tasks came from."""
    values: list[Any] = [this.workspace_id, this.project_id, this.source]
    arrays: list[Any] = [
        [uuid7() for _ in rows],
        [row.external_id for row in rows],
        [row.pk for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [*values, *arrays])


def _parents(this: Import, rows: Sequence[Staged]) -> Collection[UUID]:
    """The ids of the tasks, of this import and others, that may be parents of these."""
    wanted = {row.parent_task_id for row in rows if row.parent_task_id}
    if not wanted:
        return wanted
    own = this.new_rows().filter(pk__any_of=wanted).values_list("pk", flat=True)
    there = Task.objects.alive().filter(pk__any_of=wanted, project=this.project_id)
    locked = there.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {*own, *locked.values_list("pk", flat=True)}


def _task(
    this: Import,
    project: Project,
    column: Status,
    row: Staged,
    people: People,
    parents: Collection[UUID],
) -> Task:
    """The task, with all that does not depend on who and what is in the project later."""
    content: dict[str, Any] = row.content
    task = Task(
        pk=row.pk,
        workspace_id=this.workspace_id,
        project=project,
        title=content["title"],
        description=_description(content, people),
        type=type_called(content.get("type", "")),
        priority=priority_called(content.get("priority", "")),
        created_by=this.actor.person,
        parent_id=row.parent_task_id if row.parent_task_id in parents else None,
        estimate_minutes=content.get("estimate_minutes"),
        start_date=_day(content.get("start_date")),
        due_date=_day(content.get("due_date")),
        due_time=time.fromisoformat(content["due_time"]) if "due_time" in content else None,
    )
    task.set_status(column)
    if created_at := content.get("created_at"):
        task.created_at = datetime.fromisoformat(created_at).astimezone(UTC)
    return task


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _description(content: dict[str, Any], people: People) -> str:
    """The description; its last line names people of the source whom nobody here is."""
    text: str = content.get("description", "")
    unknown = []
    if content.get("assignee") and people.member(content["assignee"]) is None:
        unknown.append(f"assignee {content['assignee']}")
    if content.get("reporter") and people.reader(content["reporter"]) is None:
        unknown.append(f"reporter {content['reporter']}")
    if not unknown:
        return text
    line = f"Imported: {', '.join(unknown)}"
    whole = f"{text}\n\n{line}" if text else line
    return whole if len(whole) <= LONGEST_DESCRIPTION else text
