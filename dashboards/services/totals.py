"""Totals of what the triggers have counted: adding changes to them, and counting them anew."""

from uuid import UUID

from django.db import connection

from core.context import as_system
from projects.models import Project

AT_ONCE = 10_000
"""Changes that are added in one transaction."""
LOCK = 0x6461736862
"""Of whoever writes totals, one at a time; nobody who works with tasks waits for it."""
ADD = """
    WITH taken AS (
        DELETE FROM dashboards_countedchange
        WHERE id IN (SELECT id FROM dashboards_countedchange ORDER BY id LIMIT %s)
        RETURNING *
    ), added AS (
        INSERT INTO dashboards_total AS total
            (workspace_id, project_id, kind, day, value, count)
        SELECT taken.workspace_id, taken.project_id, counted.kind, counted.day, counted.value,
            sum(taken.amount)
        FROM taken, dashboards_counted(category, status_id, priority, assignee_id, due_date,
            completed_on, taken.day) AS counted
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(taken.amount) <> 0
        ON CONFLICT (project_id, kind, day, value) DO UPDATE
        SET count = total.count + excluded.count
    )
    SELECT count(*) FROM taken
"""
# The steps of each task: the columns it entered, by what their keys mean now; what it is now; its
# end. A task without a history has always been what it is now.
COUNT_ANEW = """
    WITH gone AS (
        DELETE FROM dashboards_countedchange WHERE project_id = %(project)s
    ), task AS (
        SELECT *, (completed_at AT TIME ZONE 'UTC')::date AS completed_on
        FROM tasks_task WHERE project_id = %(project)s
    ), step AS (
        SELECT task.id AS task, change.created_at AS at, 1 AS place, change.id, status.category
        FROM task
        JOIN tasks_statuschange AS change ON change.task_id = task.id
        JOIN projects_status AS status ON status.project_id = task.project_id
            AND status.key = change.target
        UNION ALL
        SELECT id, CASE WHEN EXISTS (
                SELECT FROM tasks_statuschange AS change WHERE change.task_id = task.id
            ) THEN COALESCE(deleted_at, updated_at) ELSE created_at END, 2, NULL, category
        FROM task
        UNION ALL
        SELECT id, deleted_at, 3, NULL, NULL FROM task WHERE deleted_at IS NOT NULL
    ), flow AS (
        SELECT (at AT TIME ZONE 'UTC')::date AS day, category AS entered,
            lag(category) OVER (PARTITION BY task ORDER BY place, at, id) AS former
        FROM step
    )
    INSERT INTO dashboards_total (workspace_id, project_id, kind, day, value, count)
    SELECT workspace_id, project_id, counted.kind, counted.day, counted.value, count(*)
    FROM task, dashboards_counted(category, status_id, priority, assignee_id, due_date,
        completed_on, NULL) AS counted
    WHERE deleted_at IS NULL
    GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT %(workspace)s, %(project)s, 'FLOW', flow.day, changed.category, sum(changed.amount)
    FROM flow, LATERAL (VALUES (former, -1), (entered, 1)) AS changed (category, amount)
    WHERE former IS DISTINCT FROM entered AND changed.category IS NOT NULL
    GROUP BY flow.day, changed.category HAVING sum(changed.amount) <> 0
"""


@as_system("adding changes to totals")
def add_changes(at_most: int = AT_ONCE) -> int:
    """Add the oldest changes to the totals and delete them; returns how many were added.

    0 as well while somebody else writes totals.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(ADD, [at_most])
        [added] = cursor.fetchone()
        if added:
            cursor.execute("DELETE FROM dashboards_total WHERE count = 0")
        return int(added)


def add_all_changes() -> None:
    while add_changes() == AT_ONCE:
        pass


def project_ids() -> list[UUID]:
    """All projects, deleted ones as well: they can be restored."""
    with as_system("listing projects"):
        return list(Project.objects.order_by("pk").values_list("pk", flat=True))


@as_system("counting the tasks of a project anew")
def rebuild_totals(project: UUID) -> None:
    """Count the tasks of the project; its flow by the history of their columns.

    NotFound if there is no such project. Nobody works in it meanwhile. The past is told by what
    columns mean now, and without what was in the project before it was moved or restored.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        row = Project.objects.locked(project)
        cursor.execute("DELETE FROM dashboards_total WHERE project_id = %s", [project])
        cursor.execute(COUNT_ANEW, {"project": project, "workspace": row.workspace_id})
