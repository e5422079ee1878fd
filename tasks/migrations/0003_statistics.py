"""What PostgreSQL should know of tasks besides single columns."""

from typing import ClassVar

from django.db import migrations

# A column belongs to one project. Without this PostgreSQL multiplies how rare both are, expects a
# handful of tasks where there are tens of thousands, and sorts them instead of reading one page.
STATISTICS = """
CREATE STATISTICS tasks_column_determines_project (dependencies)
ON project_id, status_id FROM tasks_task
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0002_tenancy")]

    operations: ClassVar = [
        migrations.RunSQL(STATISTICS, "DROP STATISTICS tasks_column_determines_project"),
    ]
