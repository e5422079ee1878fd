"""Task numbers: gapless per project, because the counter commits with the task."""

from django.db import connection

from core.context import SHORT_LOCK_WAITS
from core.lock_waits import may_wait
from projects.models import Project

NEXT = """
    INSERT INTO tasks_taskcounter (project_id, workspace_id, last_number)
    SELECT first.* FROM (SELECT %s::uuid, %s::uuid, 1) AS first
    ON CONFLICT (project_id) DO UPDATE
    SET last_number = tasks_taskcounter.last_number + 1 RETURNING last_number
"""
NEXT_SOON = NEXT.replace("AS first", f"AS first, (SELECT {SHORT_LOCK_WAITS}) AS limits")


def next_number(project: Project) -> int:
    """The next number of the project; its counter stays locked until the transaction ends.

    The lock is held for milliseconds, so even a request that may not wait (`core.lock_waits`)
    waits for it briefly: rolling back and running again would take longer.
    """
    with connection.cursor() as cursor:
        statement = NEXT if may_wait() else NEXT_SOON
        cursor.execute(statement, [project.pk, project.workspace_id])
        return int(cursor.fetchone()[0])
