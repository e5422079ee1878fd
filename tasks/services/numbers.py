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
    + GREATEST(counter.last_position, counter.last_number * %s::bigint)
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
    return next_numbers(project, 1)[0]


def next_numbers(project: Project, count: int) -> list[tuple[int, int]]:
    """As `next_number`, for so many tasks with one statement, in ascending order."""
    number, position = _next(project, tasks=count, places=count)
    steps = reversed(range(count))
    return [(number - step, position - step * POSITION_STEP) for step in steps]


def last_position(project: Project) -> int:
    """A position after all tasks of the project; locks the counter as `next_number` does."""
    return _next(project, tasks=0, places=1)[1]


def _next(project: Project, *, tasks: int, places: int) -> tuple[int, int]:
    """Advance the counter by so many numbers and positions, and return the last ones.

    The lock is held for milliseconds, so even a request that may not wait (`core.lock_waits`)
    waits for it briefly: rolling back and running again would take longer.
    """
    with connection.cursor() as cursor:
        statement = NEXT if may_wait() else NEXT_SOON
        values = [tasks, places * POSITION_STEP, POSITION_STEP]
        cursor.execute(statement, [project.pk, project.workspace_id, *values])
        number, position = cursor.fetchone()
        return int(number), int(position)
