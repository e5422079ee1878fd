"""The numbers of a dashboard: of one project, or summed over several."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from core.queries import compiled
from dashboards.models import Kind
from projects.models import Category, Priority, Status
from tasks.models import FINISHED

MOST_WEEKS, USUAL_WEEKS = 52, 12
MOST_PEOPLE = 200
"""Assignees that are shown: those with the most open tasks."""
MOST_TIMED = 500
"""Tasks of which cycle times are told: those completed last."""
MOST_SHOWN = 200
"""Columns that are shown of several projects, in which most have the same keys."""
WEEK = timedelta(weeks=1)
TOTALS = """
    SELECT kind, value,
        CASE WHEN kind IN ('COMPLETED', 'FLOW') THEN date_trunc(%(step)s, day::timestamp)::date END,
        sum(count)::bigint
    FROM (
        SELECT kind, day, value, count FROM dashboards_total
        WHERE project_id = ANY(%(projects)s)
        UNION ALL
        SELECT counted.kind, counted.day, counted.value, change.amount
        FROM dashboards_countedchange AS change, dashboards_counted(category, status_id, priority,
            assignee_id, due_date, completed_on, change.day) AS counted
        WHERE change.project_id = ANY(%(projects)s)
    ) AS summed
    WHERE kind IN ('CATEGORY', 'STATUS', 'PRIORITY', 'ASSIGNEE')
        OR kind = 'DUE' AND day < %(today)s
        OR kind IN ('COMPLETED', 'FLOW') AND day >= %(since)s
    GROUP BY 1, 2, 3 HAVING sum(count) <> 0
"""
# From when work on it began, by what the columns mean now; else from when it was created.
CYCLE_TIMES = """
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY took),
        percentile_cont(0.85) WITHIN GROUP (ORDER BY took)
    FROM (
        SELECT extract(epoch FROM task.completed_at - LEAST(task.completed_at, COALESCE((
            SELECT min(step.created_at) FROM tasks_statuschange AS step
            JOIN projects_status AS status ON status.project_id = task.project_id
                AND status.key = step.target AND status.category = 'IN_PROGRESS'
            WHERE step.task_id = task.id
        ), task.created_at))) / 3600 AS took
        FROM (
            SELECT latest.* FROM unnest(%(projects)s::uuid[]) AS project (id), LATERAL (
                SELECT id, project_id, created_at, completed_at FROM tasks_task
                WHERE project_id = project.id AND deleted_at IS NULL AND completed_at >= %(since)s
                ORDER BY completed_at DESC LIMIT %(most)s
            ) AS latest
            ORDER BY completed_at DESC LIMIT %(most)s
        ) AS task
    ) AS timed
"""


@dataclass
class Totals:
    """What is counted: now, by kind and value, and what came and went in the steps shown."""

    now: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    completed: Counter[date] = field(default_factory=Counter)
    flow: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def numbers_of(projects: Sequence[UUID], *, today: date, weeks: int) -> dict[str, Any]:
    """The dashboard of these projects; `today` is the day by which tasks are overdue.

    Weeks begin on Monday, at midnight in UTC; the last of them is the present one.
    """
    now = timezone.now().astimezone(UTC).date()
    first = now - timedelta(days=now.weekday()) - (weeks - 1) * WEEK
    totals = _totals(projects, today, first)
    current = totals.now[Kind.CATEGORY]
    finished = sum(current[each] for each in FINISHED)
    return {
        "total": current.total(),
        "open": current.total() - finished,
        "completed": finished,
        "overdue": totals.now[Kind.DUE].total(),
        "by_status": _by_status(projects, totals.now[Kind.STATUS]),
        "by_priority": [
            {"priority": each.value, "count": totals.now[Kind.PRIORITY][each]} for each in Priority
        ],
        "by_assignee": _by_assignee(totals.now[Kind.ASSIGNEE]),
        "weeks": _steps(totals, [first + n * WEEK for n in range(weeks)]),
        "cycle_time": _cycle_time(projects, first),
    }


def history_of(
    projects: Sequence[UUID], *, first: date, last: date, step: timedelta
) -> list[dict[str, Any]]:
    """The days or weeks from that of `first` to that of `last`, as the `weeks` of a dashboard.

    What is to come is left out. Days are those of UTC.
    """
    today = timezone.now().astimezone(UTC).date()
    if step == WEEK:
        first -= timedelta(days=first.weekday())
    totals = _totals(projects, today, first, step)
    count = max(0, (today - first) // step + 1)
    steps = _steps(totals, [first + n * step for n in range(count)])
    return [each for each in steps if each["start"] <= last]


def _totals(projects: Sequence[UUID], today: date, since: date, step: timedelta = WEEK) -> Totals:
    totals = Totals()
    with connection.cursor() as cursor:
        named: dict[str, Any] = {"projects": list(projects), "today": today, "since": since}
        cursor.execute(TOTALS, {**named, "step": "week" if step == WEEK else "day"})
        for kind, value, start, count in cursor.fetchall():
            if kind == Kind.COMPLETED:
                totals.completed[start] += count
            elif kind == Kind.FLOW:
                totals.flow[start][value] += count
            else:
                totals.now[kind][value] += count
    return totals


def _by_status(projects: Sequence[UUID], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The tasks in each column; columns of several projects with one key are told as one."""
    summed: dict[tuple[str, str], int] = {}
    for pk, key, category in columns_in.rows(projects=list(projects)):
        summed[key, category] = summed.get((key, category), 0) + counts.get(str(pk), 0)
    shown = summed if len(summed) <= MOST_SHOWN else sorted(summed, key=lambda k: -summed[k])
    return [
        {"status": key, "category": category, "count": summed[key, category]}
        for key, category in list(shown)[:MOST_SHOWN]
    ]


@compiled
def columns_in(projects: Any) -> QuerySet[Any]:
    columns = Status.objects.filter(project__any_of=projects).order_by("position", "key")
    rows: QuerySet[Any] = columns.values_list("pk", "key", "category")
    return rows


def _by_assignee(counts: Counter[str]) -> list[dict[str, Any]]:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_PEOPLE]
    people = {
        str(pk): {"id": public_id, "name": name, "image": image}
        for pk, public_id, name, image in people_among.rows(people=[UUID(p) for p, _ in most if p])
    }
    return [{"assignee": people.get(person), "count": count} for person, count in most]


@compiled
def people_among(people: Any) -> QuerySet[Any]:
    found = User.objects.filter(pk__any_of=people)
    rows: QuerySet[Any] = found.values_list("pk", "public_id", "name", "avatar_url")
    return rows


def _steps(totals: Totals, starts: Iterable[date]) -> list[dict[str, Any]]:
    """The days or weeks, the first one first; found from now on backwards."""
    left = Counter(totals.now[Kind.CATEGORY])
    steps = []
    for start in sorted(starts, reverse=True):
        flow = {each.value: left[each] for each in Category}
        finished = sum(flow[each] for each in FINISHED)
        steps.append(
            {
                "start": start,
                "throughput": totals.completed[start],
                "flow": flow,
                "scope": sum(flow.values()),
                "completed": finished,
            }
        )
        left.subtract(totals.flow[start])
    return steps[::-1]


def _cycle_time(projects: Sequence[UUID], since: date) -> dict[str, Any]:
    with connection.cursor() as cursor:
        named: dict[str, Any] = {"projects": list(projects), "since": since, "most": MOST_TIMED}
        cursor.execute(CYCLE_TIMES, named)
        tasks, median, most = cursor.fetchone()
    return {"tasks": tasks, "median_hours": _hours(median), "p85_hours": _hours(most)}


def _hours(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1)
