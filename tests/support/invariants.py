"""What is true of the task engine whatever happens: queries that find what is not."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Model

from tasks.models import FormerKey
from tasks.services.subtasks import MOST_LEVELS
from tests.support.isolation import tenant_models

ELSEWHERE = (FormerKey,)
"""Whose project is meant to be another one than that of the row they refer to."""

RULES = {
    "a task's history is a chain that begins with nothing and ends in its column": """
        WITH steps AS (
            SELECT task_id, source, target,
                lag(target, 1, '') OVER past AS before, lead(target) OVER past AS after
            FROM tasks_statuschange WINDOW past AS (PARTITION BY task_id ORDER BY created_at, id)
        )
        SELECT task.id, steps.source, steps.target, steps.before
        FROM tasks_task AS task
        JOIN projects_status AS status ON status.id = task.status_id
        LEFT JOIN steps ON steps.task_id = task.id
        WHERE task.purged_at IS NULL AND (
            steps.task_id IS NULL OR steps.source <> steps.before OR steps.source = steps.target
            OR (steps.after IS NULL AND steps.target <> status.key)
        )
    """,
    "every step is a transition of the project, if neither has changed": """
        SELECT step.task_id, step.source, step.target
        FROM tasks_statuschange AS step JOIN tasks_task AS task ON task.id = step.task_id
        WHERE step.source <> ''
        AND EXISTS (SELECT FROM projects_transition AS move WHERE move.project_id = task.project_id)
        AND NOT EXISTS (SELECT FROM tasks_formerkey AS former WHERE former.task_id = task.id)
        AND NOT EXISTS (
            SELECT FROM activity_event AS event
            WHERE event.entity_id = task.project_id AND event.action = 'transitions_changed'
            OR event.workspace_id = task.workspace_id
            AND event.entity = 'column' AND event.action = 'deleted'
        )
        AND NOT EXISTS (
            SELECT FROM projects_transition AS move
            JOIN projects_status AS source ON source.id = move.source_id
            JOIN projects_status AS target ON target.id = move.target_id
            WHERE move.project_id = task.project_id
            AND source.key = step.source AND target.key = step.target
        )
    """,
    "no two tasks of a project have one position": """
        SELECT project_id, position FROM tasks_task GROUP BY 1, 2 HAVING count(*) > 1
    """,
    "a task stands in a column of its project, and has its category": """
        SELECT task.id FROM tasks_task AS task JOIN projects_status AS status
        ON status.id = task.status_id
        WHERE status.project_id <> task.project_id OR status.category <> task.category
        OR (task.completed_at IS NOT NULL) <> task.is_complete
    """,
    "the counter of a project is not behind its tasks": """
        SELECT task.id FROM tasks_task AS task
        LEFT JOIN tasks_taskcounter AS counter USING (project_id)
        WHERE counter.project_id IS NULL OR task.number > counter.last_number
        OR task.position > counter.last_position
    """,
    "no task blocks itself, directly or not": """
        WITH RECURSIVE reach (start, id) AS (
            SELECT source_id, target_id FROM tasks_relation WHERE kind = 'BLOCKS'
            UNION
            SELECT start, target_id FROM reach JOIN tasks_relation ON source_id = reach.id
            WHERE kind = 'BLOCKS'
        )
        SELECT start FROM reach WHERE start = id
    """,
    "open blockers are counted": """
        SELECT task.id, task.open_blockers, count(source.id)
        FROM tasks_task AS task
        LEFT JOIN tasks_relation AS relation
            ON relation.target_id = task.id AND relation.kind = 'BLOCKS'
        LEFT JOIN (tasks_task AS source JOIN projects_project AS project
            ON project.id = source.project_id AND project.deleted_at IS NULL)
            ON source.id = relation.source_id
            AND source.deleted_at IS NULL AND NOT source.is_complete
        GROUP BY task.id HAVING count(source.id) <> task.open_blockers
    """,
    "no task is below itself, deleted or not": """
        WITH RECURSIVE above (start, id) AS (
            SELECT id, parent_id FROM tasks_task WHERE parent_id IS NOT NULL
            UNION
            SELECT start, parent_id FROM above JOIN tasks_task AS task USING (id)
            WHERE parent_id IS NOT NULL
        )
        SELECT start FROM above WHERE start = id
    """,
    "live tasks are below live tasks of their project": """
        SELECT task.id, parent.id FROM tasks_task AS task
        JOIN tasks_task AS parent ON parent.id = task.parent_id
        WHERE task.deleted_at IS NULL
        AND (parent.deleted_at IS NOT NULL OR parent.project_id <> task.project_id)
    """,
    "live tasks do not stand too deep": f"""
        WITH RECURSIVE below (id, level) AS (
            SELECT id, 0 FROM tasks_task WHERE parent_id IS NULL
            UNION ALL
            SELECT task.id, level + 1 FROM below JOIN tasks_task AS task
            ON task.parent_id = below.id
            WHERE task.deleted_at IS NULL AND level <= {MOST_LEVELS}
        )
        SELECT id FROM below WHERE level > {MOST_LEVELS}
    """,
    "events are numbered without gaps": """
        SELECT workspace_id, count(*), count(DISTINCT seq), min(seq), max(seq)
        FROM activity_event WHERE workspace_id IS NOT NULL GROUP BY workspace_id
        HAVING count(DISTINCT seq) <> count(*) OR min(seq) <> 1 OR max(seq) <> count(*)
        OR max(seq) <> (
            SELECT last_seq FROM activity_eventcounter AS counter
            WHERE counter.workspace_id = activity_event.workspace_id
        )
    """,
    "stored bytes are those of the files there are": """
        SELECT workspace_id, stored.total, files.total
        FROM attachments_storedbytes AS stored FULL JOIN (
            SELECT workspace_id, sum(size) AS total FROM attachments_attachment
            WHERE storage_key <> '' GROUP BY workspace_id
        ) AS files USING (workspace_id)
        WHERE coalesce(stored.total, 0) <> coalesce(files.total, 0)
    """,
}


def faults() -> dict[str, list[Any]]:
    """The rows that break a rule, by its name. Events are numbered now, not at the commit."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, question in {**RULES, **dict(same_everywhere())}.items():
            cursor.execute(question)
            if rows := cursor.fetchall():
                found[name] = rows
    return found


def same_everywhere() -> Iterator[tuple[str, str]]:
    """For each foreign key between rows of workspaces: that both are of one, and of one project."""
    tenants = {model for model in tenant_models() if _has(model, "workspace_id")}
    for model in sorted(tenants, key=lambda model: model._meta.label):
        for key in model._meta.concrete_fields:
            if key.related_model in tenants:
                yield f"{key} is of the same workspace", _unequal(key, "workspace_id")
                if _has(model, "project_id") and model not in ELSEWHERE and _is_within(key):
                    yield f"{key} is of the same project", _unequal(key, "project_id")


def _is_within(key: Any) -> bool:
    """Whether it refers to a row of a project; a parent is compared while it is live."""
    return _has(key.related_model, "project_id") and key.name != "parent"


def _has(model: type[Model], name: str) -> bool:
    return any(field.attname == name for field in model._meta.concrete_fields)


def _unequal(key: Any, shared: str) -> str:
    model, there = key.model._meta, key.remote_field.model._meta
    return (
        f"SELECT here.{model.pk.column} FROM {model.db_table} AS here"
        f" JOIN {there.db_table} AS there ON there.{there.pk.column} = here.{key.column}"
        f" WHERE here.{shared} IS DISTINCT FROM there.{shared}"
    )
