"""The numbers of reports: what a person may read at this moment, nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from core.actor import Actor
from core.days import today_in
from core.errors import Invalid, NotFound
from dashboards.services.numbers import MOST_PEOPLE, history_of, people_among
from projects.models import Project, Visibility
from reports.models import Step, What
from workspaces.models import Workspace

LONGEST_RANGE = timedelta(days=731)
WORKLOAD = """
    SELECT assignee_id, count(*), count(*) FILTER (WHERE due_date < %(today)s),
        count(*) FILTER (WHERE due_date BETWEEN %(first)s AND %(last)s),
        coalesce(sum(estimate_minutes), 0)::bigint,
        coalesce(sum(estimate_minutes) FILTER (
            WHERE due_date BETWEEN %(first)s AND %(last)s), 0)::bigint,
        count(*) FILTER (WHERE estimate_minutes IS NULL)
    FROM tasks_task
    WHERE project_id = ANY(%(projects)s) AND deleted_at IS NULL
        AND category NOT IN ('DONE', 'CLOSED')
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
COUNTS = ("open", "overdue", "due", "estimate_minutes", "due_estimate_minutes", "not_estimated")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is about: days from `first` to `last`, of one project or all of a workspace.

    With `is_shared` it leaves out the private projects of a workspace, because others read it.
    """

    what: What
    first: date
    last: date
    step: Step = Step.DAY
    project: UUID | None = None
    is_shared: bool = False


def check_range(first: date, last: date) -> None:
    """Raise Invalid unless the range is one, and not too long."""
    if last < first:
        raise Invalid(errors={"to_date": ["Must not be before from_date."]})
    if last - first > LONGEST_RANGE:
        raise Invalid(errors={"to_date": ["Must be within two years of from_date."]})


def read_report(*, actor: Actor, workspace: UUID | None, asked: Asked) -> dict[str, Any]:
    """The report as JSON, of the projects that the actor may read now.

    NotFound without the project, or the workspace.
    """
    check_range(asked.first, asked.last)
    name, projects = _subject(actor, workspace, asked)
    shown: dict[str, Any] = {
        "what": asked.what.value,
        "name": name,
        "project_id": str(asked.project) if asked.project else None,
        "from_date": asked.first.isoformat(),
        "to_date": asked.last.isoformat(),
        "step": asked.step.value,
    }
    if asked.what == What.WORKLOAD:
        today = today_in(actor.person.time_zone)
        return {**shown, "steps": [], "people": _workload(projects, asked, today)}
    return {**shown, "steps": _steps(projects, asked), "people": []}


def _subject(actor: Actor, workspace: UUID | None, asked: Asked) -> tuple[str, list[UUID]]:
    """The name of what the report is about, and the ids of its projects."""
    rows = Project.objects.reachable_by(actor).filter(workspace=workspace)
    if asked.project is not None:
        project = rows.filter(pk=asked.project).first()
        if project is None:
            raise NotFound
        return project.name, [project.pk]
    place = Workspace.objects.visible_to(actor).filter(pk=workspace).first()
    if place is None:
        raise NotFound
    if asked.is_shared:
        rows = rows.filter(visibility=Visibility.WORKSPACE)
    return place.name, list(rows.values_list("pk", flat=True))


def _steps(projects: list[UUID], asked: Asked) -> list[dict[str, Any]]:
    steps = history_of(projects, first=asked.first, last=asked.last, step=asked.step.length)
    return [_step(each, asked.what) for each in steps]


def _step(found: dict[str, Any], what: What) -> dict[str, Any]:
    start = {"start": found["start"].isoformat()}
    if what == What.THROUGHPUT:
        return {**start, "completed": found["throughput"]}
    scope, completed = found["scope"], found["completed"]
    return {**start, "scope": scope, "completed": completed, "remaining": scope - completed}


def _workload(projects: list[UUID], asked: Asked, today: date) -> list[dict[str, Any]]:
    """Those with the most open tasks first; the assignee is null for tasks that nobody has."""
    named: dict[str, Any] = {
        "projects": projects,
        "today": today,
        "first": asked.first,
        "last": asked.last,
    }
    with connection.cursor() as cursor:
        cursor.execute(WORKLOAD, {**named, "most": MOST_PEOPLE})
        rows = cursor.fetchall()
    people = {
        pk: {"id": public_id, "name": name}
        for pk, public_id, name, _ in people_among.rows(people=[row[0] for row in rows if row[0]])
    }
    return [
        {"assignee": people.get(pk), **dict(zip(COUNTS, counts, strict=True))}
        for pk, *counts in rows
    ]
