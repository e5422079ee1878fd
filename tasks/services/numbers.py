"""Numbers and positions of a project's tasks, from one counter that commits with the task."""

from django.db import connection

from core.context import SHORT_LOCK_WAITS
from core.lock_waits import may_wait
from projects.models import Project
from tasks.models import POSITION_STEP

# Tasks that did not take a position from the counter have that of their number.
NEXT = """
    INSERT INTO tasks_taskcounter AS counter
    (project_id, workspace_id, last_number, last_position)
    SELECT first.* FROM (SELECT %s::uuid, %s::uuid, %s::int, %s::bigint) AS first
    ON CONFLICT (project_id) DO UPDATE SET
    last_number = counter.last_number + excluded.last_number,
    last_position = excluded.last_position
    + GREATEST(counter.last_position, counter.last_number * excluded.last_position)
    RETURNING last_number, last_position
"""
NEXT_SOON = NEXT.replace("AS first", f"AS first, (SELECT {SHORT_LOCK_WAITS}) AS limits")

LOCK = "SELECT 1 FROM tasks_taskcounter WHERE project_id = %s FOR NO KEY UPDATE"
LOCK_SOON = LOCK.replace(" WHERE", f", (SELECT {SHORT_LOCK_WAITS}) AS limits WHERE")
LOCK_SOON += " OF tasks_taskcounter"


def lock_counter(project: Project) -> None:
    """Lock the counter, so that positions and parents in the project stay until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK if may_wait() else LOCK_SOON, [project.pk])


def next_number(project: Project) -> tuple[int, int]:
    """The next number of the project, and a position after all of its tasks.

    The counter stays locked until the transaction ends.
    """
    return _next(project, tasks=1)


def last_position(project: Project) -> int:
    """A position after all tasks of the project; locks the counter as `next_number` does."""
    return _next(project, tasks=0)[1]


def _next(project: Project, *, tasks: int) -> tuple[int, int]:
    """Advance the counter by a position, and by a number for each of the new tasks.

    The lock is held for milliseconds, so even a request that may not wait (`core.lock_waits`)
    waits for it briefly: rolling back and running again would take longer.
    """
    with connection.cursor() as cursor:
        statement = NEXT if may_wait() else NEXT_SOON
        cursor.execute(statement, [project.pk, project.workspace_id, tasks, POSITION_STEP])
        number, position = cursor.fetchone()
        return int(number), int(position)
