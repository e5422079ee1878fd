"""Task numbers: gapless per project, because the counter commits with the task."""

from django.db import connection

from projects.models import Project


def next_number(project: Project) -> int:
    """The next number of the project; its counter stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_taskcounter (project_id, workspace_id, last_number)"
            " VALUES (%s, %s, 1)"
            " ON CONFLICT (project_id) DO UPDATE"
            " SET last_number = tasks_taskcounter.last_number + 1 RETURNING last_number",
            [project.pk, project.workspace_id],
        )
        return int(cursor.fetchone()[0])
