"""From periods of time to numbers: which events of a workspace can have happened in one.

Numbers are given in the order of commits, and `created_at` is when an event was published, so that
one order differs from the other by at most the length of a transaction.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

LONGEST = timedelta(hours=1)
"""More than a transaction takes, and clocks of servers differ."""
BISECTION = """
    WITH RECURSIVE bounds (low, high) AS (
        SELECT 0::bigint, coalesce(max(seq), 0) + 1 FROM activity_event WHERE workspace_id = %s
        UNION ALL
        SELECT CASE WHEN is_later THEN low ELSE middle END,
            CASE WHEN is_later THEN middle ELSE high END
        FROM (
            SELECT low, high, (low + high) / 2 AS middle, %s <= (
                SELECT {column} FROM activity_event
                WHERE workspace_id = %s AND seq = (low + high) / 2
            ) AS is_later
            FROM bounds WHERE high - low > 1
        ) AS step
    )
    SELECT max(low), min(high) FROM bounds
"""
BY_CREATION = BISECTION.format(column="created_at")
BY_COMMIT = BISECTION.format(column="committed_at")


def between(workspace_id: UUID, first: datetime | None, end: datetime | None) -> Q:
    """A condition by number that all events from `first` until before `end` meet, and few others.

    So that a list of a day long ago begins there.
    """
    found = Q()
    if first is not None:
        low, _ = _bounds(workspace_id, first - LONGEST)
        found &= Q(seq__gt=low)
    if end is not None:
        _, high = _bounds(workspace_id, end + LONGEST)
        found &= Q(seq__lt=high)
    return found


def last_number_at(workspace_id: UUID, moment: datetime) -> int:
    """The number of the last event that was committed by then, 0 if none was."""
    low, _ = _bounds(workspace_id, moment + datetime.resolution, BY_COMMIT)
    return low


def _bounds(workspace_id: UUID, moment: datetime, sql: str = BY_CREATION) -> tuple[int, int]:
    """Neighbouring numbers, of an event before the moment and of one not before it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [workspace_id, moment, workspace_id])
        low, high = cursor.fetchone()
    return int(low), int(high)
