"""Reading chains in order, in batches: each is one statement in a transaction of its own."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from audit.models import INSTANCE
from audit.services.lines import Line
from core.context import as_system

BATCH = 2000
BEFORE_ALL = -(2**63)
"""Lower than any number, because an inserted row may have any."""
CHAINS = """
    SELECT workspace_id FROM audit_audithead
    UNION SELECT DISTINCT coalesce(workspace_id, %s) FROM audit_auditentry
    ORDER BY 1
"""
HEADS = "SELECT workspace_id, last_number, last_hash FROM audit_audithead ORDER BY workspace_id"
# The head and the entries are those of the same moment; without entries, the head is alone.
ENTRIES = """
    SELECT head.last_number, head.last_hash, entry.*
    FROM (SELECT %(chain)s::uuid AS chain) AS wanted
    LEFT JOIN audit_audithead AS head ON head.workspace_id = wanted.chain
    LEFT JOIN LATERAL (
        SELECT hash, previous, workspace_id::text, number, id::text,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            actor_id::text, via, token_id::text, reason, action, entity, entity_id,
            details::text, request_id
        FROM audit_auditentry
        WHERE {} AND number > %(after)s
        ORDER BY number LIMIT %(most)s
    ) AS entry ON true
    ORDER BY entry.number
"""
OF_INSTANCE = ENTRIES.format("workspace_id IS NULL")
OF_WORKSPACE = ENTRIES.format("workspace_id = %(chain)s")
UNNUMBERED = """
    SELECT id FROM audit_auditentry
    WHERE number IS NULL AND coalesce(workspace_id, %s) = %s ORDER BY id LIMIT 1
"""
HASH, FIRST, DETAILS = 2, 3, 15
"""Places in a row of ENTRIES, behind the two of the head."""


class Head(NamedTuple):
    number: int
    hash: str


class Batch(NamedTuple):
    """Some entries of a chain, in order, and its head as it was then; None without one."""

    lines: list[Line]
    head: Head | None
    is_last: bool


def chains() -> list[UUID]:
    """All chains, that of the instance first: by the heads, and by the entries."""
    return [chain for (chain,) in _rows(CHAINS, [INSTANCE])]


def heads() -> list[tuple[UUID, Head]]:
    return [(chain, Head(number, hash_)) for chain, number, hash_ in _rows(HEADS, [])]


def batches(chain: UUID) -> Iterator[Batch]:
    """The entries of a chain in the order of their numbers; at least one batch."""
    after, is_last = BEFORE_ALL, False
    while not is_last:
        values = {"chain": chain, "after": after, "most": BATCH}
        rows = _rows(OF_INSTANCE if chain == INSTANCE else OF_WORKSPACE, values)
        lines = [_line(row) for row in rows if row[HASH] is not None]
        head = None if rows[0][0] is None else Head(*rows[0][:HASH])
        is_last = len(lines) < BATCH
        yield Batch(lines, head, is_last)
        after = lines[-1].number if lines else after


def unnumbered(chain: UUID) -> UUID | None:
    """The id of an entry outside the order, which no trigger has seen."""
    found = _rows(UNNUMBERED, [INSTANCE, chain])
    return found[0][0] if found else None


def _line(row: tuple[Any, ...]) -> Line:
    values = (*row[FIRST:DETAILS], json.loads(row[DETAILS]), *row[DETAILS + 1 :])
    return Line(values, row[HASH])


@as_system("reading the audit")
def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
