"""A project with tens of thousands of tasks, in which some values are common, others rare."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connections

from accounts.models import User
from projects.models import Project
from projects.services.workflows import Workflow

WORKFLOW = Workflow.KANBAN
"""The columns that `fill` expects."""
INSERT = """
    INSERT INTO tasks_task (
        id, created_at, updated_at, version, number, title, description, type, priority, category,
        position, due_date, assignee_id, created_by_id, project_id, status_id, workspace_id
    )
    SELECT gen_random_uuid(), at, at + (hashint4(n) & 1048575) * interval '1 second', 1, n,
        'Task ' || md5(n::text), 'What is to be done, and why, in one or two sentences. ',
        CASE WHEN a %% 1000 = 0 THEN 'IMPROVEMENT' WHEN a %% 10 < 6 THEN 'TASK'
            WHEN a %% 10 < 9 THEN 'BUG' ELSE 'FEATURE' END,
        CASE WHEN b %% 1000 = 0 THEN 'URGENT' WHEN b %% 10 < 6 THEN 'MEDIUM'
            WHEN b %% 10 < 9 THEN 'HIGH' ELSE 'LOW' END,
        s.category, n::bigint * 65536, CASE WHEN n %% 2 = 0 THEN at::date + 30 END,
        CASE WHEN c %% 1000 = 0 THEN people[2] WHEN c %% 10 < 5 THEN people[1]
            WHEN c %% 10 < 7 THEN people[3] END,
        people[1], s.project_id, s.id, s.workspace_id
    FROM generate_series(1, %(count)s) n
    CROSS JOIN LATERAL (
        SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS at,
            hashint4(n) & 65535 AS a, hashint4(n + 1000003) & 65535 AS b,
            hashint4(n + 2000003) & 65535 AS c, %(people)s::uuid[] AS people
    ) v
    JOIN projects_status s ON s.project_id = %(project)s AND s.key = CASE
        WHEN n > %(count)s * 9 / 10 THEN CASE WHEN a %% 2 = 0 THEN 'TODO' ELSE 'IN_PROGRESS' END
        WHEN a %% 1000 = 1 THEN 'REVIEW' ELSE 'DONE' END
"""
COUNTER = """
    INSERT INTO tasks_taskcounter (project_id, workspace_id, last_number)
    VALUES (%s, %s, %s)
"""
CONDITIONS = {
    "": "true",
    "status=done": "s.key = 'DONE'",
    "status=Review": "s.key = 'REVIEW'",
    "status=nobody-has-it": "false",
    "category=CLOSED": "s.category = 'CLOSED'",
    "category=DONE": "s.category = 'DONE'",
    "category=TODO&category=IN_PROGRESS": "s.category IN ('TODO', 'IN_PROGRESS')",
    "is_complete=true": "t.is_complete",
    "type=BUG": "t.type = 'BUG'",
    "type=IMPROVEMENT": "t.type = 'IMPROVEMENT'",
    "type=OTHER": "t.type = 'OTHER'",
    "priority=HIGH": "t.priority = 'HIGH'",
    "priority=URGENT": "t.priority = 'URGENT'",
    "assignee=none": "t.assignee_id IS NULL",
    "assignee={common}": "t.assignee_id = '{common}'",
    "assignee={rare}": "t.assignee_id = '{rare}'",
    "assignee={idle}": "t.assignee_id = '{idle}'",
    "due_after=2026-02-05": "t.due_date >= '2026-02-05'",
    "due_after=2036-01-01": "t.due_date >= '2036-01-01'",
    "due_before=2026-01-31": "t.due_date <= '2026-01-31'",
    "due_before=2026-02-20": "t.due_date <= '2026-02-20'",
}
"""Queries of the list, and the tasks they match in SQL; every filter, common, rare and absent."""


@dataclass(frozen=True)
class People:
    """Who has half of the tasks, one in a thousand, and none."""

    common: User
    rare: User
    idle: User
    other: User


def fill(project: Project, people: People, count: int) -> None:
    """Create the tasks of an empty project with the columns of WORKFLOW, as the owner."""
    keys = [people.common.pk, people.rare.pk, people.other.pk]
    with connections["direct"].cursor() as owner:
        owner.execute(INSERT, {"project": project.pk, "people": keys, "count": count})
        owner.execute(COUNTER, [project.pk, project.workspace_id, count])


def analyze() -> None:
    """Let PostgreSQL count what `fill` has written, as autovacuum does."""
    with connections["direct"].cursor() as owner:
        owner.execute("ANALYZE")


def matches(project: Project, people: People) -> dict[str, int]:
    """The queries of CONDITIONS with people's ids, and how many tasks each matches."""
    names = {"common": people.common.pk, "rare": people.rare.pk, "idle": people.idle.pk}
    counts = (f"count(*) FILTER (WHERE {each.format(**names)})" for each in CONDITIONS.values())
    with connections["direct"].cursor() as owner:
        owner.execute(_select(counts), [project.pk])
        found = owner.fetchone()
    return dict(zip((query.format(**names) for query in CONDITIONS), found, strict=True))


def _select(columns: Iterable[str]) -> str:
    words = ["SELECT", ", ".join(columns), "FROM tasks_task t"]
    words += ["JOIN projects_status s ON s.id = t.status_id"]
    return " ".join([*words, "WHERE t.project_id = %s AND t.deleted_at IS NULL"])
