"""The relations of imported tasks: added while these are hidden, told once they are shown."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from imports.services.imports import (
    AT_ONCE,
    BEGIN_REVEAL,
    CLOSE,
    RELATE,
    TELL,
    Import,
    next_phase,
    progress,
)
from jobs.registry import Json, Progress, Run
from tasks.services.imported_relations import Wanted, relate_hidden, tell_relations

# The other task is one of the file, or one that was imported before.
WANTED = """
    SELECT row.id, relation ->> 0, (relation ->> 2)::boolean,
    coalesce(other.known_task_id, CASE WHEN other.flaws = '[]' THEN other.id END, task.id)
    FROM imports_importrow AS row CROSS JOIN jsonb_array_elements(row.content -> 'relations')
        AS relation
    LEFT JOIN LATERAL (
        SELECT * FROM imports_importrow WHERE job_id = %(job)s AND external_id = relation ->> 1
        ORDER BY number LIMIT 1
    ) AS other ON true
    LEFT JOIN imports_externalreference AS reference ON reference.project_id = %(project)s
        AND reference.source = %(source)s AND reference.external_id = relation ->> 1
    LEFT JOIN tasks_task AS task ON task.id = reference.task_id
    WHERE row.id = ANY(%(rows)s)
"""


def relate(this: Import, run: Run, position: Json) -> Progress:
    """Add the relations of the next rows that have some; others than known tasks are left out."""
    this.lock_project()
    rows = _next_rows(this, position, content__has_key="relations")
    if not rows:
        return next_phase(position, BEGIN_REVEAL, "Prepared all tasks")
    values: dict[str, Any] = {"job": this.job_id, "project": this.project_id, "source": this.source}
    with connection.cursor() as cursor:
        cursor.execute(WANTED, {**values, "rows": [pk for pk, _ in rows]})
        wanted = [
            Wanted(*((one, other) if of_source else (other, one)), kind)
            for one, kind, of_source, other in cursor.fetchall()
            if other is not None and other != one
        ]
    ends = {end for each in wanted for end in (each.source, each.target)}
    hidden = _own(this, ends)
    relate_hidden(actor=this.actor, workspace_id=this.workspace_id, wanted=wanted, hidden=hidden)
    found = {"phase": RELATE, "after": rows[-1][1], "is_related": True}
    return progress(position, "Preparing the relations", **found)


def tell(this: Import, run: Run, position: Json) -> Progress:
    """Publish the relations of the next tasks."""
    rows = _next_rows(this, position)
    if not rows:
        return next_phase(position, CLOSE, "Imported all tasks")
    tasks = [pk for pk, _ in rows]
    tell_relations(
        actor=this.actor,
        tasks=tasks,
        until=datetime.fromisoformat(position["revealed_at"]),
        is_own=lambda ids: _own(this, ids),
    )
    return progress(position, "Telling the relations", phase=TELL, after=rows[-1][1])


def _own(this: Import, ids: Collection[UUID]) -> set[UUID]:
    return set(this.new_rows().filter(pk__any_of=list(ids)).values_list("pk", flat=True))


def _next_rows(this: Import, position: Json, **narrowed: Any) -> list[tuple[UUID, int]]:
    rows = this.new_rows().filter(number__gt=position.get("after") or 0, **narrowed)
    return list(rows.order_by("number").values_list("pk", "number")[:AT_ONCE])
