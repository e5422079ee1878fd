"""What has to hold between the rows of an imported workspace, before anybody sees them."""

from collections import defaultdict
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

from django.db import connection

from imports.sources.records import FileRefused
from tasks.models import Relation, RelationKind
from tasks.services.subtasks import MOST_LEVELS, MOST_SUBTASKS

MOST_RELATIONS = 200_000
LEVELS = """
    WITH RECURSIVE below AS (
        SELECT id, 1 AS level FROM tasks_task WHERE project_id = ANY(%s) AND parent_id IS NULL
        UNION ALL
        SELECT part.id, level + 1 FROM below JOIN tasks_task AS part ON part.parent_id = below.id
        WHERE level < %s
    )
    SELECT (SELECT count(*) FROM tasks_task WHERE project_id = ANY(%s)) = count(*) FROM below
"""
PARTS = """
    SELECT NOT EXISTS (
        SELECT 1 FROM tasks_task WHERE project_id = ANY(%s) AND parent_id IS NOT NULL
        GROUP BY parent_id HAVING count(*) > %s
    )
"""
PARENTS = """
    SELECT NOT EXISTS (
        SELECT 1 FROM tasks_task AS part JOIN tasks_task AS whole ON whole.id = part.parent_id
        WHERE part.project_id = ANY(%s) AND whole.project_id <> part.project_id
    )
"""
LABELS = """
    SELECT NOT EXISTS (
        SELECT 1 FROM tasks_tasklabel AS held JOIN tasks_task AS task ON task.id = held.task_id
        JOIN tasks_label AS label ON label.id = held.label_id
        WHERE task.project_id = ANY(%s) AND label.project_id <> task.project_id
    )
"""
REPLIES = """
    SELECT NOT EXISTS (
        SELECT 1 FROM comments_comment AS reply
        JOIN comments_comment AS parent ON parent.id = reply.parent_id
        JOIN tasks_task AS task ON task.id = reply.task_id
        WHERE task.project_id = ANY(%s) AND parent.parent_id IS NOT NULL
    )
"""
FILES = """
    SELECT NOT EXISTS (
        SELECT 1 FROM attachments_attachment AS file
        JOIN comments_comment AS comment ON comment.id = file.comment_id
        JOIN tasks_task AS task ON task.id = file.task_id
        WHERE task.project_id = ANY(%s) AND comment.task_id <> file.task_id
    )
"""
COLUMNS = """
    SELECT NOT EXISTS (
        SELECT 1 FROM projects_project AS project WHERE id = ANY(%s) AND NOT EXISTS (
            SELECT 1 FROM projects_status WHERE project_id = project.id AND is_default
        )
    )
"""
QUESTIONS = (
    (COLUMNS, (), "A project has no column that new tasks begin in."),
    (PARENTS, (), "A task is a part of one of another project."),
    (PARTS, (MOST_SUBTASKS,), f"A task has more than {MOST_SUBTASKS} parts."),
    (LABELS, (), "A task has a label of another project."),
    (REPLIES, (), "A comment is a reply to a reply."),
    (FILES, (), "An attachment belongs to a comment on another task."),
)


def check_content(projects: Sequence[UUID]) -> None:
    """FileRefused unless the rows of these projects are as services would have made them."""
    ids = list(projects)
    for sql, values, message in QUESTIONS:
        if not _holds(sql, ids, *values):
            raise FileRefused(message)
    if not _holds(LEVELS, ids, MOST_LEVELS, ids):
        raise FileRefused(f"Tasks are parts of each other, or in more than {MOST_LEVELS} levels.")
    _check_cycles(ids)


def _check_cycles(projects: list[UUID]) -> None:
    rows = Relation.objects.filter(source__project__in=projects, kind=RelationKind.BLOCKS)
    pairs = list(rows.values_list("source_id", "target_id")[: MOST_RELATIONS + 1])
    if len(pairs) > MOST_RELATIONS:
        raise FileRefused(f"More than {MOST_RELATIONS:,} tasks block each other.")
    blockers: dict[UUID, set[UUID]] = defaultdict(set)
    for source, target in pairs:
        blockers[target].add(source)
    try:
        TopologicalSorter(blockers).prepare()
    except CycleError as problem:
        raise FileRefused("Tasks block each other in a circle.") from problem


def _holds(sql: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.fetchone()[0])
