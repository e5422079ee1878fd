"""Reading the past from the log: from today's rows, and what later events say was there before.

Where several events tell of a field, the earliest one after the moment has what it was then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from activity.models import Event
from activity.services.periods import last_number_at
from core.errors import Invalid, NotFound

MOST = 20_000
"""The most events after the moment, of a task or of a project."""
MOST_SETTINGS = 1000
"""The same of a project itself, its columns and its labels."""

MOST_EDITS = 1000
"""The same of the text of a task, whose edits are undone one by one."""

Olds = Mapping[str, tuple[int, Any]]
"""By field: the number of the earliest event after the moment that tells of it, and its value until
then. `action` is the earliest one by which a task came or went."""

ABOUT_TASKS = """
facts AS (
    SELECT task_id, seq, 'action' COLLATE "C" AS name, to_jsonb(action) AS old FROM walked
    WHERE action IN ('created', 'transferred', 'left', 'deleted', 'restored')
    UNION ALL
    SELECT task_id, seq, name COLLATE "C", change -> 'old'
    FROM walked, jsonb_each(changes) AS changed (name, change)
    UNION ALL
    SELECT task_id, seq, name COLLATE "C", old
    FROM walked, jsonb_each(past_values) AS was (name, old)
), olds AS (
    SELECT task_id, jsonb_object_agg(name, jsonb_build_array(seq, old)) AS olds
    FROM (SELECT DISTINCT ON (task_id, name) * FROM facts ORDER BY task_id, name, seq) AS earliest
    GROUP BY task_id
)
"""
"""Of the events `walked`, the `Olds` of each task."""
OF_A_TASK = """
WITH walked AS (
    SELECT task_id, seq, action, changes, past_values FROM activity_event
    WHERE task_id = %(task)s AND seq > %(seq)s AND entity = 'task'
), ABOUT_TASKS
SELECT (SELECT olds FROM olds),
    (SELECT count(*) FROM comments_comment WHERE task_id = %(task)s AND deleted_at IS NULL)
    - count(*) FILTER (WHERE action IN ('commented', 'restored'))
    + count(*) FILTER (WHERE action = 'deleted')
FROM activity_event WHERE task_id = %(task)s AND seq > %(seq)s AND entity = 'comment'
""".replace("ABOUT_TASKS", ABOUT_TASKS)


class NotYet(NotFound):
    """It was made later, or was where the person may not read today."""

    message = "It was not there yet."


class WasDeleted(NotFound):
    message = "It was deleted then."


class TooFarBack(Invalid):
    """`earliest` is the moment as of which the log can still be read."""

    message = "Too much has happened since then."


def number_at(workspace_id: UUID, moment: datetime, *among: tuple[Q, int]) -> int:
    """The number of the last event committed by then.

    TooFarBack if more events of one of the kinds `among` happened since then than its limit.
    """
    seq = last_number_at(workspace_id, moment)
    found = [_last_beyond(kind, seq, most) for kind, most in among]
    if beyond := [earliest for earliest in found if earliest is not None]:
        raise TooFarBack(earliest=max(beyond).isoformat())
    return seq


def _last_beyond(kind: Q, seq: int, most: int) -> datetime | None:
    """When the newest event was committed that has too many after it; None for none after `seq`."""
    events = Event.objects.filter(kind, seq__gt=seq).order_by("-seq")
    return next(iter(events.values_list("committed_at", flat=True)[most : most + 1]), None)


def olds_of_task(task: UUID, seq: int) -> tuple[Olds, int]:
    """The values of the task until later events; and how many comments it had."""
    with connection.cursor() as cursor:
        cursor.execute(OF_A_TASK, {"task": task, "seq": seq})
        olds, comments = cursor.fetchone()
    return olds_in(olds), int(comments)


def olds_in(text: str | None) -> Olds:
    """The `Olds` in a column of JSON, which arrives as text."""
    return orjson.loads(text) if text else {}
