"""The second phase: what rows say of each other, in a few statements for all of them."""

from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection

from core.errors import Conflict
from imports.models import ExternalReference
from imports.services.cycles import mark_cycles
from imports.services.imports import APPLY, CHECK, CLOSE, Import, next_phase, progress
from imports.services.reporting import refusal_of
from jobs.registry import Json, Progress, Run
from tasks.models import Label
from tasks.services.hidden import HIDDEN_AT
from tasks.services.labels import MOST_LABELS, TooManyLabels
from tasks.services.subtasks import MOST_LEVELS, MOST_SUBTASKS

# What was deleted for good is imported again; hidden tasks look alike, but for their time.
FORGET = """
    DELETE FROM imports_externalreference AS reference USING tasks_task AS task
    WHERE reference.project_id = %(project)s AND reference.source = %(source)s
    AND task.id = reference.task_id AND task.purged_at IS NOT NULL
    AND task.deleted_at <> %(hidden)s
"""
DUPLICATES = """
    UPDATE imports_importrow AS row SET flaws = flaws || %(flaw)s::jsonb FROM (
        SELECT external_id, min(number) AS first FROM imports_importrow
        WHERE job_id = %(job)s GROUP BY external_id HAVING count(*) > 1
    ) AS several
    WHERE row.job_id = %(job)s AND row.external_id = several.external_id
    AND row.number > several.first
"""
KNOWN = """
    UPDATE imports_importrow AS row SET known_task_id = reference.task_id
    FROM imports_externalreference AS reference
    WHERE row.job_id = %(job)s AND reference.external_id = row.external_id
    AND reference.project_id = %(project)s AND reference.source = %(source)s
"""
PARENTS = """
    UPDATE imports_importrow AS row SET parent_task_id = coalesce(parent.known_task_id, parent.id)
    FROM (
        SELECT DISTINCT ON (external_id) external_id, id, known_task_id FROM imports_importrow
        WHERE job_id = %(job)s AND external_id IN (
            SELECT parent FROM imports_importrow WHERE job_id = %(job)s AND parent <> ''
        ) ORDER BY external_id, number
    ) AS parent
    WHERE row.job_id = %(job)s AND row.parent <> '' AND parent.external_id = row.parent
"""
KNOWN_PARENTS = """
    UPDATE imports_importrow AS row SET parent_task_id = reference.task_id
    FROM imports_externalreference AS reference
    JOIN tasks_task AS task ON task.id = reference.task_id
    WHERE row.job_id = %(job)s AND row.parent <> '' AND row.parent_task_id IS NULL
    AND reference.external_id = row.parent AND reference.project_id = %(project)s
    AND reference.source = %(source)s AND task.project_id = %(project)s
    AND task.deleted_at IS NULL
"""
MISSING_PARENTS = """
    UPDATE imports_importrow SET flaws = flaws || %(flaw)s::jsonb
    WHERE job_id = %(job)s AND parent <> '' AND parent_task_id IS NULL
"""
# Below a task that is there already, that one's level counts. What is not reached stands in a
# circle, or deeper than allowed.
LEVELS = """
    WITH RECURSIVE tree AS (
        SELECT row.id, CASE WHEN row.parent_task_id IS NULL THEN 0 ELSE coalesce((
            WITH RECURSIVE up AS (
                SELECT parent_id, 1 AS level FROM tasks_task WHERE id = row.parent_task_id
                UNION ALL
                SELECT task.parent_id, level + 1 FROM up
                JOIN tasks_task AS task ON task.id = up.parent_id WHERE level <= %(levels)s
            ) SELECT max(level) FROM up
        ), 0) END AS level
        FROM imports_importrow AS row WHERE row.job_id = %(job)s AND NOT EXISTS (
            SELECT FROM imports_importrow AS parent
            WHERE parent.id = row.parent_task_id AND parent.job_id = %(job)s
        )
        UNION ALL
        SELECT row.id, tree.level + 1 FROM tree
        JOIN imports_importrow AS row ON row.parent_task_id = tree.id
        WHERE row.job_id = %(job)s AND tree.level <= %(levels)s
    )
    UPDATE imports_importrow AS row SET level = tree.level FROM tree
    WHERE row.id = tree.id AND tree.level > 0
"""
TOO_DEEP = """
    UPDATE imports_importrow SET flaws = flaws || %(flaw)s::jsonb
    WHERE job_id = %(job)s AND parent_task_id IS NOT NULL AND known_task_id IS NULL
    AND (level = 0 OR level > %(levels)s)
"""
TOO_MANY = """
    UPDATE imports_importrow AS row SET flaws = flaws || %(flaw)s::jsonb FROM (
        SELECT id, row_number() OVER (PARTITION BY parent_task_id ORDER BY number) + (
            SELECT count(*) FROM tasks_task
            WHERE parent_id = child.parent_task_id AND deleted_at IS NULL
        ) AS place
        FROM imports_importrow AS child
        WHERE job_id = %(job)s AND known_task_id IS NULL AND parent_task_id IN (
            SELECT parent_task_id FROM imports_importrow
            WHERE job_id = %(job)s AND parent_task_id IS NOT NULL
            GROUP BY parent_task_id
        )
    ) AS placed WHERE row.id = placed.id AND placed.place > %(most)s
"""
ORPHANS = """
    UPDATE imports_importrow AS row SET flaws = row.flaws || %(flaw)s::jsonb
    FROM imports_importrow AS parent
    WHERE row.job_id = %(job)s AND row.flaws = '[]' AND parent.job_id = %(job)s
    AND parent.id = row.parent_task_id AND parent.flaws <> '[]'
"""
LABELS = """
    SELECT DISTINCT lower(label) FROM imports_importrow AS row,
    jsonb_array_elements_text(row.content -> 'labels') AS label
    WHERE job_id = %(job)s AND flaws = '[]' AND known_task_id IS NULL
"""


class RowsRefused(Conflict):
    """`errors` has what is wrong, by `number.field` of the rows."""

    message = "Some rows cannot be imported; nothing was."


def check(this: Import, run: Run, position: Json) -> Progress:
    """Take the next check; after the last one, begin to apply, or end what was a trial."""
    this.lock_project()
    number = position.get("after") or 0
    CHECKS[number](this)
    if number + 1 < len(CHECKS):
        return progress(position, "Checking", phase=CHECK, after=number + 1)
    flawed = this.rows().exclude(flaws=[]).count()
    if this.is_dry_run:
        return next_phase(position, CLOSE, "Checked")
    if flawed and not this.is_partial:
        raise refusal_of(this, flawed, RowsRefused)
    return next_phase(position, APPLY, "Checked")


def _execute(this: Import, sql: str, flaw: tuple[str, str] | None = None, **values: Any) -> int:
    field, message = flaw or ("", "")
    told = orjson.dumps([{"field": field, "message": message, "value": ""}]).decode()
    values |= {"job": this.job_id, "project": this.project_id, "source": this.source}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "flaw": told})
        return int(cursor.rowcount)


def _ids(this: Import) -> None:
    _execute(this, FORGET, hidden=HIDDEN_AT)
    _execute(this, DUPLICATES, ("external_id", "A row before has the same id."))
    if ExternalReference.objects.filter(project=this.project_id, source=this.source).exists():
        _execute(this, KNOWN)


def _parents(this: Import) -> None:
    if not this.rows().exclude(parent="").exists():
        return
    _execute(this, PARENTS)
    _execute(this, KNOWN_PARENTS)
    _execute(this, MISSING_PARENTS, ("parent", "There is no task with this id."))


def _levels(this: Import) -> None:
    if not this.rows().filter(parent_task_id__isnull=False).exists():
        return
    _execute(this, LEVELS, levels=MOST_LEVELS)
    deep = f"Sub-tasks stand at most {MOST_LEVELS} levels deep, and never below themselves."
    _execute(this, TOO_DEEP, ("parent", deep), levels=MOST_LEVELS)
    many = f"A task has at most {MOST_SUBTASKS} sub-tasks."
    _execute(this, TOO_MANY, ("parent", many), most=MOST_SUBTASKS)


def _orphans(this: Import) -> None:
    """What is part of a row that is not imported, is not either."""
    orphaned = ("parent", "The row that it is part of cannot be imported.")
    while this.is_partial and _execute(this, ORPHANS, orphaned):
        continue


def _labels(this: Import) -> None:
    known = Label.objects.filter(project=this.project_id).values_list("name", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(LABELS, {"job": this.job_id})
        wanted = {name for (name,) in cursor.fetchmany(MOST_LABELS * 2)}
    if len(wanted | {name.lower() for name in known}) > MOST_LABELS:
        raise TooManyLabels


CHECKS: list[Callable[[Import], None]] = [
    _ids,
    _parents,
    _levels,
    mark_cycles,
    _orphans,
    _labels,
]
