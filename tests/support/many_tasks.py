"""The list of tasks of a large project (`dev/demo/scale.py`), asked in every way."""

from collections.abc import Iterable

from django.db import connections

from dev.demo.scale import People
from projects.models import Project

INDEX = """
    INSERT INTO gantry_private.task_words
    SELECT id, id, workspace_id, project_id, lower(title), gantry_private.weighed(concat_ws(' ',
        'all', CASE WHEN number %% 10 = 0 THEN 'tenth' END,
        CASE WHEN number %% 5 = 0 THEN 'one fifth part' END,
        CASE WHEN number %% 1000 = 0 THEN 'rare' END, words.of_a_language
    ), 'B')
    FROM tasks_task, LATERAL (
        SELECT string_agg('w' || (300 * power(random, 3))::int, ' ') AS of_a_language
        FROM generate_series(1, 8) n,
            LATERAL (SELECT (hashint4(number * 8 + n) & 1023) / 1024.0 AS random) chance
    ) words
    WHERE project_id = %s
    ON CONFLICT (task_id, source_id) DO UPDATE SET words = excluded.words
"""
FIRST = "SELECT id FROM tasks_task WHERE project_id = %s AND number = 1"
LABELLED = (
    "EXISTS (SELECT 1 FROM tasks_tasklabel h JOIN tasks_label l ON l.id = h.label_id"
    " WHERE h.task_id = t.id AND l.name = '{}')"
).format
WATCHED = "EXISTS (SELECT 1 FROM tasks_watcher w WHERE w.task_id = t.id)"
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
    "blocked=true": "t.is_blocked",
    "blocked=false": "NOT t.is_blocked",
    "assignee=none": "t.assignee_id IS NULL",
    "assignee={common}": "t.assignee_id = '{common}'",
    "assignee={rare}": "t.assignee_id = '{rare}'",
    "assignee={idle}": "t.assignee_id = '{idle}'",
    "label=often": LABELLED("often"),
    "label=seldom": LABELLED("seldom"),
    "label=never": LABELLED("never"),
    "label=unknown": "false",
    "parent=none": "t.parent_id IS NULL",
    "parent={parent}": "t.parent_id = '{parent}'",
    "watching=true": WATCHED,
    "watching=false": f"NOT {WATCHED}",
    "due_after=2026-02-05": "t.due_date >= '2026-02-05'",
    "due_after=2036-01-01": "t.due_date >= '2036-01-01'",
    "due_before=2026-01-31": "t.due_date <= '2026-01-31'",
    "due_before=2026-02-20": "t.due_date <= '2026-02-20'",
    "planned_after=2026-02-25": "t.planned_until >= '2026-02-25'",
    "planned_after=2036-01-01": "t.planned_until >= '2036-01-01'",
    "planned_before=2026-01-31": "t.planned_from <= '2026-01-31'",
    "planned_before=2026-02-20": "t.planned_from <= '2026-02-20'",
    "planned_after=2026-02-05&planned_before=2026-02-05": (
        "t.planned_until >= '2026-02-05' AND t.planned_from <= '2026-02-05'"
    ),
    "overdue=true": "t.pending_due < current_date",
    "overdue=false": "t.pending_due >= current_date",
    "created_after=2036-01-01": "t.created_at >= '2036-01-01'",
    "created_before=2026-01-05": "t.created_at < '2026-01-06'",
    "updated_after=2026-02-05": "t.updated_at >= '2026-02-05'",
    "updated_before=2025-12-31": "t.updated_at < '2026-01-01'",
    "created_by={common}": "t.created_by_id = '{common}'",
    "created_by={idle}": "t.created_by_id = '{idle}'",
    "text=nowhere": "false",
}
"""Queries of the list, and the tasks they match in SQL; every filter, common, rare and absent."""


def index_words(project: Project) -> None:
    """Index words for what `fill` made: "all", "tenth", "one fifth part", "rare" and usual ones."""
    with connections["direct"].cursor() as owner:
        owner.execute(INDEX, [project.pk])
        owner.execute("ANALYZE gantry_private.task_words")


def matches(project: Project, people: People) -> dict[str, int]:
    """The queries of CONDITIONS with people's ids, and how many tasks each matches."""
    names = {"common": people.common.pk, "rare": people.rare.pk, "idle": people.idle.pk}
    with connections["direct"].cursor() as owner:
        owner.execute(FIRST, [project.pk])
        [names["parent"]] = owner.fetchone()
        counts = (f"count(*) FILTER (WHERE {each.format(**names)})" for each in CONDITIONS.values())
        owner.execute(_select(counts), [project.pk])
        found = owner.fetchone()
    return dict(zip((query.format(**names) for query in CONDITIONS), found, strict=True))


def _select(columns: Iterable[str]) -> str:
    words = ["SELECT", ", ".join(columns), "FROM tasks_task t"]
    words += ["JOIN projects_status s ON s.id = t.status_id"]
    return " ".join([*words, "WHERE t.project_id = %s AND t.deleted_at IS NULL"])
