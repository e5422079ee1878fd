"""Tasks of a file that block each other in a circle."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection

from core.errors import Invalid
from imports.services.imports import Import
from tasks.models import RelationKind

MOST_RELATIONS = 200_000
RELATIONS = """
    SELECT CASE WHEN (relation ->> 2)::boolean THEN row.number ELSE other.number END,
    CASE WHEN (relation ->> 2)::boolean THEN other.number ELSE row.number END
    FROM imports_importrow AS row, jsonb_array_elements(row.content -> 'relations') AS relation,
    imports_importrow AS other
    WHERE row.job_id = %(job)s AND row.content ? 'relations' AND relation ->> 0 = %(blocks)s
    AND other.job_id = %(job)s AND other.external_id = relation ->> 1
    LIMIT %(most)s
"""
COUNT = """
    SELECT coalesce(sum(jsonb_array_length(content -> 'relations')), 0) FROM imports_importrow
    WHERE job_id = %s AND content ? 'relations'
"""
FLAW = {"field": "relations", "message": "The tasks block each other in a circle.", "value": ""}
Edges = Mapping[int, set[int]]


class TooManyRelationsInFile(Invalid):
    message = f"A file has at most {MOST_RELATIONS:,} relations."


def mark_cycles(this: Import) -> None:
    """Mark the rows that block each other in a circle, directly or not."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [this.job_id])
        if cursor.fetchone()[0] > MOST_RELATIONS:
            raise TooManyRelationsInFile
        values: dict[str, Any] = {"job": this.job_id, "blocks": RelationKind.BLOCKS.value}
        cursor.execute(RELATIONS, {**values, "most": MOST_RELATIONS})
        blocked = defaultdict[int, set[int]](set)
        blockers = defaultdict[int, set[int]](set)
        for source, target in cursor:
            blocked[source].add(target)
            blockers[target].add(source)
    inside = _not_ending(blocked, blockers) & _not_ending(blockers, blocked)
    if inside:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_importrow SET flaws = flaws || %s::jsonb"
                " WHERE job_id = %s AND number = ANY(%s)",
                [orjson.dumps([FLAW]).decode(), this.job_id, sorted(inside)],
            )


def _not_ending(following: Edges, leading: Edges) -> set[int]:
    """The numbers from which one may go on for ever."""
    left = {number: len(others) for number, others in following.items()}
    ends = [number for number in leading if number not in left]
    while ends:
        for number in leading.get(ends.pop(), ()):
            left[number] -= 1
            if not left[number]:
                del left[number]
                ends.append(number)
    return set(left)
