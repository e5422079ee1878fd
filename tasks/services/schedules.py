"""When the open tasks of a project can start and must finish, from what blocks what."""

from typing import Any

from django.db import connection

from core.errors import Conflict
from projects.models import Project

MOST_TASKS = 5000
"""Open tasks of a project that is scheduled: what the answer, in one piece, has room for."""
MINUTES_OF_DAY = 480
"""Minutes of work on a day."""
DURATION = f"""
    coalesce(
        task.estimate_minutes, (task.due_date - task.start_date + 1) * {MINUTES_OF_DAY},
        {MINUTES_OF_DAY}
    )
"""
"""SQL for the minutes of work on a row of `tasks_task AS task`: its estimate, else a day's for each
day from its start date to its due date, else a day's."""

# Arrays instead of joins of what is computed, of which PostgreSQL expects a row: it would compare
# each task with each. `tasks_schedule` ignores relations to tasks that are not chosen.
SCHEDULE = """
    WITH chosen AS MATERIALIZED (
        SELECT task.id, task.number, task.title, (DURATION)::bigint AS duration
        FROM tasks_task AS task
        WHERE task.project_id = %(project)s AND task.deleted_at IS NULL AND NOT task.is_complete
        ORDER BY task.number LIMIT %(most)s
    ), tasks AS (
        SELECT array_agg(id) AS ids, array_agg(number) AS numbers, array_agg(title) AS titles,
            array_agg(duration) AS durations
        FROM chosen
    ), relations AS (
        SELECT array_agg(chosen.number) AS sources, array_agg(target.number) AS targets
        FROM chosen
        JOIN tasks_relation AS relation
            ON relation.source_id = chosen.id AND relation.kind = 'BLOCKS'
        JOIN tasks_task AS target
            ON target.id = relation.target_id AND target.project_id = %(project)s
    )
    SELECT found.* FROM tasks
    CROSS JOIN relations
    CROSS JOIN LATERAL tasks_schedule(numbers, durations, sources, targets) AS plan
    CROSS JOIN LATERAL unnest(
        ids, numbers, titles, durations, plan.earliest_starts, plan.latest_starts
    ) AS found (id, number, title, duration, earliest_start, latest_start)
    WHERE found.earliest_start IS NOT NULL ORDER BY found.earliest_start, found.number
"""


class TooManyOpenTasks(Conflict):
    message = f"A project with more than {MOST_TASKS} open tasks is not scheduled."


def schedule_of(project: Project, *, duration: str = DURATION) -> dict[str, Any]:
    """The open tasks by earliest start, in minutes of work from now; slack 0 is critical."""
    with connection.cursor() as cursor:
        statement = SCHEDULE.replace("DURATION", duration)
        cursor.execute(statement, {"project": project.pk, "most": MOST_TASKS + 1})
        rows = cursor.fetchall()
    if len(rows) > MOST_TASKS:
        raise TooManyOpenTasks
    tasks = [
        {
            "id": str(pk),
            "key": f"{project.key}-{number}",
            "title": title,
            "duration": minutes,
            "earliest_start": earliest,
            "earliest_finish": earliest + minutes,
            "latest_start": latest,
            "latest_finish": latest + minutes,
            "slack": latest - earliest,
            "is_critical": latest == earliest,
        }
        for pk, number, title, minutes, earliest, latest in rows
    ]
    return {"duration": max((task["earliest_finish"] for task in tasks), default=0), "tasks": tasks}
