"""What is told of an import when it ends."""

from typing import Any

from django.db import connection

from core.errors import Refusal
from imports.services.imports import Import
from imports.services.people import people_called
from imports.services.words import NEW, column_for
from jobs.registry import Json
from projects.models import Project, columns_of

MOST_FLAWS = 1000
MOST_NAMES = 100
STATUSES = """
    SELECT coalesce(content ->> 'status', ''), (content ->> 'is_complete')::boolean, count(*)
    FROM imports_importrow WHERE job_id = %s AND flaws = '[]'
    GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 100
"""
PEOPLE = """
    SELECT name, count(*) FROM (
        SELECT content ->> 'assignee' AS name FROM imports_importrow
        WHERE job_id = %(job)s AND flaws = '[]' AND content ? 'assignee'
        UNION ALL
        SELECT content ->> 'reporter' FROM imports_importrow
        WHERE job_id = %(job)s AND flaws = '[]' AND content ? 'reporter'
        UNION ALL
        SELECT comment ->> 'author' FROM imports_importrow,
        jsonb_array_elements(content -> 'comments') AS comment
        WHERE job_id = %(job)s AND flaws = '[]' AND content ? 'comments'
    ) AS named WHERE name <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000
"""


def report(this: Import, project: Project, position: Json) -> Json:
    """The result: how many rows, what became of them, and what of the file was not understood."""
    rows = this.rows()
    return {
        "rows": position["rows"],
        "tasks": this.new_rows().count(),
        "known": rows.filter(known_task_id__isnull=False).count(),
        "refused": rows.exclude(flaws=[]).count(),
        "flaws": flaws_of(this, MOST_FLAWS),
        "dry_run": this.is_dry_run,
        **position["file"],
        **_statuses(this, project),
        **_people(this, project),
    }


def flaws_of(this: Import, most: int) -> list[Json]:
    """The first flaws, each with the number of its row."""
    found = this.rows().exclude(flaws=[]).order_by("number").values_list("number", "flaws")
    told = [{"row": number, **flaw} for number, flaws in found[:most] for flaw in flaws]
    return told[:most]


def refusal_of(this: Import, flawed: int, kind: type[Refusal]) -> Refusal:
    """The refusal of a file of which so many rows cannot be imported."""
    errors: dict[str, list[str]] = {}
    for flaw in flaws_of(this, MOST_FLAWS):
        name = ".".join(filter(None, (str(flaw["row"]), flaw["field"])))
        errors.setdefault(name, []).append(flaw["message"])
    words = "1 row" if flawed == 1 else f"{flawed:,} rows"
    return kind(f"{words} cannot be imported; nothing was.", errors=errors)


def _statuses(this: Import, project: Project) -> Json:
    columns = columns_of.rows(project=project)
    found: dict[str, str] = {}
    unknown: list[str] = []
    for name, is_complete, _ in _fetched(STATUSES, [this.job_id]):
        column = column_for(name, columns, this.columns, is_complete=is_complete)
        is_new = this.columns.get(name.casefold()) == NEW and not column.is_named
        found.setdefault(name, NEW if is_new else column.status.key)
        if is_new:
            continue
        if not column.is_named and name not in unknown:
            unknown.append(name)
    return {"statuses": found, "unknown_statuses": unknown}


def new_columns(this: Import, project: Project) -> list[str]:
    """The statuses that become columns."""
    statuses = _statuses(this, project)["statuses"]
    return [name for name, key in statuses.items() if key == NEW]


def _people(this: Import, project: Project) -> Json:
    names = [name for name, _ in _fetched(PEOPLE, {"job": this.job_id})]
    people = people_called(this, project, names)
    unknown = [name for name in names if people.reader(name) is None]
    return {"known_people": len(names) - len(unknown), "unknown_people": unknown[:MOST_NAMES]}


def _fetched(sql: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
